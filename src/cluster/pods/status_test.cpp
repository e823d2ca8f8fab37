#include "cluster/pods/status.hpp"

#include <gtest/gtest.h>

namespace swell::cluster::pods {
namespace {

using std::chrono::seconds;

const Instant now{seconds(10'000)};

class StatusTest : public testing::Test {
  protected:
    StatusTest() {
        pod_.metadata.name = "web-1";
        pod_.metadata.ns = "default";
        pod_.metadata.uid = "u1";
        pod_.spec.containers.resize(1);
        pod_.spec.containers[0].name = "app";
        pod_.spec.containers[0].readiness_probe.emplace();
        facts_.now = now;
        facts_.containers.resize(1);
        one().probes.readiness.emplace();
    }
    ContainerFacts& one() { return facts_.containers[0]; }
    spec::PodStatus status() const { return status_of(pod_, facts_); }
    std::string condition(const char* type) const {
        for (const auto& each : status().conditions)
            if (each.type == type) return each.status + " " + each.reason + " " + each.message;
        return "(none)";
    }
    Exit exit(int code) const {
        Exit made;
        made.code = code;
        made.started_at = now - seconds(5);
        made.finished_at = now - seconds(1);
        return made;
    }

    spec::Pod pod_;
    PodFacts facts_;
};

TEST_F(StatusTest, NotStarted) {
    const auto got = status();
    EXPECT_EQ(got.phase, "Pending");
    ASSERT_TRUE(got.container_statuses[0].state.waiting);
    EXPECT_EQ(got.container_statuses[0].state.waiting->reason, "ContainerCreating");
    EXPECT_EQ(got.start_time, now);
    EXPECT_EQ(got.pod_ip, "127.0.0.1");
    EXPECT_EQ(condition("PodScheduled"), "True  ");
    EXPECT_EQ(condition("Initialized"), "True  ");
    EXPECT_EQ(condition("Ready"), "False ContainersNotReady containers with unready status: [app]");
    EXPECT_EQ(condition("ContainersReady"), condition("Ready"));
}

TEST_F(StatusTest, Resizes) {
    using Resources = spec::ResourceRequirements;
    const auto cpu = [](int milli) {
        Resources made;
        made.requests["cpu"] = Quantity::from_milli(milli);
        return made;
    };
    struct Case {
        const char* why;
        Stage stage;
        std::optional<Resources> in_force;
        Resources granted;
        const char *error, *infeasible;
        const char *pending, *in_progress;
    };
    const char* const none = "(none)";
    const Case cases[] = {
        {"before its start", Stage::waiting, {}, cpu(100), "", "", none, none},
        {"nothing asked for", Stage::running, cpu(100), cpu(100), "", "", none, none},
        {"under way", Stage::running, cpu(100), cpu(200), "", "", none, "True  "},
        {"it failed", Stage::running, cpu(100), cpu(200), "no room", "", none, "True Error no room"
        },
        {"it ended first", Stage::exited, cpu(100), cpu(200), "", "", none, none},
        {"never", Stage::running, cpu(100), cpu(100), "", "too big", "True Infeasible too big", none
        },
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        one().stage = c.stage;
        one().in_force = c.in_force;
        one().granted = c.granted;
        one().resize_error = c.error;
        facts_.infeasible = c.infeasible;
        EXPECT_EQ(condition("PodResizePending"), c.pending);
        EXPECT_EQ(condition("PodResizeInProgress"), c.in_progress);
        const auto got = status().container_statuses[0];
        EXPECT_EQ(got.resources, c.in_force);
        EXPECT_EQ(got.allocated_resources, c.in_force ? c.granted.requests : spec::ResourceList{});
    }
}

TEST_F(StatusTest, RunningAndReady) {
    one().stage = Stage::running;
    one().started_at = now - seconds(3);
    EXPECT_EQ(status().phase, "Running");
    EXPECT_FALSE(status().container_statuses[0].ready);
    EXPECT_EQ(status().container_statuses[0].started, true);
    EXPECT_EQ(status().container_statuses[0].state.running->started_at, now - seconds(3));
    one().probes.readiness->passing = true;
    EXPECT_TRUE(status().container_statuses[0].ready);
    EXPECT_EQ(condition("Ready"), "True  ");
}

TEST_F(StatusTest, InitContainersHoldTheRestBack) {
    pod_.spec.init_containers.resize(1);
    pod_.spec.init_containers[0].name = "setup";
    facts_.init_containers.resize(1);
    EXPECT_EQ(status().container_statuses[0].state.waiting->reason, "PodInitializing");
    EXPECT_EQ(
        condition("Initialized"),
        "False ContainersNotInitialized containers with incomplete status: [setup]"
    );
    facts_.init_containers[0].stage = Stage::exited;
    facts_.init_containers[0].exit = exit(0);
    EXPECT_TRUE(status().init_container_statuses[0].ready);
    EXPECT_EQ(status().init_container_statuses[0].state.terminated->reason, "Completed");
    EXPECT_EQ(condition("Initialized"), "True  ");
    EXPECT_EQ(status().container_statuses[0].state.waiting->reason, "ContainerCreating");
}

TEST_F(StatusTest, ASidecarThatEndsTakesNothingBack) {
    pod_.spec.restart_policy = "Never";
    pod_.spec.init_containers.resize(1);
    pod_.spec.init_containers[0].name = "proxy";
    pod_.spec.init_containers[0].restart_policy = "Always";
    facts_.init_containers.resize(1);
    facts_.init_containers[0].stage = Stage::exited;
    facts_.init_containers[0].exit = exit(143);
    EXPECT_EQ(
        condition("Initialized"),
        "False ContainersNotInitialized containers with incomplete status: [proxy]"
    );
    one().stage = Stage::running;
    EXPECT_EQ(condition("Initialized"), "True  ");
    one().stage = Stage::exited;
    one().exit = exit(1);
    EXPECT_EQ(condition("Initialized"), "True  ");
    one().exit = exit(0);
    EXPECT_EQ(status().phase, "Succeeded");
    EXPECT_EQ(condition("Initialized"), "True PodCompleted ");
    EXPECT_EQ(condition("Ready"), "False PodCompleted ");
}

TEST_F(StatusTest, CrashLoop) {
    one().stage = Stage::exited;
    one().exit = exit(3);
    one().restarts = 1;
    one().backoff = {seconds(80), now - seconds(6)};
    const auto got = status().container_statuses[0];
    ASSERT_TRUE(got.state.waiting);
    EXPECT_EQ(got.state.waiting->reason, "CrashLoopBackOff");
    EXPECT_EQ(
        got.state.waiting->message,
        "back-off 1m20s restarting failed container=app pod=web-1_default(u1)"
    );
    EXPECT_EQ(got.last_state.terminated->exit_code, 3);
    EXPECT_EQ(got.last_state.terminated->reason, "Error");
    EXPECT_EQ(got.restart_count, 1);
    EXPECT_EQ(status().phase, "Running");
}

TEST_F(StatusTest, EndedTable) {
    struct Case {
        const char* why;
        Exit exit;
        const char* reason;
    };
    Exit oom = exit(137), failed = exit(128);
    oom.oom = true;
    failed.start_error = "exec nowhere: No such file or directory";
    const Case cases[] = {
        {"success", exit(0), "Completed"},
        {"failure", exit(1), "Error"},
        {"memory", oom, "OOMKilled"},
        {"no such program", failed, "StartError"},
    };
    pod_.spec.restart_policy = "Never";
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        one().stage = Stage::exited;
        one().exit = c.exit;
        const auto got = status();
        ASSERT_TRUE(got.container_statuses[0].state.terminated);
        EXPECT_EQ(got.container_statuses[0].state.terminated->reason, c.reason);
        EXPECT_EQ(got.container_statuses[0].state.terminated->exit_code, c.exit.code);
        EXPECT_EQ(got.phase, c.exit.code == 0 ? "Succeeded" : "Failed");
        EXPECT_EQ(condition("Ready").substr(0, 5), "False");
    }
}

TEST_F(StatusTest, ConditionsKeepTheTimeOfTheirLastChange) {
    pod_.status = status();
    facts_.now = now + seconds(60);
    for (const auto& each : status().conditions)
        EXPECT_EQ(each.last_transition_time, now) << each.type;
    one().stage = Stage::running;
    one().probes.readiness->passing = true;
    for (const auto& each : status().conditions) {
        const bool changed = each.type == "Ready" || each.type == "ContainersReady";
        EXPECT_EQ(each.last_transition_time, changed ? now + seconds(60) : now) << each.type;
    }
}

}  // namespace
}  // namespace swell::cluster::pods
