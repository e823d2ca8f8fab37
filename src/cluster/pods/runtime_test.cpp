#include "cluster/pods/runtime_io.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/fd_io.hpp"
#include "cluster/pods/cgroup/cgroups_io.hpp"
#include "cluster/pods/runtime_fixture_test.hpp"

namespace swell::cluster::pods {
namespace {

namespace fs = std::filesystem;

TEST_F(RuntimeTest, ExitCodesAndLogs) {
    auto w = world();
    w->create_shell("good", "echo out; echo err >&2; printf tail");
    w->create_shell("bad", "exit 3");
    w->create_shell("killed", "kill -9 $$$$");
    ASSERT_TRUE(w->until([&] {
        return w->phase("good") == "Succeeded" && w->phase("bad") == "Failed" &&
               w->phase("killed") == "Failed";
    }));
    EXPECT_EQ(w->container("good").state.terminated->reason, "Completed");
    EXPECT_EQ(w->container("bad").state.terminated->exit_code, 3);
    EXPECT_EQ(w->container("bad").state.terminated->reason, "Error");
    EXPECT_EQ(w->container("killed").state.terminated->exit_code, 137);
    EXPECT_EQ(w->container("killed").state.terminated->signal, 9);
    EXPECT_TRUE(w->container("good").container_id.starts_with("process://"));
    const std::string log = w->log("good");
    for (const char* line : {"out\n", "err\n", "tail\n"})
        EXPECT_NE(log.find(line), std::string::npos) << log;
    EXPECT_TRUE(w->has_event("Created"));
    EXPECT_TRUE(w->has_event("Started"));
    EXPECT_TRUE(w->stop());
}

TEST_F(RuntimeTest, AProgramThatIsNotThere) {
    auto w = world();
    w->create_pod(
        "none",
        R"({"restartPolicy":"Never","containers":[{"name":"app","command":["/no/such/program"]}]})"
    );
    ASSERT_TRUE(w->until([&] { return w->phase("none") == "Failed"; }));
    EXPECT_EQ(w->container("none").state.terminated->exit_code, 128);
    EXPECT_EQ(w->container("none").state.terminated->reason, "StartError");
    EXPECT_NE(
        w->container("none").state.terminated->message.find("/no/such/program"), std::string::npos
    );
}

TEST_F(RuntimeTest, CrashLoopIsJournaledBeforeItRestarts) {
    auto w = world();
    w->create_shell("crash", "echo run; exit 1", "Always");
    ASSERT_TRUE(w->until([&] {
        const auto state = w->container("crash").state;
        return state.waiting && state.waiting->reason == "CrashLoopBackOff";
    }));
    EXPECT_EQ(w->container("crash").restart_count, 1)
        << "the first restart is at once, the second waits 10 s";
    EXPECT_NE(
        w->container("crash").state.waiting->message.find(
            "back-off 10s restarting failed container=app pod=crash_default("
        ),
        std::string::npos
    );
    EXPECT_EQ(w->container("crash").last_state.terminated->exit_code, 1);
    EXPECT_EQ(w->phase("crash"), "Running");
    EXPECT_TRUE(w->has_event("BackOff"));
    const auto& entries = w->journal.entries();
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_EQ(entries.front().action, "restart");
    EXPECT_EQ(entries.front().outcome, "done");
    EXPECT_EQ(entries.front().subject, "pod/crash");
    LogQuery previous;
    previous.previous = true;
    EXPECT_EQ(w->log("crash", previous), "run\n");
}

TEST_F(RuntimeTest, WhatCannotBeJournaledIsNotDone) {
    auto w = world();
    w->journal.refuse(true);
    w->create_shell("crash", "exit 1", "Always");
    ASSERT_TRUE(w->until([&] {
        return w->container("crash").last_state.terminated ||
               w->container("crash").state.terminated;
    }));
    for (int i = 0; i < 20; ++i) w->loop.run_once(std::chrono::milliseconds(10));
    EXPECT_EQ(w->container("crash").restart_count, 0);
    w->journal.refuse(false);
    EXPECT_TRUE(w->until([&] { return w->container("crash").restart_count == 1; }));
}

TEST_F(RuntimeTest, DrainsThenSigtermThenGone) {
    for (const bool detach : {false, true}) {
        SCOPED_TRACE(detach);
        fs::remove(folder_ + "/bye");
        auto w = world(config(detach));
        w->gate.hold = true;
        w->create_shell(
            "web",
            "trap 'touch " + folder_ + "/bye; exit 0' TERM; echo up; while :; do sleep 0.05; done",
            "Always"
        );
        ASSERT_TRUE(w->until([&] { return w->log("web") == "up\n" && w->ready("web"); }));
        w->remove("web");
        ASSERT_TRUE(w->until([&] { return w->gate.held.size() == 1; }));
        for (int i = 0; i < 20; ++i) w->loop.run_once(std::chrono::milliseconds(10));
        EXPECT_FALSE(fs::exists(folder_ + "/bye")) << "no SIGTERM while requests are under way";
        w->gate.held.front()();
        ASSERT_TRUE(w->until([&] { return !w->exists("web"); }));
        EXPECT_TRUE(fs::exists(folder_ + "/bye"));
        EXPECT_TRUE(w->has_event("Killing"));
        EXPECT_TRUE(w->stop());
        EXPECT_TRUE(fs::is_empty(state_dir() + "/pods"));
    }
}

TEST_F(RuntimeTest, SigkillWhenTheGracePeriodEnds) {
    auto w = world();
    w->create_shell("deaf", "trap '' TERM; echo up; while :; do sleep 0.05; done", "Always");
    ASSERT_TRUE(w->until([&] { return w->log("deaf") == "up\n"; }));
    w->remove("deaf", 1);
    EXPECT_TRUE(w->until([&] { return !w->exists("deaf"); }));
}

TEST_F(RuntimeTest, PreStopBeforeSigterm) {
    auto w = world();
    w->create_shell(
        "web",
        "trap 'echo term >> " + folder_ +
            "/order; exit 0' TERM; echo up; while :; do sleep 0.05; done",
        "Always",
        R"("lifecycle":{"postStart":{"exec":{"command":["sh","-c","echo post >> )" + folder_ +
            R"(/order"]}},"preStop":{"exec":{"command":["sh","-c","echo pre >> )" + folder_ +
            R"(/order"]}}})"
    );
    ASSERT_TRUE(w->until([&] { return w->ready("web") && w->log("web") == "up\n"; }));
    w->remove("web");
    ASSERT_TRUE(w->until([&] { return !w->exists("web"); }));
    EXPECT_EQ(*read_file(folder_ + "/order"), "post\npre\nterm\n");
}

TEST_F(RuntimeTest, InitContainersInOrderAndASidecar) {
    auto w = world();
    const std::string log = folder_ + "/order";
    const auto shell = [&](const char* name, const std::string& line, const char* more = "") {
        return std::string(R"({"name":")") + name + R"(","command":["sh","-c",)" +
               Json(line).dump() + "]" + more + "}";
    };
    w->create_pod(
        "job",
        R"({"restartPolicy":"Never","initContainers":[)" + shell("one", "echo one >> " + log) +
            "," +
            shell(
                "side",
                "echo side >> " + log + "; trap 'echo side ends >> " + log +
                    "; exit 0' TERM; while :; do sleep 0.05; done",
                R"(,"restartPolicy":"Always")"
            ) +
            "," +
            shell(
                "two", "until grep -q side " + log + "; do sleep 0.05; done; echo two >> " + log
            ) +
            R"(],"containers":[)" + shell("main", "echo main >> " + log) + "]}"
    );
    ASSERT_TRUE(w->until([&] { return w->phase("job") == "Succeeded"; }));
    ASSERT_TRUE(w->until([&] { return read_file(log)->ends_with("side ends\n"); }));
    EXPECT_EQ(*read_file(log), "one\nside\ntwo\nmain\nside ends\n");
}

TEST_F(RuntimeTest, EnvironmentPortsAndFolder) {
    auto w = world();
    fs::create_directories(folder_ + "/manifests/sub");
    w->create(
        R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm","namespace":"default"},"data":{"k":"v"}})"
    );
    w->create_pod(
        "env",
        R"J({"restartPolicy":"Never","containers":[{"name":"app","workingDir":"sub","ports":[{"name":"http","containerPort":8080}],
            "env":[{"name":"K","valueFrom":{"configMapKeyRef":{"name":"cm","key":"k"}}},{"name":"URL","value":"http://$(POD):$(PORT)"},
                   {"name":"POD","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],
            "command":["sh","-c","echo $K $PORT $(PORT) $PORT_HTTP; pwd; echo $$$$; tr '\\0' ' ' < /proc/self/cmdline; ls /proc/self/fd | wc -l"]}]})J",
        R"({"swell.dev/directory":")" + folder_ + R"(/manifests"})"
    );
    ASSERT_TRUE(w->until([&] { return w->phase("env") == "Succeeded"; })) << w->phase("env");
    const auto ports = w->pod("env").status.ports;
    ASSERT_EQ(ports.size(), 1u);
    EXPECT_EQ(ports[0].container_port, 8080);
    EXPECT_GE(ports[0].port, 20000);
    const std::string port = std::to_string(ports[0].port);
    const std::string log = w->log("env");
    EXPECT_TRUE(
        log.starts_with("v " + port + " " + port + " " + port + "\n" + folder_ + "/manifests/sub\n")
    ) << log;
    EXPECT_TRUE(log.ends_with("4\n"))
        << "0, 1, 2 and the folder that ls reads, nothing inherited: " << log;
}

TEST_F(RuntimeTest, WaitsForAMissingConfigMap) {
    auto w = world();
    w->create_shell(
        "web",
        "echo $K",
        "Never",
        R"("env":[{"name":"K","valueFrom":{"configMapKeyRef":{"name":"cm","key":"k"}}}])"
    );
    ASSERT_TRUE(w->until([&] {
        const auto state = w->container("web").state;
        return state.waiting && state.waiting->reason == "CreateContainerConfigError";
    }));
    EXPECT_EQ(w->container("web").state.waiting->message, "configmap \"cm\" not found");
    w->create(
        R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm","namespace":"default"},"data":{"k":"late"}})"
    );
    ASSERT_TRUE(w->until([&] { return w->phase("web") == "Succeeded"; }));
    EXPECT_EQ(w->log("web"), "late\n");
}

TEST_F(RuntimeTest, VolumesAreSeenAtTheirPathsAndNowhereElse) {
    auto w = world();
    w->create(
        R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm","namespace":"default"},"data":{"key":"from config","other":"x"}})"
    );
    w->create(
        R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"default"},"stringData":{"pw":"hush"}})"
    );
    const std::string name = "swell-mount-" + std::to_string(::getpid());
    w->create_pod(
        "vol",
        R"({"restartPolicy":"Never","volumes":[{"name":"c","configMap":{"name":"cm"}},{"name":"one","configMap":{"name":"cm","items":[{"key":"key","path":"file"}]}},
            {"name":"s","secret":{"secretName":"s","defaultMode":384}},{"name":"d","emptyDir":{}},{"name":"m","emptyDir":{"medium":"Memory"}}],
            "containers":[{"name":"app","volumeMounts":[{"name":"c","mountPath":"/)" +
            name + R"("},{"name":"one","mountPath":"/etc/)" + name +
            R"(/sub/file","subPath":"file"},{"name":"s","mountPath":"/etc/)" + name +
            R"(-s"},{"name":"d","mountPath":"/tmp/)" + name +
            R"("},{"name":"m","mountPath":"/mem"}],"command":["sh","-c",)" +
            Json(
                "cat /" + name + "/key; echo; cat /etc/" + name + "/sub/file; echo; cat /etc/" +
                name + "-s/pw; echo; stat -c %a /etc/" + name + "-s/pw; echo no > /" + name +
                "/key || echo refused; echo yes > /tmp/" + name +
                "/f; cat $SWELL_VOLUME_D/f; stat -f -c %T /mem; cat /etc/passwd > /dev/null && "
                "echo host"
            )
                .dump() +
            "]}]}"
    );
    ASSERT_TRUE(w->until([&] {
        return w->phase("vol") == "Succeeded" || w->phase("vol") == "Failed";
    }));
    for (const std::string& warning : w->runtime->warnings())
        if (warning.find("mountPath") != std::string::npos) GTEST_SKIP() << warning;
    std::string log = w->log("vol");
    for (const char* line :
         {"from config\n", "hush\n600\n", "refused\n", "yes\n", "tmpfs\n", "host\n"})
        EXPECT_NE(log.find(line), std::string::npos) << line << log;
    for (const char* parent : {"/", "/etc/", "/tmp/"})
        EXPECT_FALSE(fs::exists(parent + name)) << parent;
    const std::string uid = w->pod("vol").metadata.uid;
    w->remove("vol");
    ASSERT_TRUE(w->until([&] { return !w->exists("vol"); }));
    EXPECT_FALSE(fs::exists("/dev/shm/" + prefix_ + "-" + uid));
}

TEST_F(RuntimeTest, ReadinessFollowsItsProbe) {
    auto w = world();
    const std::string flag = folder_ + "/ready";
    w->create_shell(
        "web",
        "sleep 1000",
        "Always",
        R"("readinessProbe":{"exec":{"command":["test","-f",")" + flag +
            R"("]},"periodSeconds":1,"failureThreshold":1,"timeoutSeconds":30})"
    );
    ASSERT_TRUE(w->until([&] { return w->phase("web") == "Running" && w->has_event("Unhealthy"); })
    );
    EXPECT_FALSE(w->ready("web"));
    ASSERT_TRUE(write_file(flag, ""));
    ASSERT_TRUE(w->until([&] { return w->ready("web"); }));
    fs::remove(flag);
    ASSERT_TRUE(w->until([&] { return !w->ready("web"); }));
    EXPECT_EQ(w->container("web").restart_count, 0);
}

TEST_F(RuntimeTest, WhatSomebodyElseSaysOfItsStatusIsPutRight) {
    auto w = world();
    w->create_shell("web", "sleep 1000");
    ASSERT_TRUE(w->until([&] { return w->ready("web"); }));
    spec::Pod changed = w->pod("web");
    for (auto& condition : changed.status.conditions)
        if (condition.type == "Ready") condition.status = "False";
    changed.status.phase = "Failed";
    changed.status.conditions.push_back({.type = "example.com/gate", .status = "True"});
    changed.metadata.resource_version = 0;
    ASSERT_TRUE(w->store->update_status(changed).has_value());
    EXPECT_TRUE(w->until([&] { return w->ready("web") && w->phase("web") == "Running"; }));
    const auto conditions = w->pod("web").status.conditions;
    EXPECT_TRUE(std::ranges::any_of(conditions, [](const auto& condition) {
        return condition.type == "example.com/gate" && condition.status == "True";
    })) << "a readiness gate is its own controller's";
}

TEST_F(RuntimeTest, AGracePeriodBeyondAllTimeIsWaitedFor) {
    auto w = world();
    // Slow to end, as one with something to finish.
    w->create_pod(
        "slow",
        R"({"terminationGracePeriodSeconds":99999999999,"activeDeadlineSeconds":2147483647,"restartPolicy":"Always","containers":[{"name":"app",
            "livenessProbe":{"exec":{"command":["false"]},"periodSeconds":1,"failureThreshold":1},
            "command":["sh","-c","trap 'sleep 1; exit 9' TERM; while :; do sleep 0.05; done"]}]})"
    );
    ASSERT_TRUE(w->until([&] { return w->container("slow").restart_count >= 1; }));
    const auto ended = w->container("slow").last_state.terminated;
    ASSERT_TRUE(ended.has_value());
    EXPECT_EQ(ended->exit_code, 9) << "killed before its time";
    EXPECT_EQ(w->phase("slow"), "Running");
    w->remove("slow", 0);
    EXPECT_TRUE(w->until([&] { return !w->exists("slow"); }));
}

TEST_F(RuntimeTest, LivenessRestarts) {
    auto w = world();
    w->create_shell(
        "web",
        "exec sleep 1000",
        "Always",
        R"("livenessProbe":{"exec":{"command":["false"]},"periodSeconds":1,"failureThreshold":1,"timeoutSeconds":30})"
    );
    ASSERT_TRUE(w->until([&] { return w->container("web").restart_count == 1; }));
    EXPECT_EQ(w->container("web").last_state.terminated->signal, 15);
    ASSERT_FALSE(w->journal.entries().empty());
    EXPECT_EQ(w->journal.entries().front().steps.back().rule, "probe-failed");
}

TEST_F(RuntimeTest, OutOfMemoryIsSeen) {
    if (!Cgroups(Cgroups::detect(), prefix_).enforced()) GTEST_SKIP() << Cgroups::detect().why_none;
    auto w = world();
    w->create_shell(
        "big",
        "head -c 300000000 /dev/zero | tail -c 299999999 > /dev/null",
        "Never",
        R"("resources":{"limits":{"memory":"64Mi"}})"
    );
    ASSERT_TRUE(w->until([&] { return w->phase("big") == "Failed"; }));
    EXPECT_EQ(w->container("big").state.terminated->reason, "OOMKilled");
    EXPECT_EQ(w->container("big").state.terminated->exit_code, 137);
}

TEST_F(RuntimeTest, ThePodsOwnLimitHoldsForItsContainersTogether) {
    if (!Cgroups(Cgroups::detect(), prefix_).enforced()) GTEST_SKIP() << Cgroups::detect().why_none;
    auto w = world();
    w->create_pod(
        "big",
        R"({"restartPolicy":"Never","resources":{"limits":{"memory":"64Mi"}},"containers":[{"name":)"
        R"("app","command":["sh","-c","head -c 300000000 /dev/zero | tail -c 299999999 >/dev/null"]}]})"
    );
    ASSERT_TRUE(w->until([&] { return w->phase("big") == "Failed"; }));
    EXPECT_EQ(w->container("big").state.terminated->reason, "OOMKilled");
}

TEST_F(RuntimeTest, CpuUsageIsReadAndLimited) {
    for (const bool groups : {true, false}) {
        SCOPED_TRACE(groups);
        auto with = config();
        with.cgroups = groups;
        auto w = world(with);
        const bool enforced = w->runtime->warnings().empty();
        w->create_shell(
            "busy",
            "while :; do :; done",
            "Always",
            R"("resources":{"limits":{"cpu":"100m","memory":"64Mi"}})"
        );
        const Key key{spec::kind_of<spec::Pod>().name, "default", "busy"};
        ASSERT_TRUE(w->until([&] {
            const auto usage = w->runtime->usage(key);
            return usage && usage->window >= std::chrono::seconds(2) &&
                   usage->containers[0].usage.at("cpu").approximate() > 0.01;
        }));
        const auto usage = w->runtime->metrics().pods("default", [](const auto&) { return true; });
        ASSERT_EQ(usage->size(), 1u);
        if (enforced) {
            EXPECT_LT(usage->front().containers[0].usage.at("cpu").approximate(), 0.2);
        }
        EXPECT_GT(usage->front().containers[0].usage.at("memory").value(), 10'000);
        EXPECT_TRUE(w->runtime->metrics().pods("other", [](const auto&) { return true; })->empty());
    }
}

TEST_F(RuntimeTest, StopEndsAllInParallelAndLeavesNothing) {
    auto w = world();
    const std::string mark = "31536" + std::to_string(::getpid());
    for (const char* name : {"a", "b", "c"})
        w->create_shell(name, "sleep " + mark + " & wait", "Always");
    ASSERT_TRUE(w->until([&] { return processes_with("sleep " + mark).size() >= 3; }));
    ASSERT_TRUE(w->stop());
    EXPECT_TRUE(processes_with(mark).empty());
    EXPECT_TRUE(w->exists("a")) << "objects are not ours to delete";
    EXPECT_FALSE(groups_left(prefix_));
}

TEST_F(RuntimeTest, LogsFollowThroughTheirCursor) {
    auto w = world();
    w->create_shell(
        "talk",
        "for i in 1 2 3; do echo $i; done; until [ -e " + folder_ +
            "/go ]; do sleep 0.05; done; echo 4"
    );
    ASSERT_TRUE(w->until([&] { return w->log("talk") == "1\n2\n3\n"; }));
    const Key key{spec::kind_of<spec::Pod>().name, "default", "talk"};
    LogQuery query;
    query.tail = 2;
    EXPECT_EQ(w->log("talk", query), "2\n3\n");
    query = {};
    query.since = w->runtime->logs(key, {})->next;
    EXPECT_EQ(w->log("talk", query), "");
    ASSERT_TRUE(write_file(folder_ + "/go", ""));
    ASSERT_TRUE(w->until([&] { return w->phase("talk") == "Succeeded"; }));
    EXPECT_EQ(w->log("talk", query), "4\n");
    query.since = "nonsense";
    EXPECT_EQ(w->log("talk", query).substr(0, 6), "error:");
    query = {};
    query.container = "nobody";
    EXPECT_EQ(w->log("talk", query).substr(0, 6), "error:");
}

}  // namespace
}  // namespace swell::cluster::pods
