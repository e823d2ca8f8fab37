#pragma once

#include <string>

#include "base/json.hpp"

namespace swell::conformance {

/// Sets A (one call of the replica calculator), B (the controller over time) and D (an object's
/// defaults and errors), told apart by their fields.
std::string check_hpa(const Json& recorded);

}  // namespace swell::conformance
