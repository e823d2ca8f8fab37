#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "cluster/pods/cgroup/cgroups_io.hpp"
#include "cluster/pods/runtime_fixture_test.hpp"
#include "control/deployment/controller.hpp"
#include "control/replicaset/controller.hpp"
#include "control/vpa/controller.hpp"
#include "spec/kinds/apps.hpp"

// The embedded world, end to end: real processes in real control groups, measured, sized and
// killed.

namespace swell::control::vpa {
namespace {

using cluster::pods::Cgroups;

/// Store, runtime and controllers as the control plane puts them together; the vertical autoscaler
/// runs five times a second, for a minute is long.
struct Embedded {
    explicit Embedded(cluster::pods::World& w)
        : world{w.loop, rng, *w.store, w.runtime->metrics(), w.journal},
          deployments(world),
          vpas(world, often()),
          replica_sets(world) {
        replica_sets.admit_with(vpas.admission());
        vpas.resize_with(resize_through(world.cluster));
        replica_sets.start();
        deployments.start();
        vpas.start();
    }

    static Config often() {
        Config config;
        config.period = config.checkpoint_period = std::chrono::milliseconds(200);
        return config;
    }

    Rng rng{11};
    World world;
    DeploymentController deployments;
    VpaController vpas;
    ReplicaSetController replica_sets;
};

class EmbeddedVpa : public cluster::pods::RuntimeTest {
  protected:
    bool enforced() const { return Cgroups(Cgroups::detect(), prefix_).enforced(); }
    void begin(bool with_groups) {
        auto with = config();
        with.cgroups = with_groups;
        w = world(with);
        embedded = std::make_unique<Embedded>(*w);
    }
    void TearDown() override {
        embedded.reset();
        if (w) {
            EXPECT_TRUE(w->stop());
        }
    }

    void deploy(int replicas, const std::string& line, const std::string& resources) const {
        w->create(
            R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"shop","namespace":"default"},)"
            R"("spec":{"replicas":)" +
            std::to_string(replicas) +
            R"(,"selector":{"matchLabels":{"app":"shop"}},"template":{"metadata":{"labels":{"app":"shop"}},)"
            R"("spec":{"containers":[{"name":"app","command":["sh","-c",)" +
            Json(line).dump() + R"(],"resources":)" + resources + "}]}}}}"
        );
    }
    void autoscale(const std::string& mode) const {
        w->create(
            R"({"apiVersion":"autoscaling.k8s.io/v1","kind":"VerticalPodAutoscaler",)"
            R"("metadata":{"name":"shop","namespace":"default"},"spec":{)"
            R"("targetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"shop"},)"
            R"("updatePolicy":{"updateMode":")" +
            mode + R"("}}})"
        );
    }

    std::vector<spec::Pod> pods() const {
        std::vector<spec::Pod> all;
        for (const auto& object : w->store->list({.kind = "Pod"}))
            all.push_back(object.as<spec::Pod>());
        return all;
    }
    std::int64_t memory_target() const {
        const auto vpa = w->store->get({"VerticalPodAutoscaler", "default", "shop"})
                             ->as<spec::VerticalPodAutoscaler>();
        if (!vpa.status.recommendation) return 0;
        const auto& all = vpa.status.recommendation->container_recommendations;
        return all.empty() ? 0 : all[0].target.at("memory").value();
    }
    /// All pods run, with so much cpu requested and in force.
    bool all_have(std::size_t replicas, const char* cpu) const {
        const auto all = pods();
        return all.size() == replicas && std::ranges::all_of(all, [&](const spec::Pod& pod) {
                   if (pod.status.container_statuses.empty()) return false;
                   const auto& resources = pod.status.container_statuses[0].resources;
                   return resources && resources->requests.at("cpu").text() == cpu;
               });
    }

    std::unique_ptr<cluster::pods::World> w;
    std::unique_ptr<Embedded> embedded;
};

TEST_F(EmbeddedVpa, ResizesWhatRunsWithoutARestart) {
    if (!enforced()) GTEST_SKIP() << Cgroups::detect().why_none;
    begin(true);
    deploy(2, "exec sleep 1000", R"({"requests":{"cpu":"500m","memory":"64Mi"}})");
    ASSERT_TRUE(w->until([&] { return all_have(2, "500m"); }));
    std::set<std::string> before, after;
    for (const spec::Pod& pod : pods())
        before.insert(pod.metadata.uid + pod.status.container_statuses[0].container_id);
    autoscale("InPlaceOrRecreate");
    ASSERT_TRUE(w->until([&] { return all_have(2, "25m"); })) << "an idle program's share";
    for (const spec::Pod& pod : pods()) {
        after.insert(pod.metadata.uid + pod.status.container_statuses[0].container_id);
        EXPECT_EQ(pod.status.container_statuses[0].restart_count, 0);
        EXPECT_EQ(pod.spec.containers[0].resources.requests.at("cpu").text(), "25m");
    }
    EXPECT_EQ(after, before) << "the same processes";
    EXPECT_TRUE(w->has_event("InPlaceResizedByVPA"));
    EXPECT_FALSE(w->has_event("EvictedByVPA"));
}

TEST_F(EmbeddedVpa, EvictsWhereNothingCanBeResized) {
    begin(false);
    deploy(2, "exec sleep 1000", R"({"requests":{"cpu":"500m","memory":"64Mi"}})");
    ASSERT_TRUE(w->until([&] { return all_have(2, "500m"); }));
    std::set<std::string> before;
    for (const spec::Pod& pod : pods()) before.insert(pod.metadata.uid);
    autoscale("InPlaceOrRecreate");
    ASSERT_TRUE(w->until([&] { return all_have(2, "25m"); }));
    for (const spec::Pod& pod : pods()) EXPECT_FALSE(before.contains(pod.metadata.uid));
    EXPECT_TRUE(w->has_event("ResizeInfeasible"));
    EXPECT_TRUE(w->has_event("EvictedByVPA"));
}

TEST_F(EmbeddedVpa, AnOutOfMemoryKillIsHeardOf) {
    if (!enforced()) GTEST_SKIP() << Cgroups::detect().why_none;
    begin(true);
    autoscale("Off");
    deploy(
        1,
        "sleep 1; head -c 700000000 /dev/zero | tail -c 699999999 > /dev/null",
        R"({"limits":{"memory":"320Mi"}})"
    );
    // 320Mi are raised by the larger of a fifth and 100Mi.
    ASSERT_TRUE(w->until([&] { return memory_target() >= (420LL << 20); })) << memory_target();
    EXPECT_EQ(pods().at(0).status.container_statuses[0].last_state.terminated->reason, "OOMKilled");
}

}  // namespace
}  // namespace swell::control::vpa
