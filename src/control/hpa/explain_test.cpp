#include "control/hpa/explain.hpp"

#include <gtest/gtest.h>

#include "control/hpa/record.hpp"
#include "control/hpa/why.hpp"

namespace swell::control::hpa {
namespace {

using namespace std::chrono_literals;

const Instant now{std::chrono::seconds(1'800'000'000)};  // 08:00:00

// min 2, max 10, cpu at 70 %, behavior of the API's defaults
spec::HorizontalPodAutoscaler hpa() {
    spec::HorizontalPodAutoscaler made;
    made.metadata.name = "shop";
    made.metadata.ns = "default";
    made.metadata.uid = "u-1";
    made.spec.scale_target_ref = {"apps/v1", "Deployment", "shop"};
    made.spec.min_replicas = 2;
    made.spec.max_replicas = 10;
    spec::MetricSpec& cpu = made.spec.metrics.emplace_back();
    cpu.type = "Resource";
    cpu.resource.emplace().name = "cpu";
    cpu.resource->target.average_utilization = 70;
    made.spec.behavior.emplace();
    return made;
}

struct Scene {
    const char* why;
    std::int32_t current;
    std::int64_t usage;  // of each pod; each requests 100
    std::int32_t pending, missing;
    State past;
    const char* rule;  // the step that is looked at
    const char* text;
    std::int32_t not_replicas;
    const char* why_not;
};

Observation observation(const Scene& scene) {
    Observation seen;
    seen.at = now;
    seen.replicas = seen.status_replicas = scene.current;
    Reading& reading = seen.readings.emplace_back();
    for (std::int32_t i = 0; i < scene.current; ++i) {
        PodSample& pod = reading.samples.pods.emplace_back();
        pod.usage = scene.usage;
        pod.request = 100;
        pod.has_usage = i >= scene.missing;
        pod.has_started = true;
        pod.started = now - 1h;
        pod.ready = PodSample::Ready::yes;
        pod.ready_since = now - 59min;
        pod.measured = now - 9s;
        pod.window = 15s;
        if (i >= scene.current - scene.pending) pod.phase = PodSample::Phase::pending;
    }
    return seen;
}

const State nothing;
const State six_recommended{
    .recommendations = {{6, now - 10s}}, .scale_ups = {}, .scale_downs = {}
};
const State three_added{
    .recommendations = {{9, now - 10s}}, .scale_ups = {{3, now - 10s}}, .scale_downs = {}
};

// clang-format off
const Scene scenes[] = {
    {"the ratio", 2, 142, 0, 0, nothing,
     "usage-ratio", "ceil(142 % / 70 % × 2) = 5",
     6, "6 needs cpu above 175 % (it was 142 %)"},
    {"the usage", 2, 142, 0, 0, nothing,
     "usage", "cpu: 284m used of 200m requested by 2 ready pods = 142 %, target 70 %",
     4, "4 needs cpu at or below 140 % (it was 142 %)"},
    {"tolerance", 4, 74, 0, 0, nothing,
     "within-tolerance", "74 % / 70 % = 1.057, within 0.9…1.1: stay at 4",
     5, "5 needs cpu above 77 % (it was 74 %)"},
    {"tolerance is in the way of many", 9, 74, 0, 0, nothing,
     "would-change", "more with cpu above 77 %, fewer with cpu at or below 62 %",
     10, "10 needs cpu above 77 % (it was 74 %)"},
    {"pending pods", 5, 142, 2, 0, nothing,
     "filled-in", "to grow, 2 pods not ready counted as using nothing: 85 % / 70 % = 1.214",
     8, "8 needs cpu, all pods counted, above 98 % (it was 85 %)"},
    {"missing pods", 5, 20, 0, 1, nothing,
     "filled-in", "to shrink, 1 pod without metric counted as using 100 % of the request: 36 % / 70 % = 0.5143",
     4, "3 waits: 5 was recommended at 08:00:00 and counts until 08:05:00; meanwhile 5"},
    {"who is not counted", 5, 142, 2, 1, nothing,
     "pods-not-counted", "not counted: 2 pods pending or starting up, 1 pod without metric",
     11, "maxReplicas is 10"},
    {"max", 9, 120, 0, 0, nothing,
     "max-replicas", "16 is more than maxReplicas 10",
     11, "maxReplicas is 10"},
    {"min", 3, 1, 0, 0, six_recommended,
     "stabilization-window", "1 waits: 6 was recommended at 07:59:50 and counts until 08:04:50; meanwhile 3",
     2, "1 waits: 6 was recommended at 07:59:50 and counts until 08:04:50; meanwhile 3"},
    {"the window, and the metric as well", 5, 36, 0, 0, six_recommended,
     "stabilization-window", "3 waits: 6 was recommended at 07:59:50 and counts until 08:04:50; meanwhile 5",
     2, "2 needs cpu at or below 28 % (it was 36 %), and the stabilization window holds 5 until 08:04:50"},
    {"rate", 5, 140, 0, 0, three_added,
     "scale-up-limit", "at most 6: 4 pods each 15s, counted from the 2 at the start of that period; the next change is possible at 08:00:05",
     7, "at most 6: 4 pods each 15s, counted from the 2 at the start of that period; the next change is possible at 08:00:05"},
    {"above max", 12, 1, 0, 0, nothing,
     "above-max-replicas", "12 is more than maxReplicas 10: set to it at once, no metric asked",
     11, "maxReplicas is 10"},
    {"zero", 0, 1, 0, 0, nothing,
     "disabled", "the target has 0 replicas: autoscaling is off until somebody sets another number",
     2, "the target has 0 replicas: autoscaling is off until somebody sets another number"},
    {"all pending", 2, 1, 2, 0, nothing,
     "metric-unknown", "cpu: failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)",
     1, "minReplicas is 2"},
};
// clang-format on

TEST(HpaExplain, EachRuleSpeaksItsArithmetic) {
    for (const Scene& scene : scenes) {
        SCOPED_TRACE(scene.why);
        const Observation seen = observation(scene);
        const Decision decision = decide(seen, hpa(), scene.past, {});
        std::string spoken;
        for (const journal::Step& step : decision.steps)
            if (step.rule == scene.rule) spoken = step.text;
        EXPECT_EQ(spoken, scene.text);
        EXPECT_EQ(why_not(entry_of(seen, hpa(), decision), scene.not_replicas), scene.why_not);
    }
}

TEST(HpaExplain, WhatItSaysOfMoreAndFewerIsTrue) {
    // Each edge is tried: one beyond it changes the number, on it does not.
    for (std::int64_t usage = 1; usage < 300; usage += 7) {
        for (const std::int32_t current : {2, 3, 5, 9}) {
            SCOPED_TRACE(std::to_string(usage) + " % with " + std::to_string(current));
            const auto asked = [&](std::int64_t level) {
                const Scene scene{"", current, level, 0, 0, nothing, "", "", 0, ""};
                const Decision decision = decide(observation(scene), hpa(), nothing, {});
                return decision.steps.at(1).numbers;
            };
            const Json numbers = asked(usage);
            const auto replicas = [](const Json& verdict) {
                return verdict["replicas"].get<int>();
            };
            const auto above = numbers["more_above"].get<std::int64_t>();
            const auto below = numbers["fewer_at"].get<std::int64_t>();
            EXPECT_EQ(replicas(asked(above)), replicas(numbers));
            EXPECT_GT(replicas(asked(above + 1)), replicas(numbers));
            if (replicas(numbers) == 0) continue;
            EXPECT_LT(replicas(asked(below)), replicas(numbers));
            EXPECT_EQ(replicas(asked(below + 1)), replicas(numbers));
        }
    }
}

TEST(HpaRecord, MemoryComesBack) {
    const Scene scene{"", 2, 142, 0, 0, six_recommended, "", "", 0, ""};
    const Observation seen = observation(scene);
    const Decision decision = decide(seen, hpa(), scene.past, {});
    ASSERT_TRUE(decision.rescale);
    journal::Entry entry = entry_of(seen, hpa(), decision);
    const auto restored = [&](std::int32_t replicas) {
        return restore(entry, hpa(), replicas, now + 1s, {});
    };
    const std::vector<Recommendation> recommendations{{6, now - 10s}, {5, now}, {5, now + 1s}};
    EXPECT_EQ(restored(5).recommendations, recommendations);
    EXPECT_EQ(restored(5).scale_ups, (std::vector<ScaleEvent>{{3, now}}))
        << "no outcome, but it is so";
    EXPECT_TRUE(restored(2).scale_ups.empty()) << "no outcome, and it is not so";
    entry.outcome = "failed: conflict";
    EXPECT_TRUE(restored(5).scale_ups.empty());
    entry.outcome = "done";
    EXPECT_EQ(restored(7).scale_ups.size(), 1u);
    spec::HorizontalPodAutoscaler other = hpa();
    other.metadata.uid = "u-2";
    EXPECT_EQ(restore(entry, other, 5, now, {}).recommendations.size(), 1u)
        << "only what it has now";
    entry.observation["memory"] = "garbage";
    EXPECT_EQ(restored(5).recommendations.size(), 1u);
}

}  // namespace
}  // namespace swell::control::hpa
