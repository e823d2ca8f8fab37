#include "control/vpa/feed.hpp"

#include <gtest/gtest.h>

#include "control/vpa/phase.hpp"

namespace swell::control::vpa {
namespace {

using namespace std::chrono_literals;

const Instant start{std::chrono::seconds(1'800'000'000)};

spec::Pod pod_in(const char* phase) {
    spec::Pod pod;
    pod.metadata.name = "shop-0";
    pod.metadata.ns = "default";
    pod.metadata.uid = "u0";
    pod.metadata.labels = {{"app", "shop"}};
    spec::Container& app = pod.spec.containers.emplace_back();
    app.name = "app";
    app.resources.requests["memory"] = *Quantity::parse("64Mi");
    pod.status.phase = phase;
    pod.status.container_statuses.emplace_back().name = "app";
    return pod;
}

// Killed for its memory at `at`, and started again.
void restarted(spec::Pod& pod, Instant at) {
    spec::ContainerStatus& status = pod.status.container_statuses.front();
    ++status.restart_count;
    auto& ended = status.last_state.terminated.emplace();
    ended.reason = "OOMKilled";
    ended.finished_at = at;
}

cluster::Change changed(const spec::Pod& pod) {
    return {cluster::Change::Type::modified, cluster::Object(pod), 0};
}

TEST(Feed, WhichPodsCount) {
    struct Case {
        const char* phase;
        bool recommended, updated;
    };
    const Case cases[] = {
        {"", false, false},  // nobody has seen it: on no node, and Pending in the original
        {"Pending", false, true},
        {"Running", true, true},
        {"Unknown", true, true},
        {"Succeeded", true, false},
        {"Failed", true, false},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.phase);
        Model model;
        spec::Pod pod = pod_in(c.phase);
        const spec::Pod* const pods[] = {&pod};
        EXPECT_TRUE(feed_pods(model, pods, start).empty());
        EXPECT_EQ(model.pods.size(), c.recommended ? 1u : 0u);
        EXPECT_EQ(model.states.size(), c.recommended ? 1u : 0u) << "nothing to recommend from";
        EXPECT_EQ(is_updatable(pod), c.updated);
        pod.metadata.deletion_timestamp = start;
        EXPECT_FALSE(is_updatable(pod));
    }
}

TEST(Feed, WhoIsGoneIsTrackedUntilForgotten) {
    Model model;
    const spec::Pod stays = pod_in("Running");
    spec::Pod goes = stays;
    goes.metadata.name = "shop-1";
    const spec::Pod* const both[] = {&stays, &goes};
    EXPECT_TRUE(feed_pods(model, both, start).empty());
    const auto gone = feed_pods(model, std::span(both).first(1), start + 1min);
    EXPECT_EQ(gone, (std::vector<PodKey>{{"default", "shop-1"}}));
    EXPECT_TRUE(add_oom(model, {{"default", "shop-1"}, "app", 64 << 20, start + 30s}));
    forget_pods(model, gone);
    EXPECT_EQ(model.pods.size(), 1u);
    EXPECT_FALSE(add_oom(model, {{"default", "shop-1"}, "app", 64 << 20, start + 40s}));
}

TEST(Feed, AnOomCountsOnceOfAPodThatRan) {
    OomWatch watch;
    spec::Pod pod = pod_in("Pending");
    watch.heard(changed(pod));
    restarted(pod, start);
    watch.heard(changed(pod));
    EXPECT_TRUE(watch.take().empty()) << "it is pending: another container has not started yet";
    pod.status.phase = "Running";
    watch.heard(changed(pod));
    EXPECT_TRUE(watch.take().empty()) << "heard of for the first time";
    restarted(pod, start + 1min);
    watch.heard(changed(pod));
    watch.heard(changed(pod));
    const auto ooms = watch.take();
    ASSERT_EQ(ooms.size(), 1u);
    EXPECT_EQ(ooms[0].amount, 64 << 20);
    EXPECT_EQ(ooms[0].at, start + 1min);
}

TEST(Feed, AnOomCountsWhenItHappens) {
    OomWatch watch;
    spec::Pod pod = pod_in("Running");
    pod.status.container_statuses[0].state.running.emplace();
    watch.heard(changed(pod));

    // Killed, and to start again in a while: it may be deleted before that.
    spec::Pod waits = pod;
    restarted(waits, start + 1min);
    waits.status.container_statuses[0].restart_count = 0;
    waits.status.container_statuses[0].state = {};
    waits.status.container_statuses[0].state.waiting.emplace().reason = "CrashLoopBackOff";
    waits.spec.containers[0].resources.requests["memory"] = *Quantity::parse("80Mi");
    watch.heard(changed(waits));
    const auto ooms = watch.take();
    ASSERT_EQ(ooms.size(), 1u);
    EXPECT_EQ(ooms[0].amount, 64 << 20) << "what it had when it was killed";

    spec::Pod again = waits;
    again.status.container_statuses[0].restart_count = 1;
    again.status.container_statuses[0].state = {};
    again.status.container_statuses[0].state.running.emplace();
    watch.heard(changed(again));
    EXPECT_TRUE(watch.take().empty()) << "the same end";

    // Killed for good.
    spec::Pod ends = again;
    auto& state = ends.status.container_statuses[0].state;
    state = {};
    state.terminated.emplace().reason = "OOMKilled";
    state.terminated->finished_at = start + 2min;
    watch.heard(changed(ends));
    const auto last = watch.take();
    ASSERT_EQ(last.size(), 1u);
    EXPECT_EQ(last[0].amount, 80 << 20);
    EXPECT_EQ(last[0].at, start + 2min);
}

}  // namespace
}  // namespace swell::control::vpa
