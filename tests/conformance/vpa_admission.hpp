#pragma once

#include <string>

#include "base/json.hpp"

namespace swell::conformance {

/// Set F: a pod under an autoscaler and LimitRanges, and the resources it gets.
bool is_vpa_admission_case(const Json& recorded);
std::string check_vpa_admission_case(const Json& recorded);

}  // namespace swell::conformance
