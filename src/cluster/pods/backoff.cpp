#include "cluster/pods/backoff.hpp"

#include <algorithm>

namespace swell::cluster::pods {

namespace {

bool forgotten(const Backoff& backoff, Instant ended) {
    return backoff.delay == Duration{} || ended - backoff.restarted > 2 * backoff_most;
}

}  // namespace

Instant restart_at(const Backoff& backoff, Instant ended) {
    return forgotten(backoff, ended) ? ended : ended + backoff.delay;
}

Backoff after_restart(const Backoff& backoff, Instant ended, Instant now) {
    const Duration delay =
        forgotten(backoff, ended) ? backoff_first : std::min(2 * backoff.delay, backoff_most);
    return {delay, now};
}

}  // namespace swell::cluster::pods
