#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/time.hpp"

namespace swell {

/// A number of seconds that a person wrote, as a Duration; more than a century is a century, so
/// that it and a moment can be added without leaving what 64 bits of nanoseconds hold.
constexpr Duration saturated_seconds(std::int64_t count) {
    constexpr std::int64_t century = 100LL * 366 * 24 * 3600;
    return std::chrono::seconds(std::clamp(count, -century, century));
}

/// a + b, with the ends of the range for what is beyond them.
constexpr std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return a > 0 ? std::numeric_limits<std::int64_t>::max()
                 : std::numeric_limits<std::int64_t>::min();
}

}  // namespace swell
