#include "control/vpa/recommend.hpp"

#include <gtest/gtest.h>

#include "control/vpa/explain.hpp"

namespace swell::control::vpa {
namespace {

using namespace std::chrono_literals;

const Instant start{std::chrono::seconds(946'684'800)};

AggregateState used(std::int64_t milli, std::int64_t bytes, int minutes) {
    AggregateState state(HistoryConfig{}, start);
    for (int i = 0; i < minutes; ++i) state.add_cpu(milli, start + i * 1min);
    if (minutes > 0) state.memory_peaks.add(static_cast<double>(bytes), 1, start + 24h);
    return state;
}

Quantity quantity(const char* text) { return *Quantity::parse(text); }

TEST(Recommend, Table) {
    struct Case {
        const char* why;
        int minutes;
        const char *min, *max;
        const char *lower, *target, *upper;  // of cpu, when 100m are used
    };
    // 100m fall into the bucket that ends at 110m; 15 % more are 126m.
    // clang-format off
    const Case cases[] = {
        {"no history",           0, "0", "0",       "25m", "25m",  "25m"},
        {"one sample",           1, "0", "0",       "25m", "126m", "100G"},
        {"an hour",             61, "0", "0",      "120m", "126m", "3150m"},
        {"a day",             1441, "0", "0",      "125m", "126m", "252m"},
        {"raised",            1441, "200m", "0",   "200m", "200m", "252m"},
        {"lowered",           1441, "0", "100m",   "100m", "100m", "100m"},
        {"least after most",  1441, "1", "100m",   "100m", "100m", "100m"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::VerticalPodAutoscaler vpa;
        spec::ContainerResourcePolicy& policy =
            vpa.spec.resource_policy.emplace().container_policies.emplace_back();
        policy.container_name = "*";
        policy.min_allowed["cpu"] = quantity(c.min);
        policy.max_allowed["cpu"] = quantity(c.max);
        AggregateStates states;
        states.emplace("app", used(100, 1, c.minutes));
        const RecommenderConfig config;
        const auto estimates = estimate(states, vpa.spec, config);
        const auto made = recommend(estimates, vpa, config).container_recommendations.at(0);
        EXPECT_EQ(made.lower_bound.at("cpu").text(), c.lower);
        EXPECT_EQ(made.target.at("cpu").text(), c.target);
        EXPECT_EQ(made.upper_bound.at("cpu").text(), c.upper);
    }
}

TEST(Recommend, ContainersShareThePodsMinimumUnlessTheyAreOff) {
    AggregateStates states;
    for (const char* name : {"a", "b", "off"}) states.emplace(name, used(0, 0, 0));
    spec::VerticalPodAutoscaler vpa;
    spec::ContainerResourcePolicy& off =
        vpa.spec.resource_policy.emplace().container_policies.emplace_back();
    off.container_name = "off";
    off.mode = "Off";
    const auto estimates = estimate(states, vpa.spec, {});
    ASSERT_EQ(estimates.size(), 2u);
    EXPECT_EQ(estimates[0].cpu->target.amount, 12) << "25m for two";
    EXPECT_EQ(estimates[1].memory->target.amount, 125 << 20);
}

// One sample: what stands for no bound in the status is no number that anybody asked for.
TEST(Recommend, SaysThatThereIsNoUpperBoundYet) {
    const RecommenderConfig config;
    struct Case {
        const char* most;  // maxAllowed of cpu
        const char* target;
    };
    const Case cases[] = {
        {"0", "target: app cpu: target 126m; requests from 25m up are left alone\n"},
        {"200m", "target: app cpu: target 126m; requests from 25m to 200m are left alone\n"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.most);
        AggregateStates states;
        states.emplace("app", used(100, 300'000'000, 1));
        spec::VerticalPodAutoscaler vpa;
        spec::ContainerResourcePolicy& policy =
            vpa.spec.resource_policy.emplace().container_policies.emplace_back();
        policy.container_name = "app";
        policy.max_allowed["cpu"] = quantity(c.most);
        const auto estimates = estimate(states, vpa.spec, config);
        std::string text;
        for (const auto& step : explain(estimates, recommend(estimates, vpa, config), config))
            if (step.rule == "confidence" || step.rule == "target")
                text += step.rule + ": " + step.text + "\n";
        EXPECT_EQ(
            text,
            "confidence: app cpu: confidence 0: lower bound 126m × 0 = 0m, no upper bound yet\n" +
                std::string(c.target) +
                "confidence: app memory: confidence 0: lower bound 334.9Mi × 0 = 0, no upper bound "
                "yet\n"
                "target: app memory: target 351198544; requests from 250Mi up are left alone\n"
        );
    }
}

TEST(Recommend, SaysTheArithmetic) {
    AggregateStates states;
    states.emplace("app", used(100, 300'000'000, 1441));
    spec::VerticalPodAutoscaler vpa;
    spec::ContainerResourcePolicy& policy =
        vpa.spec.resource_policy.emplace().container_policies.emplace_back();
    policy.container_name = "app";
    policy.max_allowed["cpu"] = quantity("100m");
    const RecommenderConfig config;
    const auto estimates = estimate(states, vpa.spec, config);
    const auto steps = explain(estimates, recommend(estimates, vpa, config), config);
    std::string text;
    for (const journal::Step& step : steps) text += step.rule + ": " + step.text + "\n";
    EXPECT_EQ(
        text,
        "history: app: 1441 samples over 24h\n"
        "percentile: app cpu: used at most 110m (50 %), 110m (90 %), 110m (95 %) of the time\n"
        "safety-margin: app cpu: 110m + 15 % = 126m\n"
        "confidence: app cpu: confidence 1: lower bound 126m × 0.998 = 125m, upper bound 126m × 2 "
        "= 252m\n"
        "max-allowed: app cpu: 126m lowered to maxAllowed 100m\n"
        "target: app cpu: target 100m; requests from 100m to 100m are left alone\n"
        "percentile: app memory: used at most 291.2Mi (50 %), 291.2Mi (90 %), 291.2Mi (95 %) of "
        "the time\n"
        "safety-margin: app memory: 291.2Mi + 15 % = 334.9Mi\n"
        "confidence: app memory: confidence 1: lower bound 334.9Mi × 0.998 = 334.3Mi, upper bound "
        "334.9Mi × 2 = 669.9Mi\n"
        "target: app memory: target 351198544; requests from 350497199 to 702397088 are left "
        "alone\n"
    );
}

}  // namespace
}  // namespace swell::control::vpa
