#include "control/vpa/update.hpp"

#include <gtest/gtest.h>

#include "control/vpa/disruption.hpp"

namespace swell::control::vpa {
namespace {

using namespace std::chrono_literals;

const Instant now{std::chrono::seconds(946'684'800)};

Quantity quantity(const std::string& text) { return *Quantity::parse(text); }

spec::Pod pod_of(const char* request, Duration age) {
    spec::Pod pod;
    pod.metadata.name = "shop-0";
    pod.metadata.uid = "0";
    pod.metadata.owner_references = {{"apps/v1", "ReplicaSet", "shop", "u", true}};
    spec::Container& app = pod.spec.containers.emplace_back();
    app.name = "app";
    if (*request != 0) app.resources.requests["cpu"] = quantity(request);
    app.resources.requests["memory"] = quantity("256Mi");
    pod.status.phase = "Running";
    if (age > 0s) pod.status.start_time = now - age;
    return pod;
}

// 100m to 400m, target 200m.
spec::VerticalPodAutoscaler autoscaler() {
    spec::VerticalPodAutoscaler vpa;
    auto& one = vpa.status.recommendation.emplace().container_recommendations.emplace_back();
    one.container_name = "app";
    one.lower_bound["cpu"] = quantity("100m");
    one.target["cpu"] = quantity("200m");
    one.upper_bound["cpu"] = quantity("400m");
    return vpa;
}

void killed(spec::Pod& pod, Duration ran, Duration ago) {
    spec::ContainerStatus& status = pod.status.container_statuses.emplace_back();
    status.name = "app";
    auto& ended = status.last_state.terminated.emplace();
    ended.reason = "OOMKilled";
    ended.finished_at = now - ago;
    ended.started_at = now - ago - ran;
}

TEST(Update, Verdicts) {
    struct Case {
        const char* why;
        const char* request;
        Duration age;
        void (*set)(spec::Pod&, spec::VerticalPodAutoscaler&);
        Verdict verdict;
    };
    const auto as_is = [](spec::Pod&, spec::VerticalPodAutoscaler&) {};
    const auto oom = [](spec::Pod& pod, spec::VerticalPodAutoscaler&) { killed(pod, 5min, 1min); };
    const auto require = [](spec::VerticalPodAutoscaler& vpa, const char* change) {
        vpa.spec.update_policy.emplace().eviction_requirements = {{{"cpu"}, change}};
    };
    static const auto requirement = require;
    const Case cases[] = {
        {"below the range", "99m", 1min, as_is, Verdict::outside_range},
        {"above the range", "401m", 1min, as_is, Verdict::outside_range},
        {"no request", "", 1min, as_is, Verdict::outside_range},
        {"its edge is within", "100m", 1min, as_is, Verdict::short_lived},
        {"old", "100m", 12h, as_is, Verdict::long_lived},
        {"old, but close", "190m", 12h, as_is, Verdict::small_diff},
        {"of unknown age", "100m", 0s, as_is, Verdict::no_start_time},
        {"a quick oom", "150m", 1min, oom, Verdict::quick_oom},
        {"that more would not help", "200m", 1min, oom, Verdict::oom_same_target},
        {"a slow oom",
         "150m",
         1min,
         [](spec::Pod& pod, auto&) { killed(pod, 10min, 1min); },
         Verdict::short_lived},
        {"an oom of long ago",
         "150m",
         1min,
         [](spec::Pod& pod, auto&) { killed(pod, 5min, 10min); },
         Verdict::short_lived},
        {"a container put in later",
         "99m",
         1min,
         [](spec::Pod& pod, auto&) { pod.metadata.annotations["vpaObservedContainers"] = "b"; },
         Verdict::short_lived},
        {"only upwards",
         "401m",
         1min,
         [](auto&, auto& vpa) { requirement(vpa, "TargetHigherThanRequests"); },
         Verdict::requirements},
        {"only downwards",
         "401m",
         1min,
         [](auto&, auto& vpa) { requirement(vpa, "TargetLowerThanRequests"); },
         Verdict::outside_range},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::VerticalPodAutoscaler vpa = autoscaler();
        spec::Pod pod = pod_of(c.request, c.age);
        c.set(pod, vpa);
        EXPECT_STREQ(to_text(judge(vpa, pod, {}, now, {}).verdict), to_text(c.verdict));
    }
}

TEST(Update, WhoGrowsGoesFirst) {
    const spec::VerticalPodAutoscaler vpa = autoscaler();
    const spec::Pod shrinks = pod_of("4", 1min), grows = pod_of("90m", 1min),
                    grows_more = pod_of("10m", 1min), stays = pod_of("200m", 1min);
    std::vector<Candidate> all;
    for (const spec::Pod* pod : {&shrinks, &grows, &stays, &grows_more})
        all.push_back(judge(vpa, *pod, {}, now, {}));
    const auto order = update_order(all);
    ASSERT_EQ(order.size(), 3u);
    EXPECT_EQ(order[0].pod, &grows_more);
    EXPECT_EQ(order[1].pod, &grows);
    EXPECT_EQ(order[2].pod, &shrinks);
}

TEST(Disruption, HowManyAtOnce) {
    struct Case {
        const char* why;
        int running, pending;
        std::int32_t replicas;
        double tolerance;
        int evictable;
    };
    const Case cases[] = {
        {"half", 4, 0, 4, 0.5, 2},
        {"half, cut", 5, 0, 5, 0.5, 2},
        {"one at least", 3, 0, 3, 0.1, 1},
        {"unless one is missing", 2, 0, 3, 0.1, 0},
        {"pending ones always", 2, 2, 4, 0.1, 2},
        {"too few", 1, 0, 1, 0.5, 0},
        {"too few, even pending", 0, 1, 1, 0.5, 0},
        {"the owner is gone", 4, 0, 0, 0.5, 0},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        std::vector<spec::Pod> pods;
        for (int i = 0; i < c.running + c.pending; ++i) {
            pods.push_back(pod_of("1", 1min));
            // Of two that are pending one was not even seen by a runtime.
            if (i >= c.running) pods.back().status.phase = i % 2 == 0 ? "Pending" : "";
        }
        std::vector<const spec::Pod*> live;
        for (const spec::Pod& pod : pods) live.push_back(&pod);
        UpdaterConfig config;
        config.eviction_tolerance = c.tolerance;
        Disruption disruption(live, {}, config, [&](const Creator&) { return c.replicas; });
        Disruption::FirstSeen seen;
        int evicted = 0;
        for (const spec::Pod* pod : live) {
            if (!disruption.can_evict(*pod, now, seen)) continue;
            disruption.evicted(*pod);
            ++evicted;
        }
        EXPECT_EQ(evicted, c.evictable);
    }
}

TEST(Disruption, OfResizes) {
    struct Case {
        const char* why;
        const char *type, *reason;
        Duration since;
        ResizeDecision decision;
    };
    const Case cases[] = {
        {"none under way", "Ready", "", 0s, ResizeDecision::approved},
        {"infeasible", "PodResizePending", "Infeasible", 0s, ResizeDecision::evict},
        {"deferred", "PodResizePending", "Deferred", 5min, ResizeDecision::deferred},
        {"deferred too long", "PodResizePending", "Deferred", 301s, ResizeDecision::evict},
        {"in progress", "PodResizeInProgress", "", 1h, ResizeDecision::deferred},
        {"in progress too long", "PodResizeInProgress", "", 3601s, ResizeDecision::evict},
        {"failed", "PodResizeInProgress", "Error", 0s, ResizeDecision::evict},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        std::vector<spec::Pod> pods(4, pod_of("1", 1min));
        spec::Condition& condition = pods[0].status.conditions.emplace_back();
        condition.type = c.type;
        condition.status = "True";
        condition.reason = c.reason;
        std::vector<const spec::Pod*> live;
        for (const spec::Pod& pod : pods) live.push_back(&pod);
        const spec::VerticalPodAutoscaler vpa = autoscaler();
        const Disruption disruption(live, vpa, {}, [](const Creator&) { return 4; });
        Disruption::FirstSeen seen;
        disruption.can_resize(pods[0], vpa, now, seen);
        EXPECT_STREQ(
            to_text(disruption.can_resize(pods[0], vpa, now + c.since, seen)), to_text(c.decision)
        );
    }
}

}  // namespace
}  // namespace swell::control::vpa
