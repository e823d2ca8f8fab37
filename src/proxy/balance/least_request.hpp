#pragma once

#include <cstddef>

#include "base/rng.hpp"

namespace swell::proxy {

/// The endpoint for the next request: of two drawn at random, the one with fewer requests under
/// way.
///
/// Two choices come close to the least loaded of all, at the price of two draws, and do not send a
/// herd to the one endpoint that has just become free. The draws may be the same one; a tie goes to
/// the first draw. With one endpoint nothing is drawn.
///
/// count   endpoints, > 0
/// active  active(i) -> requests under way at endpoint i, comparable
/// Source  Envoy, LeastRequestLoadBalancer::unweightedHostPickNChoices with choice_count 2;
///         Mitzenmacher 2001, "The Power of Two Choices in Randomized Load Balancing"
template <class Active>
std::size_t least_request(std::size_t count, Active active, Rng& rng) {
    if (count == 1) return 0;
    const auto first = static_cast<std::size_t>(rng.below(count));
    const auto second = static_cast<std::size_t>(rng.below(count));
    return active(second) < active(first) ? second : first;
}

}  // namespace swell::proxy
