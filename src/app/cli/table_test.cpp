#include "app/cli/table.hpp"

#include <gmock/gmock.h>

#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/quota.hpp"
#include "spec/kinds/vpa.hpp"

namespace swell::app {
namespace {

constexpr Instant now = Instant(std::chrono::hours(1));

spec::ContainerStatus status(spec::ContainerState state, bool ready = false) {
    return {.name = "app", .state = std::move(state), .ready = ready};
}

TEST(Table, PodStatusWords) {
    struct Case {
        const char* why;
        spec::PodStatus pod;
        bool deleted;
        const char* word;
    };
    const spec::ContainerState running{.running = spec::ContainerStateRunning{}};
    const spec::ContainerState crashed{
        .waiting = spec::ContainerStateWaiting{"CrashLoopBackOff", ""}
    };
    const spec::ContainerState done{
        .terminated = spec::ContainerStateTerminated{.reason = "Completed"}
    };
    const spec::ContainerState killed{
        .terminated = spec::ContainerStateTerminated{.exit_code = 137, .signal = 9}
    };
    // clang-format off
    const Case cases[] = {
        {"nothing known yet",        {},                                                                    false, "Pending"},
        {"running",                  {.phase = "Running", .container_statuses = {status(running, true)}},   false, "Running"},
        {"the reason of a wait",     {.phase = "Running", .container_statuses = {status(crashed)}},         false, "CrashLoopBackOff"},
        {"ended well",               {.phase = "Succeeded", .container_statuses = {status(done)}},          false, "Completed"},
        {"ended by a signal",        {.phase = "Failed", .container_statuses = {status(killed)}},           false, "Signal:9"},
        {"a reason of the pod",      {.phase = "Failed", .reason = "Evicted"},                              false, "Evicted"},
        {"going away",               {.phase = "Running", .container_statuses = {status(running, true)}},   true,  "Terminating"},
        {"an init container runs",   {.phase = "Pending", .init_container_statuses = {status(running)}},    false, "Init:0/1"},
        {"an init container fails",  {.phase = "Pending", .init_container_statuses = {status(crashed)}},    false, "Init:CrashLoopBackOff"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::Pod pod;
        pod.spec.init_containers.resize(c.pod.init_container_statuses.size());
        pod.status = c.pod;
        if (c.deleted) pod.metadata.deletion_timestamp = now;
        EXPECT_EQ(pod_status_word(pod), c.word);
    }
}

TEST(Table, InitContainers) {
    const spec::ContainerState running{.running = spec::ContainerStateRunning{}};
    const spec::ContainerState done{
        .terminated = spec::ContainerStateTerminated{.reason = "Completed"}
    };
    const spec::ContainerState failed{
        .terminated = spec::ContainerStateTerminated{.exit_code = 143, .reason = "Error"}
    };
    struct Case {
        const char* why;
        const char* policy;  // of the init container
        spec::ContainerState init, app;
        bool initialized;
        const char *word, *restarts;  // 3 of the init container, 20 of the other
    };
    const Case cases[] = {
        {"it runs first", "", running, {}, false, "Init:0/1", "3"},
        {"it failed", "", failed, {}, false, "Init:Error", "3"},
        {"it is done", "", done, running, true, "Running", "20"},
        {"a sidecar beside it", "Always", running, running, true, "Running", "23"},
        {"a sidecar that was ended with it", "Always", failed, done, true, "Completed", "23"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::Pod pod;
        pod.metadata.name = "a";
        pod.spec.init_containers.resize(1);
        pod.spec.init_containers[0].restart_policy = c.policy;
        pod.status.phase = c.initialized ? "Running" : "Pending";
        pod.status.init_container_statuses = {status(c.init)};
        pod.status.init_container_statuses[0].restart_count = 3;
        pod.status.init_container_statuses[0].started = true;  // as of one without a startup probe
        pod.status.container_statuses = {status(c.app)};
        pod.status.container_statuses[0].restart_count = 20;
        if (c.initialized) pod.status.conditions = {{.type = "Initialized", .status = "True"}};
        EXPECT_EQ(pod_status_word(pod), c.word);
        const std::string row = table({pod}, now, {.headings = false});
        EXPECT_NE(row.find(std::string("   ") + c.restarts + "   "), std::string::npos) << row;
    }
}

TEST(Table, SidecarsCountAsReadyOrNot) {
    struct Case {
        const char* why;
        const char* policy;  // of the init container
        bool started, init_ready, app_ready;
        const char* ready;
    };
    const Case cases[] = {
        {"an init container that is done", "", false, true, true, "1/1"},
        {"one that runs", "", false, false, false, "0/1"},
        {"a sidecar", "Always", true, true, true, "2/2"},
        {"a sidecar that is not ready", "Always", true, false, true, "1/2"},
        {"a sidecar that has not started", "Always", false, true, false, "0/2"},
        {"only the sidecar is ready", "Always", true, true, false, "1/2"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::Pod pod;
        pod.metadata.name = "a";
        pod.spec.containers.resize(1);
        pod.spec.init_containers.resize(1);
        pod.spec.init_containers[0].restart_policy = c.policy;
        pod.status.init_container_statuses.resize(1);
        pod.status.init_container_statuses[0].started = c.started;
        pod.status.init_container_statuses[0].ready = c.init_ready;
        pod.status.container_statuses.resize(1);
        pod.status.container_statuses[0].ready = c.app_ready;
        const std::string row = table({pod}, now, {.headings = false});
        EXPECT_NE(row.find(std::string("   ") + c.ready + "   "), std::string::npos) << row;
    }
}

TEST(Table, Deployments) {
    spec::Deployment d;
    d.metadata.name = "shop";
    d.metadata.ns = "prod";
    d.metadata.creation_timestamp = now - std::chrono::seconds(90);
    d.spec.replicas = 3;
    d.status.ready_replicas = 2;
    d.status.updated_replicas = 3;
    d.status.available_replicas = 2;
    EXPECT_EQ(
        table({d}, now, {}),
        "NAME   READY   UP-TO-DATE   AVAILABLE   AGE\n"
        "shop   2/3     3            2           90s\n"
    );
    EXPECT_EQ(
        table({d}, now, {.namespaces = true, .headings = false}),
        "prod   shop   2/3   3   2   90s\n"
    );
    EXPECT_EQ(table({}, now, {}), "");
}

TEST(Table, HpaTargets) {
    spec::HorizontalPodAutoscaler hpa;
    spec::MetricSpec cpu;
    cpu.type = "Resource";
    cpu.resource =
        spec::ResourceMetricSource{"cpu", {.type = "Utilization", .average_utilization = 70}};
    hpa.spec.metrics = {cpu};
    EXPECT_EQ(hpa_targets(hpa), "cpu: <unknown>/70%");
    spec::MetricStatus seen;
    seen.type = "Resource";
    seen.resource = spec::ResourceMetricStatus{"cpu", {.average_utilization = 142}};
    hpa.status.current_metrics = {seen};
    EXPECT_EQ(hpa_targets(hpa), "cpu: 142%/70%");
}

TEST(Table, VerticalPodAutoscalers) {
    spec::VerticalPodAutoscaler young, old;
    young.metadata.name = "cart";
    young.metadata.creation_timestamp = now - std::chrono::seconds(5);
    old.metadata.name = "shop";
    old.metadata.creation_timestamp = now - std::chrono::seconds(90);
    old.spec.update_policy.emplace().update_mode = "InPlaceOrRecreate";
    auto& first = old.status.recommendation.emplace().container_recommendations.emplace_back();
    first.target["cpu"] = Quantity::from_milli(126);
    first.target["memory"] = Quantity::from_value(262'144'000);
    old.status.recommendation->container_recommendations.push_back(first);
    old.status.conditions = {{.type = "RecommendationProvided", .status = "True"}};
    EXPECT_EQ(
        table({young, old}, now, {}),
        "NAME   MODE                CPU    MEM       PROVIDED   AGE\n"
        "cart                                                   5s\n"
        "shop   InPlaceOrRecreate   126m   262144k   True       90s\n"
    );
}

TEST(Table, ResourceQuotas) {
    spec::ResourceQuota quota;
    quota.metadata.name = "team";
    quota.metadata.creation_timestamp = now - std::chrono::seconds(90);
    quota.status.hard["requests.cpu"] = *Quantity::parse("4");
    quota.status.hard["limits.cpu"] = *Quantity::parse("8");
    quota.status.hard["pods"] = *Quantity::parse("10");
    quota.status.used["requests.cpu"] = *Quantity::parse("1500m");
    EXPECT_EQ(
        table({quota}, now, {}),
        "NAME   REQUEST                             LIMIT             AGE\n"
        "team   pods: 0/10, requests.cpu: 1500m/4   limits.cpu: 0/8   90s\n"
    );
}

TEST(Table, VerticalAndBoth) {
    spec::VerticalPodAutoscaler vpa;
    vpa.metadata.name = "shop";
    vpa.metadata.creation_timestamp = now - std::chrono::seconds(90);
    vpa.spec.update_policy.emplace().update_mode = "Initial";
    spec::RecommendedContainerResources one;
    one.container_name = "app";
    one.target = {{"cpu", *Quantity::parse("126m")}, {"memory", *Quantity::parse("64Mi")}};
    vpa.status.recommendation.emplace().container_recommendations = {one};
    vpa.status.conditions.emplace_back().type = "RecommendationProvided";
    vpa.status.conditions.back().status = "True";
    EXPECT_EQ(
        table({vpa}, now, {}),
        "NAME   MODE      CPU    MEM    PROVIDED   AGE\n"
        "shop   Initial   126m   64Mi   True       90s\n"
    );

    spec::Autoscaler whole;
    whole.metadata = vpa.metadata;
    whole.spec.scale_target_ref = {"apps/v1", "Deployment", "shop"};
    whole.spec.max_replicas = 5;
    whole.status.horizontal.emplace().current_replicas = 3;
    EXPECT_THAT(table({whole}, now, {}), testing::HasSubstr("3          <none>   <none>     90s"));
    whole.spec.vertical.emplace().update_policy = vpa.spec.update_policy;
    whole.status.vertical = vpa.status;
    EXPECT_EQ(
        table({whole}, now, {}),
        "NAME   REFERENCE         TARGETS     MINPODS   MAXPODS   REPLICAS   MODE      REQUESTS"
        "                     AGE\n"
        "shop   Deployment/shop   <unknown>   1         5         3          Initial   app: cpu "
        "126m, memory 64Mi   90s\n"
    );
}

TEST(Table, Labels) {
    spec::ConfigMap one, two;
    one.metadata.name = "one";
    one.metadata.labels = {{"app", "shop"}, {"swell.dev/tier", "front"}};
    two.metadata.name = "two";
    struct Case {
        const char* why;
        TableStyle style;
        const char *heading, *first, *second;  // ends of the lines
    };
    const Case cases[] = {
        {"all", {.show_labels = true}, "LABELS", "app=shop,swell.dev/tier=front", "<none>"},
        {"some", {.label_columns = {"app", "swell.dev/tier"}}, "APP    TIER", "shop   front", ""},
        {"both",
         {.show_labels = true, .label_columns = {"app"}},
         "APP    LABELS",
         "shop   app=shop,swell.dev/tier=front",
         "<none>"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const std::string text = table({one, two}, now, c.style);
        const auto first = text.find('\n'), second = text.find('\n', first + 1);
        EXPECT_TRUE(text.substr(0, first).ends_with(c.heading)) << text;
        EXPECT_TRUE(text.substr(0, second).ends_with(c.first)) << text;
        EXPECT_TRUE(text.ends_with(std::string(c.second) + "\n")) << text;
    }
}

}  // namespace
}  // namespace swell::app
