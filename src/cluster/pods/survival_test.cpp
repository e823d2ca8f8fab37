// Who dies and who lives when a control plane is killed.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/fd_io.hpp"
#include "cluster/pods/runtime_fixture_test.hpp"
#include "spec/read.hpp"

namespace swell::cluster::pods {
namespace {

namespace fs = std::filesystem;

class SurvivalTest : public RuntimeTest {
  protected:
    /// Runs a control plane in a process of its own until `holds`, then kills it with SIGKILL.
    void run_and_kill(
        PodRuntime::Config with,
        const std::function<void(World&)>& begin,
        const std::function<bool(World&)>& holds
    ) {
        const std::string ready = folder_ + "/ready-to-die";
        fs::remove(ready);
        const pid_t child = ::fork();
        if (child == 0) {
            auto w = world(std::move(with), folder_ + "/store.db");
            begin(*w);
            const bool held = w->until([&] { return holds(*w); });
            (void)write_file(ready, held ? "yes" : "no");
            w->until([] { return false; });
            ::_exit(1);
        }
        World idle(folder_ + "/idle", "", idle_config());
        ASSERT_TRUE(idle.until([&] { return fs::exists(ready); }));
        EXPECT_EQ(*read_file(ready), "yes");
        ::kill(child, SIGKILL);
        ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    }

    PodRuntime::Config idle_config() const {
        auto made = config();
        made.state_dir = folder_ + "/idle";
        made.cgroup_prefix = prefix_ + "i";
        return made;
    }

    bool wait_gone(const std::string& mark) {
        World idle(folder_ + "/idle", "", idle_config());
        return idle.until([&] { return processes_with(mark).empty(); });
    }

    /// Whether a container's shim has the lifeline of whoever adopted it.
    static bool holds_lifeline(const std::string& container_id) {
        const std::string pid = container_id.substr(std::string("process://").size());
        std::error_code failed;
        for (const auto& fd :
             fs::directory_iterator("/proc/" + std::to_string(std::stoi(pid)) + "/fd", failed))
            if (fs::read_symlink(fd, failed).filename() == "lifeline") return true;
        return false;
    }

    /// A new control plane sweeps what the killed one left of control groups.
    void sweep() { world(config())->stop(); }

    const std::string mark_ = "27182" + std::to_string(::getpid());
};

TEST_F(SurvivalTest, NoOrphanOfADoubleForkingPod) {
    for (const Isolation isolation :
         {Isolation::best, Isolation::user_namespaces, Isolation::subreaper}) {
        SCOPED_TRACE(word(isolation));
        auto with = config();
        with.isolation = isolation;
        fs::remove_all(folder_ + "/store.db");
        // A daemon in a session of its own, an orphan, a deaf child, and the program itself.
        const std::string line = "setsid -f sleep " + mark_ + "1; (sleep " + mark_ +
                                 "2 &); (trap '' TERM HUP INT; setsid sh -c '(sleep " + mark_ +
                                 "3 &)'); sleep " + mark_ + "4 & wait";
        run_and_kill(
            with,
            [&](World& w) { w.create_shell("fork", line, "Always"); },
            [&](World& w) {
                w.loop.run_once(std::chrono::milliseconds(20));
                int found = 0;
                for (const char* n : {"1", "2", "3", "4"})
                    found +=
                        processes_with("sleep" + std::string(1, '\0') + mark_ + n).empty() ? 0 : 1;
                return found == 4;
            }
        );
        EXPECT_TRUE(wait_gone(mark_));
        for (const char* file : {"/store.db", "/store.db-wal", "/store.db-shm"})
            fs::remove(folder_ + file);
        sweep();
    }
}

TEST_F(SurvivalTest, MemoryAndGroupsGoWithAKilledControlPlane) {
    const std::string sleeps = R"(,"command":["sleep",")" + mark_ + R"("]})";
    run_and_kill(
        config(),
        [&](World& w) {
            w.create_pod(
                "two",
                R"({"volumes":[{"name":"m","emptyDir":{"medium":"Memory"}}],)"
                R"("initContainers":[{"name":"first","command":["true"]}],)"
                R"("containers":[{"name":"a")" +
                    sleeps + R"(,{"name":"b")" + sleeps + "]}"
            );
            // None of its processes is there to clear away behind it.
            w.create_pod(
                "over",
                R"({"volumes":[{"name":"m","emptyDir":{"medium":"Memory"}}],"restartPolicy":"Never",)"
                R"("containers":[{"name":"a","command":["true"]}]})"
            );
        },
        [&](World& w) {
            w.loop.run_once(std::chrono::milliseconds(20));
            return processes_with("sleep" + std::string(1, '\0') + mark_).size() == 2 &&
                   w.phase("over") == "Succeeded";
        }
    );
    const auto in_memory = [&] {
        return std::ranges::any_of(fs::directory_iterator("/dev/shm"), [&](const auto& one) {
            return one.path().filename().string().starts_with(prefix_ + "-");
        });
    };
    World idle(folder_ + "/idle", "", idle_config());
    EXPECT_TRUE(idle.until([&] { return !in_memory() && !groups_left(prefix_); }));
    EXPECT_TRUE(processes_with(mark_).empty());
}

TEST_F(SurvivalTest, AKilledShimTakesItsContainerAlong) {
    auto w = world();
    w->create_shell("web", "setsid -f sleep " + mark_ + "; exec sleep " + mark_, "Never");
    ASSERT_TRUE(w->until([&] {
        return processes_with(mark_).size() >= 2 && w->phase("web") == "Running";
    }));
    const std::string id = w->container("web").container_id;
    ::kill(std::stoi(id.substr(std::string("process://").size())), SIGKILL);
    ASSERT_TRUE(w->until([&] { return w->phase("web") == "Failed"; }));
    EXPECT_EQ(w->container("web").state.terminated->exit_code, 137);
    EXPECT_TRUE(w->until([&] { return processes_with(mark_).empty(); }));
}

TEST_F(SurvivalTest, NoOrphanOfAShimKilledTogetherWithItsInit) {
    auto with = config();
    with.isolation = Isolation::subreaper;  // nothing but the two holds the container together
    const std::string asleep = "sleep" + std::string(1, '\0') + mark_;
    auto w = world(with);
    w->create_shell("web", "setsid -f sleep " + mark_ + "; exec sleep " + mark_, "Never");
    ASSERT_TRUE(w->until([&] {
        return processes_with(asleep).size() >= 2 && w->phase("web") == "Running";
    }));
    const auto running = running_from(
        *read_file(state_dir() + "/pods/" + w->pod("web").metadata.uid + "/app/0/running.json")
    );
    ASSERT_TRUE(running.has_value());
    // Stopped first, so that it cannot do for its init what the init did not live to do.
    ::kill(static_cast<pid_t>(running->shim.pid), SIGSTOP);
    ::kill(static_cast<pid_t>(running->init_pid), SIGKILL);
    ::kill(static_cast<pid_t>(running->shim.pid), SIGKILL);
    ASSERT_TRUE(w->until([&] { return w->phase("web") == "Failed"; }));
    EXPECT_EQ(w->container("web").state.terminated->exit_code, 137);
    EXPECT_TRUE(w->until([&] { return processes_with(mark_).empty(); }));
}

TEST_F(SurvivalTest, NoOrphanOfAControlPlaneKilledTogetherWithShimAndInit) {
    auto with = config(true);
    with.isolation = Isolation::subreaper;
    const std::string line = "setsid -f sleep " + mark_ + "; exec sleep " + mark_;
    run_and_kill(
        with,
        [&](World& w) { w.create_shell("web", line, "Never"); },
        [&](World& w) {
            return processes_with("sleep" + std::string(1, '\0') + mark_).size() >= 2 &&
                   w.phase("web") == "Running" &&
                   write_file(folder_ + "/uid", w.pod("web").metadata.uid).has_value();
        }
    );
    const auto running = running_from(
        *read_file(state_dir() + "/pods/" + *read_file(folder_ + "/uid") + "/app/0/running.json")
    );
    ASSERT_TRUE(running.has_value());
    ::kill(static_cast<pid_t>(running->shim.pid), SIGSTOP);
    ::kill(static_cast<pid_t>(running->init_pid), SIGKILL);
    ::kill(static_cast<pid_t>(running->shim.pid), SIGKILL);
    auto w = world(with, folder_ + "/store.db");
    EXPECT_TRUE(w->until([&] { return processes_with(mark_).empty(); }));
    ASSERT_TRUE(w->until([&] { return w->phase("web") == "Failed"; }));
    ASSERT_TRUE(w->stop());
}

TEST_F(SurvivalTest, DetachedPodsAreAdopted) {
    const std::string go = folder_ + "/go";
    std::string id;
    run_and_kill(
        config(true),
        [&](World& w) {
            w.create_shell(
                "long",
                "echo one; until [ -e " + go + " ]; do sleep 0.05; done; echo two; exit 7",
                "Never"
            );
            w.create_shell(
                "short", "until [ -e " + folder_ + "/early ]; do sleep 0.05; done; exit 5", "Never"
            );
            w.create_shell("stays", "exec sleep " + mark_, "Always");
        },
        [&](World& w) {
            return w.log("long") == "one\n" && w.phase("stays") == "Running" &&
                   w.phase("short") == "Running" && processes_with(mark_).size() >= 1 &&
                   write_file(folder_ + "/id", w.container("stays").container_id).has_value();
        }
    );
    id = *read_file(folder_ + "/id");
    ASSERT_TRUE(write_file(folder_ + "/early", ""));  // it ends while nobody looks
    EXPECT_FALSE(processes_with(mark_).empty()) << "detached pods outlive the control plane";
    auto w = world(config(true), folder_ + "/store.db");
    ASSERT_TRUE(w->until([&] { return w->phase("short") == "Failed"; }));
    EXPECT_EQ(w->container("short").state.terminated->exit_code, 5);
    EXPECT_EQ(w->container("stays").container_id, id);
    EXPECT_EQ(w->container("stays").restart_count, 0);
    EXPECT_EQ(w->phase("long"), "Running");
    ASSERT_TRUE(write_file(go, ""));
    ASSERT_TRUE(w->until([&] { return w->phase("long") == "Failed"; }));
    EXPECT_EQ(w->container("long").state.terminated->exit_code, 7);
    EXPECT_EQ(w->log("long"), "one\ntwo\n");
    ASSERT_TRUE(w->stop());
    EXPECT_TRUE(processes_with(mark_).empty());
}

TEST_F(SurvivalTest, AdoptedPodsKeepTheirVolumes) {
    const std::string go = folder_ + "/go";
    for (const char* point : {"/c", "/s", "/d"}) fs::create_directory(folder_ + point);
    const auto config_map = [](const char* data) {
        return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm","namespace":"default"},"data":)" +
               std::string(data) + "}";
    };
    run_and_kill(
        config(true),
        [&](World& w) {
            w.create(config_map(R"({"same":"as before","other":"old","gone":"x"})"));
            w.create(
                R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"default"},"stringData":{"pw":"hush"}})"
            );
            w.create_pod(
                "vol",
                R"({"restartPolicy":"Never","volumes":[{"name":"c","configMap":{"name":"cm"}},{"name":"s","secret":{"secretName":"s"}},{"name":"d","emptyDir":{}}],
                    "containers":[{"name":"app","volumeMounts":[{"name":"c","mountPath":")" +
                    folder_ + R"(/c"},{"name":"s","mountPath":")" + folder_ +
                    R"(/s"},{"name":"d","mountPath":")" + folder_ +
                    R"(/d"}],"command":["sh","-c",)" +
                    Json(
                        "cd " + folder_ + "; echo mine > d/f; cat c/other; echo; until [ -e " + go +
                        " ]; do sleep 0.05; done; ls c; cat c/same c/other s/pw d/f; "
                        "exit 7"
                    )
                        .dump() +
                    "]}]}"
            );
        },
        [&](World& w) { return w.log("vol").ends_with("\n"); }
    );
    auto w = world(config(true), folder_ + "/store.db");
    for (const std::string& warning : w->runtime->warnings())
        if (warning.find("mountPath") != std::string::npos) GTEST_SKIP() << warning;
    // Changed while nobody looked.
    auto changed =
        spec::read_json(Json::parse(config_map(R"({"same":"as before","other":"new"})")));
    ASSERT_TRUE(changed.has_value());
    const auto written = w->store->update(*changed);
    ASSERT_TRUE(written.has_value()) << written.error().what;
    // One turn adopts the pod, and what is due then is done in it.
    const std::string file =
        state_dir() + "/pods/" + w->pod("vol").metadata.uid + "/volumes/c/other";
    ASSERT_TRUE(w->until([&] { return read_file(file).value_or("") == "new"; }));
    ASSERT_TRUE(write_file(go, ""));
    ASSERT_TRUE(w->until([&] { return w->phase("vol") == "Failed"; }));
    EXPECT_EQ(w->container("vol").state.terminated->exit_code, 7);
    EXPECT_EQ(w->container("vol").restart_count, 0);
    EXPECT_EQ(w->log("vol"), "old\nother\nsame\nas beforenewhushmine\n");
    ASSERT_TRUE(w->stop());
}

TEST_F(SurvivalTest, AdoptedInTheForegroundTheyDieWithIt) {
    run_and_kill(
        config(true),
        [&](World& w) { w.create_shell("stays", "exec sleep " + mark_, "Always"); },
        [&](World& w) { return w.phase("stays") == "Running" && !processes_with(mark_).empty(); }
    );
    EXPECT_FALSE(processes_with(mark_).empty());
    run_and_kill(
        config(false),
        [](World&) {},
        [&](World& w) {
            // The store said Running before anybody looked; the shim's own descriptor tells.
            return w.phase("stays") == "Running" && w.container("stays").restart_count == 0 &&
                   holds_lifeline(w.container("stays").container_id);
        }
    );
    EXPECT_TRUE(wait_gone(mark_));
    for (const char* file : {"/store.db", "/store.db-wal", "/store.db-shm"})
        fs::remove(folder_ + file);
    sweep();
}

TEST_F(SurvivalTest, LostPodsAreStartedAgain) {
    run_and_kill(
        config(false),
        [&](World& w) { w.create_shell("web", "exec sleep " + mark_, "Always"); },
        [&](World& w) { return w.phase("web") == "Running" && !processes_with(mark_).empty(); }
    );
    EXPECT_TRUE(wait_gone(mark_));
    auto w = world(config(), folder_ + "/store.db");
    ASSERT_TRUE(w->until([&] {
        return w->container("web").restart_count == 1 && w->container("web").state.running;
    }));
    EXPECT_EQ(w->container("web").last_state.terminated->exit_code, 137);
    ASSERT_TRUE(w->stop());
}

TEST_F(SurvivalTest, LeftOversOfPodsThatAreNoMoreAreSweptAway) {
    run_and_kill(
        config(true),
        [&](World& w) { w.create_shell("old", "exec sleep " + mark_, "Always"); },
        [&](World& w) { return w.phase("old") == "Running" && !processes_with(mark_).empty(); }
    );
    auto w = world(config());  // a store that knows nothing of them
    EXPECT_TRUE(w->until([&] { return processes_with(mark_).empty(); }));
    EXPECT_TRUE(fs::is_empty(state_dir() + "/pods"));
    ASSERT_TRUE(w->stop());
}

}  // namespace
}  // namespace swell::cluster::pods
