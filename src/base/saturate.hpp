#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"

namespace swell {

/// A number of seconds that a person wrote, as a Duration; more than a century is a century, so
/// that it and a moment can be added without leaving what 64 bits of nanoseconds hold.
constexpr Duration saturated_seconds(std::int64_t count) {
    constexpr std::int64_t century = 100LL * 366 * 24 * 3600;
    return std::chrono::seconds(std::clamp(count, -century, century));
}

}  // namespace swell
