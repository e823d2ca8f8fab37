#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/time.hpp"

namespace swell {

/// The door to time: what the moment is, and a call when a moment has come.
///
/// Real side: LoopClock (base/loop_io.hpp), steady, so that a jump of the system's clock moves
/// nothing. Other side: SimClock (base/sim_clock.hpp), virtual. One thread.
class Clock {
  public:
    /// Names a pending call; 0 names none.
    using Timer = std::uint64_t;

    virtual ~Clock() = default;

    virtual Instant now() const = 0;

    /// Calls `then` once, at or after `at`, from the loop (never from inside this function). Calls
    /// for one moment come in the order of their asking.
    virtual Timer call_at(Instant at, std::function<void()> then) = 0;

    /// Forgets a pending call. One that has been made, or 0, is no error.
    virtual void cancel(Timer timer) = 0;

    Timer call_after(Duration delay, std::function<void()> then) {
        return call_at(now() + delay, std::move(then));
    }
};

}  // namespace swell
