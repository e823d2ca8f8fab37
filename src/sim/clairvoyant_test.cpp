#include "sim/clairvoyant.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <string>

#include "base/rng.hpp"

namespace swell::sim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Duration slot = 10s;

PodModel model(Duration start_up, Duration shut_down) {
    PodModel made;
    made.start_up = start_up;
    made.shut_down = shut_down;
    return made;
}

// 10 ms a request and one core: a pod serves 100 a second.
TEST(Clairvoyant, PodsNeeded) {
    struct Case {
        const char* why;
        double rate, share;
        int most, pods;
    };
    // clang-format off
    const Case cases[] = {
        {"nobody comes",               0,   0.01, 9, 1},
        {"one is enough",              50,  0.01, 9, 1},
        {"a full pod is late",         99,  0.01, 9, 2},
        {"unless that is allowed",     99,  1,    9, 1},
        {"more than one can do",       101, 1,    9, 2},
        {"it takes more than allowed", 999, 0.01, 9, 9},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(pods_needed(Workload{}, c.rate, c.share, c.most), c.pods);
    }
}

TEST(Clairvoyant, NeedsFollowTheTrace) {
    const Trace load({{0s, 20}, {60s, 150}, {120s, 160}, {180s, 20}});
    EXPECT_THAT(
        needs_of(Workload{}, load, 4min, 0.01, 1, 9),
        ElementsAre(PodsFrom{0s, 1}, PodsFrom{60s, 2}, PodsFrom{180s, 1})
    );
    EXPECT_THAT(needs_of(Workload{}, load, 4min, 0.01, 3, 9), ElementsAre(PodsFrom{0s, 3}));
}

TEST(Clairvoyant, SchedulesByHand) {
    struct Case {
        const char* why;
        Duration start_up, shut_down;
        std::vector<PodsFrom> needs, schedule;
    };
    // clang-format off
    const Case cases[] = {
        {"as it is needed",      0s,  0s, {{0s, 1}, {60s, 2}, {90s, 1}}, {{0s, 1}, {60s, 2}, {90s, 1}}},
        {"made beforehand",      20s, 0s, {{0s, 1}, {60s, 2}, {90s, 1}}, {{0s, 1}, {40s, 2}, {90s, 1}}},
        {"there from the start", 20s, 0s, {{0s, 1}, {10s, 2}, {90s, 1}}, {{0s, 2}, {90s, 1}}},
        {"kept over a gap as long as the start", 20s, 0s, {{0s, 2}, {60s, 1}, {80s, 2}}, {{0s, 2}}},
        {"let go in a longer one", 20s, 0s, {{0s, 2}, {60s, 1}, {90s, 2}}, {{0s, 2}, {60s, 1}, {70s, 2}}},
        {"but for what its end costs", 20s, 10s, {{0s, 2}, {60s, 1}, {90s, 2}}, {{0s, 2}}},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(cheapest_schedule(c.needs, model(c.start_up, c.shut_down)), c.schedule);
    }
}

// What a schedule costs, in pods · slots, and whether it has what is needed: pods that were wanted
// for the whole start-up before, or since the start, are ready.
struct Judged {
    bool suffices = true;
    int cost = 0;
};

Judged judge(
    const std::vector<int>& wanted, const std::vector<int>& needed, int start_up, int shut_down
) {
    Judged judged;
    for (int t = 0; t < static_cast<int>(wanted.size()); ++t) {
        const auto at = static_cast<std::size_t>(t);
        int ready = wanted[at];
        for (int u = std::max(0, t - start_up); u < t; ++u)
            ready = std::min(ready, wanted[static_cast<std::size_t>(u)]);
        judged.suffices = judged.suffices && ready >= needed[at];
        judged.cost += wanted[at];
        if (t > 0) judged.cost += std::max(0, wanted[at - 1] - wanted[at]) * shut_down;
    }
    return judged;
}

int cheapest_of_all(const std::vector<int>& needed, int start_up, int shut_down, int most) {
    std::vector<int> wanted(needed.size(), 0);
    int cheapest = std::numeric_limits<int>::max();
    for (;;) {
        const Judged judged = judge(wanted, needed, start_up, shut_down);
        if (judged.suffices) cheapest = std::min(cheapest, judged.cost);
        std::size_t digit = 0;
        while (digit < wanted.size() && ++wanted[digit] > most) wanted[digit++] = 0;
        if (digit == wanted.size()) return cheapest;
    }
}

TEST(Clairvoyant, NoOtherScheduleIsCheaper) {
    constexpr int most = 2;
    constexpr std::size_t slots = 8, drawn = 6;  // the last need goes on
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        Rng rng(seed);
        std::vector<int> needed(slots);
        for (std::size_t t = 0; t < slots; ++t)
            needed[t] = t < drawn ? static_cast<int>(rng.below(most + 1)) : needed[drawn - 1];
        const int start_up = static_cast<int>(rng.below(4));
        const int shut_down = static_cast<int>(rng.below(3));
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::vector<PodsFrom> needs;
        for (std::size_t t = 0; t < slots; ++t)
            if (t == 0 || needed[t] != needed[t - 1])
                needs.push_back({static_cast<int>(t) * slot, needed[t]});
        const auto schedule = cheapest_schedule(needs, model(start_up * slot, shut_down * slot));
        std::vector<int> wanted;
        std::size_t next = 0;
        for (std::size_t t = 0; t < slots; ++t) {
            const Duration at = static_cast<int>(t) * slot;
            while (next < schedule.size() && schedule[next].at <= at) ++next;
            wanted.push_back(schedule[next - 1].pods);
        }
        const Judged ours = judge(wanted, needed, start_up, shut_down);
        EXPECT_TRUE(ours.suffices);
        EXPECT_EQ(ours.cost, cheapest_of_all(needed, start_up, shut_down, most));
    }
}

TEST(Clairvoyant, FollowedSchedulesAreMeasured) {
    // Made at 40 s, ready at 60 s, when it is needed; let go at 120 s, gone at 130 s.
    const Trace load({{0s, 20}, {60s, 150}, {120s, 20}});
    const PodModel pods = model(20s, 10s);
    const auto needs = needs_of(Workload{}, load, 3min, 0.01, 1, 9);
    const Fared fared =
        follow_schedule(Workload{}, load, 3min, cheapest_schedule(needs, pods), pods);
    EXPECT_NEAR(fared.replica_hours * 3600, 180 + 90, 1e-6);
    EXPECT_NEAR(fared.served.arrived, 60 * (20 + 150 + 20), 1e-6);
    EXPECT_EQ(fared.served.failed, 0);
    EXPECT_LE(fared.served.late, 0.01 * fared.served.arrived);
    EXPECT_GT(fared.served.late, 0);

    const Fared late = follow_schedule(Workload{}, load, 3min, {{0s, 1}, {60s, 2}}, pods);
    EXPECT_GT(late.served.late, 20 * 50) << "20 seconds without the second pod";
}

}  // namespace
}  // namespace swell::sim
