#pragma once

#include <string>

#include "base/json.hpp"

namespace swell::conformance {

/// Sets A (one call of the replica calculator) and B (the controller over time), told apart by
/// their fields.
std::string check_hpa(const Json& recorded);

}  // namespace swell::conformance
