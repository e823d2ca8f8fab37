#pragma once

#include <functional>

#include "sim/fleet.hpp"

namespace swell::sim {

/// Simulates parts on several threads, and joins their outcomes in the parts' order: the number of
/// threads changes nothing but the time it takes.
///
/// count    parts
/// part     makes part number i; called from any of the threads, each i once
/// keep     of each part's outcome, called in order of the parts, on one thread at a time
/// threads  0: one a core
/// Errors   of the first part (in order) that fails.
Result<void> simulate_parts(
    const Options& options,
    std::size_t count,
    const std::function<Part(std::size_t)>& part,
    const std::function<void(Outcome)>& keep,
    unsigned threads = 0
);

/// The whole of a cluster, cut by its namespaces. Services come in the order of their namespaces.
Result<Outcome> simulate_all(
    const Options& options,
    const std::vector<spec::Object>& objects,
    const std::vector<Load>& loads,
    unsigned threads = 0
);

}  // namespace swell::sim
