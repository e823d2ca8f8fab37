#pragma once

#include "base/json.hpp"

namespace swell::conformance {

/// The same value with the fields of all its objects in the order of their names: two that say the
/// same compare equal.
Json sorted(const Json& json);

}  // namespace swell::conformance
