#pragma once

#include <string>

#include "base/json.hpp"

namespace swell::conformance {

/// Set C: samples, OOMs, garbage collections and restarts in order, and what was recommended.
bool is_vpa_recommender_case(const Json& recorded);
std::string check_vpa_recommender_case(const Json& recorded);

/// Where the buckets of both histograms begin, bit for bit, and into which some values fall.
bool is_vpa_buckets(const Json& recorded);
std::string check_vpa_buckets(const Json& recorded);

}  // namespace swell::conformance
