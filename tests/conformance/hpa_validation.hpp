#pragma once

#include <string>

#include "base/json.hpp"

namespace swell::conformance {

/// Set D: a HorizontalPodAutoscaler as written; its defaults, and all that is wrong with it.
bool is_hpa_validation_case(const Json& recorded);
/// What differs, in words; empty when all is as recorded.
std::string check_hpa_validation(const Json& recorded);

}  // namespace swell::conformance
