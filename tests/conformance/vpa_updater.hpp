#pragma once

#include <string>

#include "base/json.hpp"

namespace swell::conformance {

/// Set E: priorities of pods, their order, and whom one loop of the updater evicts.
bool is_vpa_updater_case(const Json& recorded);
std::string check_vpa_updater_case(const Json& recorded);

}  // namespace swell::conformance
