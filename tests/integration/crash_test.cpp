// The control plane's death harms nobody: killed at 50 random moments while it scales, it loses no
// object, no decision, no pod and no request.

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <map>
#include <set>

#include "base/fd_io.hpp"
#include "base/loop_io.hpp"
#include "base/rng.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/core.hpp"
#include "swell_io.hpp"
#include "trial/load/load_io.hpp"

namespace swell::test {
namespace {

constexpr int kills = 50;

constexpr const char* manifests = R"(apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports: [{port: 8080, targetPort: http}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      terminationGracePeriodSeconds: 20
      containers:
      - name: shop
        command: ["$(SWELL_BIN)/tiles"]
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 1}
)";

constexpr const char* note_manifest = R"(apiVersion: v1
kind: ConfigMap
metadata: {name: note}
data: {round: "0"}
)";

struct Crash : testing::Test {
    Swell swell;
    std::string path = swell.file("shop.yaml", manifests);

    int control_plane() const {
        return std::atoi(read_file(swell.state() + "/lock").value_or("0").c_str());
    }

    void start() {
        const auto got = swell.run({"up", "--detach", path});
        ASSERT_EQ(got.exit_code, 0) << got.err;
    }
    std::vector<spec::Object> pods() {
        const auto found = swell.api().list(spec::kind_of<spec::Pod>(), "default");
        return found ? *found : std::vector<spec::Object>();
    }
    /// The pods that processes say they are of.
    std::set<std::string> running_pods() const {
        std::set<std::string> names;
        for (const int pid : swell.processes()) {
            const auto environment = read_file("/proc/" + std::to_string(pid) + "/environ");
            if (!environment) continue;
            const auto at = environment->find("HOSTNAME=");
            if (at != std::string::npos) names.insert(environment->c_str() + at + 9);
        }
        return names;
    }
    std::set<std::string> known_pods() {
        std::set<std::string> names;
        for (const auto& pod : pods()) names.insert(pod.metadata().name);
        return names;
    }
    bool at_rest(int replicas) {
        const auto object = swell.api().get(spec::kind_of<spec::Deployment>(), "default", "shop");
        if (!object) return false;
        const auto& d = object->as<spec::Deployment>();
        return d.spec.replicas == replicas && d.status.ready_replicas == replicas &&
               d.status.replicas == replicas &&
               known_pods().size() == static_cast<std::size_t>(replicas);
    }
    /// Decisions that were acted on: each pod that ever was must have one that made it.
    std::string history() { return swell.run({"history", "--limit", "100000", "-o", "json"}).out; }
};

TEST_F(Crash, KilledFiftyTimesWhileScaling) {
    const std::uint64_t seed = 20261124;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Rng rng(seed);
    start();
    ASSERT_TRUE(eventually([&] { return at_rest(2); })) << swell.run({"describe", "pods"}).out;
    const auto service = swell.api().get(spec::kind_of<spec::Service>(), "default", "shop");
    spec::LoadTestSpec load;
    load.target.url = "http://" + service->as<spec::Service>().spec.cluster_ip + ":8080";
    load.requests = {{.path = "/healthz"}};
    load.stages = {{"30m", 200}};
    load.start_rate = 200;
    const auto plan = trial::make_plan(load, "");
    ASSERT_TRUE(plan.has_value());
    trial::Load running(*plan);

    ASSERT_EQ(swell.run({"apply", "-f", swell.file("note.yaml", note_manifest)}).exit_code, 0);
    std::set<std::string> ever = known_pods();
    Loop loop;
    for (int i = 1; i <= kills; ++i) {
        SCOPED_TRACE("kill " + std::to_string(i));
        const int replicas = 1 + static_cast<int>(rng.below(6));
        ASSERT_EQ(
            swell.run({"scale", "deploy/shop", "--replicas", std::to_string(replicas)}).exit_code, 0
        );
        auto note = swell.api().get(spec::kind_of<spec::ConfigMap>(), "default", "note");
        ASSERT_TRUE(note.has_value());
        auto next = note->as<spec::ConfigMap>();
        next.data["round"] = std::to_string(i);
        const auto written = swell.api().update(next);
        ASSERT_TRUE(written.has_value()) << written.error().what;
        // A moment of its own: some writes later, from none to a few hundred milliseconds.
        const Instant until = loop.precise() + std::chrono::milliseconds(rng.below(300));
        while (loop.precise() < until) loop.run_once(until - loop.precise());
        for (const auto& name : known_pods()) ever.insert(name);
        const int pid = control_plane();
        ASSERT_GT(pid, 0);
        ASSERT_EQ(::kill(pid, SIGKILL), 0);
        ASSERT_TRUE(eventually([&] { return ::kill(pid, 0) != 0; }));
        start();
        if (HasFatalFailure()) return;
        const auto after = swell.api().get(spec::kind_of<spec::ConfigMap>(), "default", "note");
        ASSERT_TRUE(after.has_value()) << "an object was lost";
        EXPECT_EQ(after->as<spec::ConfigMap>().data.at("round"), std::to_string(i))
            << "an acknowledged write was lost";
        const auto deployment =
            swell.api().get(spec::kind_of<spec::Deployment>(), "default", "shop");
        ASSERT_TRUE(deployment.has_value()) << "an object was lost";
    }
    ASSERT_EQ(swell.run({"scale", "deploy/shop", "--replicas", "3"}).exit_code, 0);
    ASSERT_TRUE(eventually([&] { return at_rest(3); })) << swell.run({"get", "deploy,rs,pods"}).out;
    EXPECT_TRUE(eventually([&] { return running_pods() == known_pods(); }))
        << "pods that run and pods that are known differ";

    const std::string decisions = history();
    for (const auto& name : ever)
        EXPECT_NE(decisions.find(name), std::string::npos)
            << "nothing says why " << name << " was made";
    running.stop();
    ASSERT_TRUE(eventually([&] { return running.progress().finished; }));
    const auto progress = running.progress();
    EXPECT_GT(progress.done, 1000);
    EXPECT_EQ(progress.failures.total(), 0)
        << "connect " << progress.failures.connect << ", transport " << progress.failures.transport
        << ", timeout " << progress.failures.timeout << ", 5xx " << progress.failures.status_5xx;
}

}  // namespace
}  // namespace swell::test
