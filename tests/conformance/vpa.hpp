#pragma once

#include <string>

#include "base/json.hpp"

namespace swell::conformance {

/// Sets C (the recommender, and the buckets of its histograms), E (one loop of the updater) and F
/// (admission of a pod), told apart by their fields.
std::string check_vpa(const Json& recorded);

}  // namespace swell::conformance
