#pragma once

#include <string>

#include "base/json.hpp"

namespace swell::conformance {

/// Set B: the whole controller over time, one reconciliation a step.
bool is_hpa_sequence(const Json& recorded);
/// The first step that differs, in words; empty when all are as recorded.
std::string check_hpa_sequence(const Json& recorded);

}  // namespace swell::conformance
