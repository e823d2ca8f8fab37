#pragma once

#include <cstdint>
#include <optional>

#include "base/json.hpp"

namespace swell::control::hpa {

// What a metric would have had to be for another number of replicas, from the numbers of its step
// `usage-ratio` or `within-tolerance`. In the metric's own unit, percent or milli. None when the
// step has no such numbers.

/// Above this level the metric asks for `replicas` or more.
std::optional<std::int64_t> level_for_more(const Json& numbers, std::int32_t replicas);
/// At this level or below it asks for `replicas` or fewer.
std::optional<std::int64_t> level_for_fewer(const Json& numbers, std::int32_t replicas);

}  // namespace swell::control::hpa
