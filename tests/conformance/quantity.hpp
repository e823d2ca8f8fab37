#pragma once

#include <string>

#include "base/json.hpp"

namespace swell::conformance {

/// Set Q: one text read as a resource.Quantity.
std::string check_quantity(const Json& recorded);

}  // namespace swell::conformance
