// Seeds, each a small cluster with its loads and faults: what must hold holds at every step. A
// seed that fails is named; `./test simulation --seed N` plays it again.

#include <gtest/gtest.h>

#include <set>

#include "run.hpp"

namespace swell::simulation {
namespace {

TEST(Simulation, HoldsForEachSeed) {
    std::map<std::string, std::size_t> counts;
    std::uint64_t played = 0;
    play_seeds(1, SWELL_SEEDS, 0, [&](const Verdict& verdict) {
        ++played;
        for (const auto& [what, times] : verdict.counts) counts[what] += times;
        for (const std::string& broken : verdict.broken)
            ADD_FAILURE() << "seed " << verdict.seed << ": " << broken
                          << "\nagain: ./test simulation --seed " << verdict.seed;
        return verdict.broken.empty();
    });
    if (HasFailure()) return;
    EXPECT_EQ(played, SWELL_SEEDS);
    // What never happens cannot go wrong: each of these does, in some seeds of a thousand at least.
    for (const char* what :
         {"scale up",
          "scale down",
          "back into bounds",
          "as far as the rate allows",
          "window checked",
          "shrinks with some pods missing",
          "hpa error",
          "quota full",
          "eviction",
          "pod sized by a VPA",
          "pod updated by an Autoscaler",
          "scale by an Autoscaler",
          "resize",
          "resize beside an HPA",
          "resize refused",
          "resize failed",
          "crash in a resize",
          "restart in a resize",
          "pod created beside an HPA",
          "contention told by hpa",
          "contention told by vpa",
          "observed by hpa",
          "observed by vpa",
          "set_mode",
          "refused writes",
          "restart",
          "restart_back",
          "sleep",
          "rival"})
        EXPECT_GE(counts[what], played / 400) << what;
}

TEST(Simulation, SameSeedSameWords) {
    const auto digests = [](unsigned threads) {
        std::vector<std::uint64_t> all;
        play_seeds(1, 24, threads, [&](const Verdict& verdict) {
            all.push_back(verdict.digest);
            return true;
        });
        return all;
    };
    const auto one = digests(1);
    EXPECT_EQ(one, digests(3));
    EXPECT_EQ(std::set(one.begin(), one.end()).size(), one.size()) << "and another seed others";
}

}  // namespace
}  // namespace swell::simulation
