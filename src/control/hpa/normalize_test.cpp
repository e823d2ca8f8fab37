#include "control/hpa/normalize.hpp"

#include <gtest/gtest.h>

namespace swell::control::hpa {
namespace {

using namespace std::chrono_literals;

const Instant now{10h};

struct Case {
    const char* why;
    std::int32_t current, desired;
    std::vector<Recommendation> past;
    std::int32_t replicas;
    Limit limit;
    std::int32_t held_by;  // 0: nothing
};

// min 2, max 20, window 5 min
// clang-format off
const Case without_behavior[] = {
    // why                               cur want  past                                   got limit               held by
    {"as asked",                           4,  6, {},                                       6, Limit::none,           0},
    {"at most twice as many",              4,  9, {},                                       8, Limit::up_rate,        0},
    {"but always four",                    1,  9, {},                                       4, Limit::up_rate,        0},
    {"at most max",                       15, 25, {},                                      20, Limit::max_replicas,   0},
    {"at least min",                       4,  0, {},                                       2, Limit::min_replicas,   0},
    {"a recent higher one holds",          6,  3, {{6, now - 4min}, {5, now - 1min}},       6, Limit::none,           6},
    {"an old one does not",                6,  3, {{6, now - 6min}, {5, now - 1min}},       5, Limit::none,           5},
    {"the edge of the window is within",   6,  3, {{6, now - 5min}},                        6, Limit::none,           6},
};
// clang-format on

TEST(HpaNormalize, WithoutBehavior) {
    for (const Case& c : without_behavior) {
        SCOPED_TRACE(c.why);
        State state{.recommendations = c.past, .scale_ups = {}, .scale_downs = {}};
        const Bounds bounds{.current = c.current, .min = 2, .max = 20};
        const Normalized got = normalize(c.desired, bounds, 5min, now, state);
        EXPECT_EQ(got.replicas, c.replicas);
        EXPECT_EQ(got.limit, c.limit);
        EXPECT_EQ(got.held_by ? got.held_by->replicas : 0, c.held_by);
        if (got.held_by) {
            EXPECT_EQ(got.held_until, got.held_by->at + 5min);
        }
    }
}

TEST(HpaNormalize, SlotsAreReused) {
    State state{
        .recommendations = {{1, now - 9min}, {2, now - 8min}, {3, now - 1min}},
        .scale_ups = {},
        .scale_downs = {}
    };
    normalize(4, {.current = 4, .min = 1, .max = 9}, 5min, now, state);
    const std::vector<Recommendation> wanted{{1, now - 9min}, {4, now}, {3, now - 1min}};
    EXPECT_EQ(state.recommendations, wanted);
}

Rules::Policy pods(std::int32_t value, Duration period) {
    return {.is_percent = false, .value = value, .period = period};
}
Rules::Policy percent(std::int32_t value, Duration period) {
    return {.is_percent = true, .value = value, .period = period};
}

Behavior defaults() { return behavior_of({}, 5min); }

TEST(HpaNormalize, DefaultsOfBehavior) {
    const Behavior got = defaults();
    EXPECT_EQ(got.up.window, 0s);
    EXPECT_EQ(got.down.window, 5min) << "the controller's";
    ASSERT_EQ(got.up.policies.size(), 2u);
    EXPECT_EQ(got.up.policies[0].value, 4);
    EXPECT_TRUE(got.up.policies[1].is_percent);
    ASSERT_EQ(got.down.policies.size(), 1u);
}

struct RateCase {
    const char* why;
    std::int32_t current, desired;
    Rules::Select select;
    std::vector<Rules::Policy> policies;
    std::vector<ScaleEvent> ups, downs;
    std::int32_t replicas;
    Limit limit;
};

const auto max = Rules::Select::max;
const auto min = Rules::Select::min;
const auto off = Rules::Select::disabled;

// min 1, max 50, no windows; the policies are those of the direction of the change
// clang-format off
const RateCase rates[] = {
    // why                              cur want  sel  policies                             ups                downs            got limit
    {"the larger policy counts",         10, 40, max, {pods(4, 15s), percent(100, 15s)},    {},                {},               20, Limit::up_rate},
    {"or the smaller",                   10, 40, min, {pods(4, 15s), percent(100, 15s)},    {},                {},               14, Limit::up_rate},
    {"or none",                          10, 40, off, {pods(4, 15s)},                       {},                {},               10, Limit::up_rate},
    {"what was added counts",            10, 40, max, {pods(4, 60s)},                       {{3, now - 30s}},  {},               11, Limit::up_rate},
    {"not before the period",            10, 40, max, {pods(4, 60s)},                       {{3, now - 60s}},  {},               14, Limit::up_rate},
    {"what was removed gives room",      10, 40, max, {pods(4, 60s)},                       {},                {{2, now - 9s}},  16, Limit::up_rate},
    {"percent up rounds up",              3, 40, max, {percent(10, 15s)},                   {},                {},                4, Limit::up_rate},
    {"used up, stay",                    10, 40, max, {pods(1, 60s)},                       {{5, now - 30s}},  {},               10, Limit::up_rate},
    {"max before rate",                  40, 90, max, {percent(100, 15s)},                  {},                {},               50, Limit::max_replicas},
    {"within the rate",                  10, 12, max, {pods(4, 15s)},                       {},                {},               12, Limit::none},
    {"down by pods",                     10,  1, max, {pods(2, 60s)},                       {},                {},                8, Limit::down_rate},
    {"down by percent rounds down",       9,  1, max, {percent(50, 60s)},                   {},                {},                4, Limit::down_rate},
    {"down, the bigger change counts",   10,  1, max, {pods(2, 60s), percent(50, 60s)},     {},                {},                5, Limit::down_rate},
    {"down, or the smaller",             10,  1, min, {pods(2, 60s), percent(50, 60s)},     {},                {},                8, Limit::down_rate},
    {"down, or none",                    10,  1, off, {pods(2, 60s)},                       {},                {},               10, Limit::down_rate},
    {"down to min",                      10,  0, max, {percent(100, 15s)},                  {},                {},                1, Limit::min_replicas},
    {"no change, no bound",              10, 10, max, {pods(2, 60s)},                       {},                {},               10, Limit::none},
};
// clang-format on

TEST(HpaNormalize, Rates) {
    for (const RateCase& c : rates) {
        SCOPED_TRACE(c.why);
        Behavior behavior;
        behavior.up = behavior.down = {.window = 0s, .select = c.select, .policies = c.policies};
        State state{.recommendations = {}, .scale_ups = c.ups, .scale_downs = c.downs};
        const Bounds bounds{.current = c.current, .min = 1, .max = 50};
        const Normalized got = normalize(c.desired, bounds, behavior, now, state);
        EXPECT_EQ(got.replicas, c.replicas);
        EXPECT_EQ(got.limit, c.limit);
    }
}

TEST(HpaNormalize, ARateSaysWhichPolicyAndUntilWhen) {
    Behavior behavior = defaults();
    behavior.up.policies = {pods(4, 60s)};
    State state{.recommendations = {}, .scale_ups = {{3, now - 30s}}, .scale_downs = {}};
    const Normalized got =
        normalize(40, {.current = 10, .min = 1, .max = 50}, behavior, now, state);
    ASSERT_TRUE(got.policy);
    EXPECT_EQ(got.policy->value, 4);
    EXPECT_EQ(got.period_start, 7);
    EXPECT_EQ(got.rate_until, now + 30s);
}

TEST(HpaNormalize, WindowsHoldBothDirections) {
    Behavior behavior = defaults();
    behavior.up.window = 60s;
    State state{
        .recommendations = {{12, now - 30s}, {11, now - 59s}, {10, now - 60s}},
        .scale_ups = {},
        .scale_downs = {}
    };
    Normalized got = normalize(20, {.current = 10, .min = 1, .max = 50}, behavior, now, state);
    EXPECT_EQ(got.replicas, 11) << "the lowest within the window; its edge is outside";
    EXPECT_EQ(got.held_by->replicas, 11);
    EXPECT_EQ(got.held_until, now + 1s);
    EXPECT_TRUE(got.scale_up);
    got = normalize(3, {.current = 11, .min = 1, .max = 50}, behavior, now + 1s, state);
    EXPECT_EQ(got.replicas, 11) << "20 was recommended, but the window up still says 3";
    EXPECT_FALSE(got.scale_up);
}

TEST(HpaNormalize, ScaleEventsReuseOutdatedSlots) {
    Behavior behavior = defaults();
    State state{
        .recommendations = {}, .scale_ups = {{1, now - 16s}, {2, now - 15s}}, .scale_downs = {}
    };
    remember_scaling(4, 7, behavior, now, state);
    const std::vector<ScaleEvent> wanted{{3, now}, {2, now - 15s}};
    EXPECT_EQ(state.scale_ups, wanted);
    remember_scaling(7, 5, behavior, now, state);
    EXPECT_EQ(state.scale_downs, (std::vector<ScaleEvent>{{2, now}}));
}

}  // namespace
}  // namespace swell::control::hpa
