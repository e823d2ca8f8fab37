#include "control/hpa/reading.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace swell::control::hpa {
namespace {

using namespace std::chrono_literals;

constexpr Instant now{1'800'000'000s};
constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

const Trust trust{.not_before = now - 90s, .refuse_negative = true, .at_most = most / 200};

spec::Pod pod(const std::string& name) {
    spec::Pod made;
    made.metadata.name = name;
    made.spec.containers.emplace_back().name = "app";
    made.spec.containers[0].resources.requests["cpu"] = Quantity::from_milli(100);
    made.status.phase = "Running";
    made.status.start_time = now - 1h;
    spec::Condition& ready = made.status.conditions.emplace_back();
    ready.type = "Ready";
    ready.status = "True";
    ready.last_transition_time = now - 59min;
    return made;
}

spec::MetricSpec cpu_at(std::int32_t percent) {
    spec::MetricSpec metric;
    metric.type = "Resource";
    metric.resource.emplace().name = "cpu";
    metric.resource->target.type = "Utilization";
    metric.resource->target.average_utilization = percent;
    return metric;
}

metrics::PodMetrics measured(const std::string& name, std::vector<Quantity> usages, Duration age) {
    metrics::PodMetrics made{.name = name, .timestamp = now - age, .window = 15s};
    for (const Quantity& usage : usages) made.containers.push_back({"app", {{"cpu", usage}}});
    return made;
}

// Two pods of 100m; one uses 30m of a target of 50 %, so that the replicas would shrink. The other
// says what the row says.
TEST(HpaReading, AnAbsurdUsageIsAMissingOne) {
    struct Case {
        const char* why;
        std::vector<Quantity> usages;
        Duration age;
        bool counts;
    };
    const Quantity beyond = *Quantity::parse("1e40");
    // clang-format off
    const Case cases[] = {
        {"an honest one",                        {Quantity::from_milli(30)},        5s,  true},
        {"nothing is a usage",                   {Quantity::from_milli(0)},         5s,  true},
        {"old, but not too old",                 {Quantity::from_milli(30)},        90s, true},
        {"stale",                                {Quantity::from_milli(30)},        91s, false},
        {"negative",                             {Quantity::from_milli(-1)},        5s,  false},
        {"the most whose sum does not wrap",     {Quantity::from_milli(most / 200)}, 5s, true},
        {"more",                                 {Quantity::from_milli(most / 200 + 1)}, 5s, false},
        {"as thousandths it would wrap to 384m", {Quantity::from_value(most / 1000 * 2 + 2)}, 5s, false},
        {"beyond any integer",                   {beyond},                          5s,  false},
        {"two containers wrap together",         {Quantity::from_milli(most), Quantity::from_milli(most)}, 5s, false},
    };
    // clang-format on
    const spec::Pod a = pod("a"), b = pod("b");
    const spec::Pod* const pods[] = {&a, &b};
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const std::vector<metrics::PodMetrics> answer = {
            measured("a", {Quantity::from_milli(30)}, 5s), measured("b", c.usages, c.age)
        };
        const Reading reading = read_resource(cpu_at(50), answer, pods, trust);
        EXPECT_EQ(reading.samples.pods[1].has_usage, c.counts);
        EXPECT_EQ(reading.distrusted, c.counts ? 0u : 1u);
        Terms terms{.now = now, .current = 2, .is_cpu = true};
        const Proposal proposal = propose(cpu_at(50), reading, {"default", 2}, terms);
        EXPECT_EQ(proposal.error, "");
        if (!c.counts) {
            EXPECT_EQ(proposal.replicas, 2) << "the missing pod counts as busy";
        }
    }
}

TEST(HpaReading, APodThatNoRuntimeHasSeenIsPending) {
    spec::Pod fresh = pod("a");
    fresh.status = {};
    const spec::Pod* const pods[] = {&fresh};
    EXPECT_EQ(gather_pods(pods).samples.pods[0].phase, PodSample::Phase::pending);
}

TEST(HpaReading, WhatThePodAsksForAsAWholeCountsItsOverhead) {
    spec::Pod whole = pod("a");
    whole.spec.resources.requests = {{"cpu", Quantity::from_milli(100)}};
    whole.spec.overhead = {{"cpu", Quantity::from_milli(60)}};
    const spec::Pod* const pods[] = {&whole};
    const std::vector<metrics::PodMetrics> answer = {measured("a", {Quantity::from_milli(30)}, 5s)};
    EXPECT_EQ(read_resource(cpu_at(50), answer, pods).samples.pods[0].request, 160);
    whole.spec.resources = {};
    const std::int64_t containers =
        pod("a").spec.containers[0].resources.requests.at("cpu").milli_value();
    EXPECT_EQ(read_resource(cpu_at(50), answer, pods).samples.pods[0].request, containers)
        << "the containers' alone do not, as in the original";
}

TEST(HpaReading, AMetricOfPodsLeavesOutWhatIsNoNumber) {
    const spec::Pod a = pod("a"), b = pod("b");
    const spec::Pod* const pods[] = {&a, &b};
    struct Case {
        const char* why;
        double value;
        bool counts;
        std::int64_t milli;
    };
    // clang-format off
    const Case cases[] = {
        {"a number",              2.5,      true,  2500},
        {"finer than a thousandth", 0.00001, true, 1},
        {"NaN",                   nan,      false, 0},
        {"infinite",              infinite, false, 0},
        {"minus infinite",       -infinite, false, 0},
        {"negative",             -0.5,      false, 0},
        {"beyond any integer",    1e300,    false, 0},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const std::vector<metrics::MetricValue> answer = {
            {"a", 1, now - 5s, 15s}, {"b", c.value, now - 5s, 15s}
        };
        const Reading reading = read_pods_values(answer, pods, trust);
        EXPECT_EQ(reading.error, "");
        EXPECT_EQ(reading.samples.pods[0].usage, 1000);
        EXPECT_EQ(reading.samples.pods[1].has_usage, c.counts);
        if (c.counts) {
            EXPECT_EQ(reading.samples.pods[1].usage, c.milli);
        }
        EXPECT_EQ(reading.distrusted, c.counts ? 0u : 1u);
    }
    const std::vector<metrics::MetricValue> none = {{"a", nan, now - 5s, 15s}};
    EXPECT_EQ(
        read_pods_values(none, pods, trust).error, "no metrics returned from custom metrics API"
    );
}

TEST(HpaReading, AValueThatCannotBeTrueIsAnError) {
    struct Case {
        const char* why;
        metrics::MetricValue value;
        const char* error;
        std::int64_t milli;
    };
    const std::string prefix = "unable to fetch metrics from external metrics API: ";
    // clang-format off
    const Case cases[] = {
        {"a number",           {"", 12.5, now - 5s, {}},     "", 12'500},
        {"nothing to do",      {"", 0, now - 5s, {}},        "", 0},
        {"beyond any integer", {"", 1e300, now - 5s, {}},    "", most},
        {"NaN",                {"", nan, now - 5s, {}},      "the value nan cannot be true", 0},
        {"infinite",           {"", infinite, now - 5s, {}}, "the value inf cannot be true", 0},
        {"negative",           {"", -3, now - 5s, {}},       "the value -3 cannot be true", 0},
        {"stale",              {"", 3, now - 91s, {}},       "the value of 2027-01-15T07:58:29Z is too old", 0},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const std::vector<metrics::MetricValue> answer = {{"", 1, now - 5s, {}}, c.value};
        const Reading reading = read_series(ValueSource::external, answer, {}, trust);
        EXPECT_EQ(reading.error, *c.error == '\0' ? "" : prefix + c.error);
        if (!reading.error.empty()) continue;
        EXPECT_EQ(reading.values, (std::vector<std::int64_t>{1000, c.milli}));
    }
}

}  // namespace
}  // namespace swell::control::hpa
