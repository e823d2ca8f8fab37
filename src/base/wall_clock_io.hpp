#pragma once

#include <chrono>

#include "base/time.hpp"

namespace swell {

/// The wall clock, for programs that have no loop to ask. Any thread.
inline Instant wall_now() {
    return Instant(
        std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())
    );
}

}  // namespace swell
