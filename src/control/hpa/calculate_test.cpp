#include "control/hpa/calculate.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace swell::control::hpa {
namespace {

using namespace std::chrono_literals;

const Instant now{10h};

// One letter a pod: `r` ready, `p` pending, `m` without metric, `t` terminating, `f` failed,
// `y` young and unready, `w` young, ready, but measured before its first whole window,
// `n` old and never ready, `b` old and ready once, unready now.
PodSample pod(char kind, std::int64_t usage, std::int64_t request) {
    PodSample sample;
    sample.usage = usage;
    sample.request = request;
    sample.has_usage = kind != 'm';
    sample.measured = now - 10s;
    sample.window = 15s;
    sample.has_started = true;
    sample.started = now - 1h;
    sample.ready_since = now - 30min;
    sample.ready = PodSample::Ready::yes;
    const bool is_young = kind == 'y' || kind == 'w';
    if (is_young) sample.started = now - 1min;
    if (kind == 'w') sample.ready_since = now - 20s;
    if (kind == 'y' || kind == 'n' || kind == 'b') sample.ready = PodSample::Ready::no;
    if (kind == 'n') sample.ready_since = sample.started + 10s;
    if (kind == 'p') sample.phase = PodSample::Phase::pending;
    if (kind == 'f') sample.phase = PodSample::Phase::failed;
    if (kind == 't') sample.terminating = true;
    return sample;
}

Samples samples(const std::string& kinds, std::int64_t usage, std::int64_t request = 100) {
    Samples all;
    for (const char kind : kinds) all.pods.push_back(pod(kind, usage, request));
    return all;
}

Terms terms(std::int32_t current) {
    Terms made;
    made.now = now;
    made.current = current;
    made.is_cpu = true;
    return made;
}

struct Case {
    const char* why;
    const char* pods;
    std::int64_t usage;  // of each; requests are 100
    std::int32_t current;
    std::int32_t target;  // percent
    std::int32_t replicas;
    Rule rule;
};

// clang-format off
const Case cases[] = {
    // why                                        pods      usage cur target  want  rule
    {"on target",                                 "rr",        70,  2,  70,     2, Rule::within_tolerance},
    {"the upper edge is still tolerated",         "rrrr",      77,  4,  70,     4, Rule::within_tolerance},
    {"past the edge, round up",                   "rrrr",      78,  4,  70,     5, Rule::usage_ratio},
    {"the lower edge is still tolerated",         "rrrr",      63,  4,  70,     4, Rule::within_tolerance},
    {"below the edge",                            "rrrr",      50,  4,  70,     3, Rule::usage_ratio},
    {"twice the target",                          "rr",       142,  2,  70,     5, Rule::usage_ratio},
    {"idle",                                      "rrrr",       0,  4,  70,     0, Rule::usage_ratio},
    {"the ratio is applied to ready pods",        "rr",       140,  5,  70,     4, Rule::usage_ratio},
    {"terminating and failed pods are not there", "rrtf",     140,  4,  70,     4, Rule::usage_ratio},
    {"growing, pending pods count as 0",          "rrp",      140,  3,  70,     4, Rule::filled_in_ratio},
    {"growing, pending pods may hold",            "rrpp",     140,  4,  70,     4, Rule::filled_in_within},
    {"growing, too many pending pods turn it",    "rppp",     140,  4,  70,     4, Rule::filled_in_other_side},
    {"shrinking, pending pods change nothing",    "rrpp",      35,  4,  70,     1, Rule::usage_ratio},
    {"growing, missing pods count as 0",          "rrm",      140,  3,  70,     4, Rule::filled_in_ratio},
    {"shrinking, missing pods count as 100 %",    "rrm",       35,  3,  70,     3, Rule::filled_in_ratio},
    {"shrinking, one of four missing",            "rrrm",      10,  4,  70,     2, Rule::filled_in_ratio},
    {"all but one missing never shrinks",         "rmmm",      10,  4,  70,     4, Rule::filled_in_within},
    {"missing above a target over 100 %",         "rm",       100,  2, 200,     2, Rule::filled_in_ratio},
    {"young and unready is not counted",          "rry",      140,  3,  70,     4, Rule::filled_in_ratio},
    {"measured before ready is not counted",      "rrw",      140,  3,  70,     4, Rule::filled_in_ratio},
    {"never ready is not counted",                "rrn",      140,  3,  70,     4, Rule::filled_in_ratio},
    {"ready once counts, whatever it is now",     "rrb",      140,  3,  70,     6, Rule::usage_ratio},
};
// clang-format on

TEST(HpaCalculate, Utilization) {
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Calculation got =
            for_utilization(samples(c.pods, c.usage), c.target, terms(c.current));
        EXPECT_EQ(got.failure, Failure::none);
        EXPECT_EQ(got.replicas, c.replicas);
        EXPECT_EQ(got.rule, c.rule);
    }
}

TEST(HpaCalculate, MemoryDoesNotCareAboutStartUp) {
    Terms memory = terms(3);
    memory.is_cpu = false;
    const Calculation got = for_utilization(samples("rry", 140), 70, memory);
    EXPECT_EQ(got.replicas, 6);
    EXPECT_EQ(got.groups, (Groups{.ready = 3}));
}

TEST(HpaCalculate, FailuresAreNoNumbers) {
    EXPECT_EQ(for_utilization({}, 70, terms(2)).failure, Failure::no_pods);
    EXPECT_EQ(for_utilization(samples("mm", 1), 70, terms(2)).failure, Failure::no_usages);
    EXPECT_EQ(for_utilization(samples("pp", 1), 70, terms(2)).failure, Failure::no_usages);
    EXPECT_EQ(
        for_utilization(samples("rr", 1, 0), 70, terms(2)).failure, Failure::nothing_in_common
    );
    Samples without_request = samples("rr", 1);
    without_request.request_missing = true;
    EXPECT_EQ(for_utilization(without_request, 70, terms(2)).failure, Failure::request_missing);
    EXPECT_EQ(for_average({}, 70, terms(2)).failure, Failure::no_pods);
    EXPECT_EQ(for_value({}, 90, 30, terms(2)).failure, Failure::no_pods);
}

TEST(HpaCalculate, AveragesCountUsagesOfUnknownPods) {
    Samples with_stray = samples("rr", 100);
    with_stray.strays = {700};
    const Calculation got = for_average(with_stray, 100, terms(2));
    EXPECT_EQ(got.usage, 300);
    EXPECT_EQ(got.replicas, 6);
}

TEST(HpaCalculate, ValueAndSharedValue) {
    EXPECT_EQ(for_value(samples("rrp", 0), 90, 30, terms(3)).replicas, 6)
        << "running and ready pods";
    EXPECT_EQ(for_value(samples("", 0), 90, 30, terms(0)).replicas, 3) << "from zero";
    EXPECT_EQ(for_shared_value(105, 10, 10, {}, false).replicas, 10) << "within tolerance";
    EXPECT_EQ(for_shared_value(115, 10, 10, {}, false).replicas, 12);
    EXPECT_EQ(for_shared_value(115, 10, 0, {}, false).replicas, 12) << "from zero";
}

TEST(HpaCalculate, AmountsBeyondAllReplicas) {
    constexpr std::int64_t much = std::numeric_limits<std::int64_t>::max();
    constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
    constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
    struct Overflow {
        const char* why;
        std::int32_t as_the_original, capped;
        Calculation (*calculate)(const Terms&);
    };
    const Overflow overflows[] = {
        {"Value is capped",
         most,
         most,
         [](const Terms& t) { return for_value(samples("rr", 0), much, 1, t); }},
        {"but not from zero",
         least,
         most,
         [](const Terms& t) {
             Terms from_zero = t;
             from_zero.current = 0;
             return for_value({}, much, 1, from_zero);
         }},
        {"an average is not",
         least,
         most,
         [](const Terms& t) { return for_average(samples("rr", much / 4), 1, t); }},
        {"AverageValue of External is capped",
         most,
         most,
         [](const Terms& t) { return for_shared_value(much, 1, 2, t.tolerances, true); }},
        {"of Object it is not",
         least,
         most,
         [](const Terms& t) { return for_shared_value(much, 1, 2, t.tolerances, t.caps_overflow); }
        },
        {"the largest number there is, is one",
         most,
         most,
         [](const Terms& t) { return for_shared_value(most, 1, 2, t.tolerances, t.caps_overflow); }
        },
    };
    for (const Overflow& c : overflows) {
        SCOPED_TRACE(c.why);
        Terms given = terms(2);
        EXPECT_EQ(c.calculate(given).replicas, c.as_the_original);
        given.caps_overflow = true;
        EXPECT_EQ(c.calculate(given).replicas, c.capped);
    }
}

TEST(HpaCalculate, SumsOfExternalValues) {
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const std::int64_t overflowing[] = {most, 1};
    const std::int64_t negative[] = {5, -40};
    EXPECT_EQ(sum_of_values(overflowing), most);
    EXPECT_EQ(sum_of_values(negative), -35);
    EXPECT_EQ(sum_of_shared_values(overflowing), most);
    EXPECT_EQ(sum_of_shared_values(negative), most) << "the original's quirk";
}

}  // namespace
}  // namespace swell::control::hpa
