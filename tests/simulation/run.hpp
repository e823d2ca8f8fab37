#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "scenario.hpp"

namespace swell::simulation {

/// What came of one seed.
struct Verdict {
    std::uint64_t seed = 0;
    std::vector<std::string> broken;  ///< `12m5s rate: s0 2 → 9, allowed is 4`; empty: all held
    std::map<std::string, std::size_t> counts;  ///< of what happened, by its name
    std::uint64_t digest = 0;  ///< of the journal: two runs of a seed are the same to the last word
    std::vector<std::string> told;  ///< the journal, a line an entry, when it was asked for
};

/// Plays a scenario: the real store, admission and controllers, in virtual time.
Verdict play(const Scenario& scenario, bool tell = false);

/// Plays seeds on several threads, and hands over each verdict in the order of the seeds.
///
/// threads  0: one a core; their number changes nothing but the time it takes
/// keep     called on one thread at a time; false ends it
void play_seeds(
    std::uint64_t first,
    std::uint64_t count,
    unsigned threads,
    const std::function<bool(const Verdict&)>& keep
);

}  // namespace swell::simulation
