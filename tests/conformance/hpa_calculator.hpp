#pragma once

#include <string>

#include "base/json.hpp"

namespace swell::conformance {

/// Set A: one call of a function of Kubernetes' ReplicaCalculator.
bool is_hpa_calculator_case(const Json& recorded);
/// What differs, in words; empty when all is as recorded.
std::string check_hpa_calculator(const Json& recorded);

}  // namespace swell::conformance
