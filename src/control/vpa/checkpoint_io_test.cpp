#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/sim_clock.hpp"
#include "cluster/store/store.hpp"
#include "control/vpa/controller.hpp"
#include "journal/memory.hpp"
#include "spec/kinds/apps.hpp"

// What an autoscaler has learned outlives the control plane: the store is a file, and the second
// control plane has nothing else of the first.

namespace swell::control::vpa {
namespace {

using namespace std::chrono_literals;

const Instant start{std::chrono::seconds(1'800'000'000)};

// The one pod, at one usage.
class FakeMetrics final : public metrics::Metrics {
  public:
    Result<std::vector<metrics::PodMetrics>>
    pods(std::string_view, const std::function<bool(const std::map<std::string, std::string>&)>&)
        const override {
        metrics::PodMetrics pod;
        pod.name = "shop-0";
        pod.ns = "default";
        pod.timestamp = clock->now();
        pod.window = 15s;
        pod.containers.push_back(
            {"app",
             {{"cpu", Quantity::from_milli(milli)}, {"memory", Quantity::from_value(500 << 20)}}}
        );
        return std::vector{pod};
    }
    const SimClock* clock = nullptr;
    std::int64_t milli = 0;
};

/// A control plane's part of it: store, journal, controller. The clock and the pods go on without.
struct ControlPlane {
    ControlPlane(SimClock& clock, const std::string& file, const FakeMetrics& metrics)
        : store(*cluster::Store::open(
              file, clock, Rng(static_cast<std::uint64_t>(clock.now().time_since_epoch().count()))
          )),
          controller(World{clock, rng, *store, metrics, journal}) {}

    spec::VerticalPodAutoscalerCheckpoint checkpoint() const {
        const auto found = store->get({"VerticalPodAutoscalerCheckpoint", "default", "shop-app"});
        EXPECT_TRUE(found);
        return found ? found->as<spec::VerticalPodAutoscalerCheckpoint>()
                     : spec::VerticalPodAutoscalerCheckpoint{};
    }
    Quantity cpu_target() const {
        const auto vpa = store->get({"VerticalPodAutoscaler", "default", "shop"})
                             ->as<spec::VerticalPodAutoscaler>();
        return vpa.status.recommendation->container_recommendations.at(0).target.at("cpu");
    }

    Rng rng{7};
    std::unique_ptr<cluster::Store> store;
    journal::MemoryJournal journal;
    VpaController controller;
};

struct CheckpointOnDisk : testing::Test {
    CheckpointOnDisk() {
        metrics.clock = &clock;
        std::string made = std::filesystem::temp_directory_path() / "swell-vpa-XXXXXX";
        folder = ::mkdtemp(made.data());
    }
    ~CheckpointOnDisk() override { std::filesystem::remove_all(folder); }

    ControlPlane open() { return ControlPlane(clock, folder + "/objects.db", metrics); }

    void fill(cluster::Store& store) {
        spec::Deployment deployment;
        deployment.metadata.name = "shop";
        deployment.spec.selector.match_labels = {{"app", "shop"}};
        ASSERT_TRUE(store.create(deployment));
        spec::Pod pod;
        pod.metadata.name = "shop-0";
        pod.metadata.labels = {{"app", "shop"}};
        spec::Container& app = pod.spec.containers.emplace_back();
        app.name = "app";
        app.command = {"/bin/true"};
        ASSERT_TRUE(store.create(pod));
        pod.metadata.ns = "default";
        pod.status.phase = "Running";
        ASSERT_TRUE(store.update_status(pod));
        spec::VerticalPodAutoscaler vpa;
        vpa.metadata.name = "shop";
        vpa.spec.target_ref = {"apps/v1", "Deployment", "shop"};
        vpa.spec.update_policy.emplace().update_mode = "Off";
        ASSERT_TRUE(store.create(vpa));
    }

    SimClock clock{start};
    FakeMetrics metrics;
    std::string folder;
};

TEST_F(CheckpointOnDisk, OutlivesTheControlPlane) {
    Quantity busy;
    std::int64_t samples = 0;
    metrics.milli = 800;
    {
        ControlPlane first = open();
        fill(*first.store);
        first.controller.start();
        clock.run_for(3h);
        busy = first.cpu_target();
        samples = first.checkpoint().status.total_samples_count;
    }
    EXPECT_GT(samples, 150);
    EXPECT_EQ(clock.pending(), 0u) << "nothing of the first is left but its file";
    clock.run_for(10min);
    metrics.milli = 10;
    ControlPlane second = open();
    EXPECT_EQ(second.checkpoint().status.total_samples_count, samples);
    second.controller.start();
    clock.run_for(5min);
    EXPECT_EQ(second.cpu_target(), busy) << "five idle minutes against three busy hours";
    EXPECT_GT(second.checkpoint().status.total_samples_count, samples);
}

// The same without what was written down: the test above can fail.
TEST_F(CheckpointOnDisk, WithoutItTheSecondKnowsNothing) {
    Quantity busy;
    metrics.milli = 800;
    {
        ControlPlane first = open();
        fill(*first.store);
        first.controller.start();
        clock.run_for(3h);
        busy = first.cpu_target();
        ASSERT_TRUE(
            first.store->remove({"VerticalPodAutoscalerCheckpoint", "default", "shop-app"}, {})
        );
    }
    metrics.milli = 10;
    ControlPlane second = open();
    second.controller.start();
    clock.run_for(5min);
    EXPECT_LT(second.cpu_target(), busy);
}

}  // namespace
}  // namespace swell::control::vpa
