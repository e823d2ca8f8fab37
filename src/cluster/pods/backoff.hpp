#pragma once

#include "base/time.hpp"

namespace swell::cluster::pods {

/// How long a container that ended waits before it is started again: not at all at first, then 10
/// s, doubling to 5 min; a run of more than 10 min forgets. Source  kubernetes
/// client-go/util/flowcontrol/backoff.go.
struct Backoff {
    Duration delay{};     ///< of the next restart; 0: none was made yet
    Instant restarted{};  ///< when the last one was made
    bool operator==(const Backoff&) const = default;
};

inline constexpr Duration backoff_first = std::chrono::seconds(10);
inline constexpr Duration backoff_most = std::chrono::minutes(5);

/// The moment from which a container that ended at `ended` may be started again.
Instant restart_at(const Backoff& backoff, Instant ended);

/// After a restart made at `now` of a container that ended at `ended`.
Backoff after_restart(const Backoff& backoff, Instant ended, Instant now);

}  // namespace swell::cluster::pods
