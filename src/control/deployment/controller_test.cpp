#include "control/deployment/controller.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "base/sim_clock.hpp"
#include "cluster/store/store.hpp"
#include "control/deployment/rollout.hpp"
#include "control/deployment/shop.hpp"
#include "control/deployment/status.hpp"
#include "control/replicaset/controller.hpp"
#include "journal/memory.hpp"

namespace swell::control {
namespace {

using namespace std::chrono_literals;
using cluster::Object;
using deployment::shop;
using testing::Contains;
using testing::SizeIs;

struct NoMetrics final : metrics::Metrics {
    Result<std::vector<metrics::PodMetrics>>
    pods(std::string_view, const std::function<bool(const std::map<std::string, std::string>&)>&)
        const override {
        return std::vector<metrics::PodMetrics>{};
    }
};

/// Both controllers; the test is the pods' runtime.
struct DeploymentControllerTest : testing::Test {
    SimClock clock{Instant{1'700'000'000s}};
    Rng rng{1};
    std::unique_ptr<cluster::Store> store = *cluster::Store::open("", clock, Rng(2));
    NoMetrics metrics;
    journal::MemoryJournal journal;
    World world{clock, rng, *store, metrics, journal};
    DeploymentController controller{world};
    ReplicaSetController replica_sets{world};

    void SetUp() override {
        controller.start();
        replica_sets.start();
    }

    void create(spec::Deployment deployment) {
        ASSERT_TRUE(store->create(std::move(deployment)).has_value());
        clock.run_for(10ms);
    }

    void write(const spec::Deployment& deployment) {
        const auto written = store->update(deployment);
        ASSERT_TRUE(written.has_value()) << written.error().what;
        clock.run_for(10ms);
    }

    spec::Deployment stored() const {
        return store->get({"Deployment", "default", "shop"})->as<spec::Deployment>();
    }

    template <class T>
    std::vector<T> all() const {
        std::vector<T> found;
        cluster::Query query;
        query.kind = spec::kind_of<T>().name;
        for (const Object& object : store->list(query)) found.push_back(object.as<T>());
        return found;
    }

    std::vector<std::string> events() const {
        std::vector<std::string> found;
        for (const auto& event : all<spec::Event>())
            found.push_back(event.reason + ": " + event.message);
        return found;
    }

    std::string reason() const {
        const spec::DeploymentStatus status = stored().status;
        const spec::Condition* condition = deployment::find_condition(status, "Progressing");
        return condition == nullptr ? "" : condition->reason;
    }

    /// All pods become ready, all that are going are gone; again until nothing changes.
    void run_pods() {
        for (int i = 0; i < 50; ++i) {
            for (spec::Pod pod : all<spec::Pod>()) {
                if (pod.metadata.deletion_timestamp) {
                    cluster::Cluster::Deletion now;
                    now.grace_seconds = 0;
                    static_cast<void>(store->remove(spec::key_of(Object(pod)), now));
                } else if (pod.status.conditions.empty()) {
                    make_ready(std::move(pod));
                }
            }
            clock.run_for(10ms);
        }
    }

    void make_ready(spec::Pod pod) {
        pod.status.phase = "Running";
        spec::Condition ready;
        ready.type = "Ready";
        ready.status = "True";
        ready.last_transition_time = clock.now();
        pod.status.conditions.push_back(ready);
        ASSERT_TRUE(store->update_status(pod).has_value());
    }
};

TEST_F(DeploymentControllerTest, FromNothingToRolledOut) {
    create(shop(3));
    EXPECT_EQ(reason(), "ReplicaSetUpdated");
    EXPECT_EQ(
        deployment::rollout_status(stored())->text,
        "Waiting for deployment \"shop\" rollout to finish: 0 of 3 updated replicas are "
        "available..."
    );
    run_pods();
    EXPECT_EQ(reason(), "NewReplicaSetAvailable");
    EXPECT_TRUE(deployment::rollout_status(stored(), 1)->done);
    const auto sets = all<spec::ReplicaSet>();
    ASSERT_THAT(sets, SizeIs(1));
    EXPECT_THAT(
        events(),
        Contains(
            "ScalingReplicaSet: Scaled up replica set " + sets[0].metadata.name + " from 0 to 3"
        )
    );
    const journal::Entry& entry = journal.entries().front();
    EXPECT_EQ(entry.subject, "deployment/shop");
    EXPECT_EQ(entry.action, "rollout");
    EXPECT_EQ(entry.outcome, "done");
    EXPECT_EQ(entry.after[sets[0].metadata.name], 3);
}

TEST_F(DeploymentControllerTest, RollsUndoesAndRemembers) {
    spec::Deployment first = shop(3);
    first.metadata.annotations[deployment::change_cause_annotation] = "first";
    create(first);
    run_pods();
    spec::Deployment second = stored();
    second.spec.pod_template = deployment::shop_template("v2");
    second.metadata.annotations[deployment::change_cause_annotation] = "second";
    write(second);
    run_pods();
    EXPECT_EQ(
        deployment::history_table(deployment::rollout_history(stored(), all<spec::ReplicaSet>())),
        "REVISION  CHANGE-CAUSE\n1         first\n2         second\n"
    );
    for (const spec::Pod& pod : all<spec::Pod>())
        EXPECT_EQ(pod.spec.containers[0].command[1], "v2");

    write(*deployment::undo(stored(), all<spec::ReplicaSet>()));
    run_pods();
    EXPECT_EQ(
        deployment::history_table(deployment::rollout_history(stored(), all<spec::ReplicaSet>())),
        "REVISION  CHANGE-CAUSE\n2         second\n3         first\n"
    );
    EXPECT_THAT(all<spec::Pod>(), SizeIs(3));
    EXPECT_EQ(deployment::revision(stored().metadata), 3);

    write(*deployment::restart(stored(), clock.now()));
    run_pods();
    EXPECT_EQ(deployment::revision(stored().metadata), 4);
    EXPECT_TRUE(deployment::rollout_status(stored())->done);
}

TEST_F(DeploymentControllerTest, AStuckRolloutIsSaidAndKeepsTheOld) {
    spec::Deployment slow = shop(4);
    slow.spec.progress_deadline_seconds = 60;
    create(slow);
    run_pods();
    spec::Deployment next = stored();
    next.spec.pod_template = deployment::shop_template("never ready");
    write(next);
    clock.run_for(59s);
    EXPECT_EQ(reason(), "ReplicaSetUpdated");
    clock.run_for(10s);
    EXPECT_EQ(reason(), "ProgressDeadlineExceeded");
    EXPECT_EQ(deployment::rollout_status(stored()).error().code, Code::timeout);
    EXPECT_EQ(stored().status.available_replicas, 3);
    const std::uint64_t version = store->version();
    clock.run_for(1h);
    EXPECT_EQ(store->version(), version) << "nothing is tried in vain";
}

TEST_F(DeploymentControllerTest, RecreateWaitsForTheLastOldPod) {
    spec::Deployment made = shop(2);
    made.spec.strategy = {"Recreate", std::nullopt};
    create(made);
    run_pods();
    spec::Deployment next = stored();
    next.spec.pod_template = deployment::shop_template("v2");
    write(next);
    clock.run_for(10s);
    EXPECT_THAT(all<spec::Pod>(), SizeIs(2)) << "going, not gone";
    EXPECT_THAT(all<spec::ReplicaSet>(), SizeIs(1));
    run_pods();
    const auto pods = all<spec::Pod>();
    ASSERT_THAT(pods, SizeIs(2));
    EXPECT_EQ(pods[0].spec.containers[0].command[1], "v2");
    EXPECT_TRUE(deployment::rollout_status(stored())->done);
}

TEST_F(DeploymentControllerTest, AdoptsAndReleasesReplicaSets) {
    spec::ReplicaSet orphan = deployment::shop_set({"v1", 2, 0});
    orphan.metadata.owner_references.clear();
    orphan.metadata.labels["app"] = "shop";
    orphan.spec.selector.match_labels[deployment::hash_label] = "v1";
    ASSERT_TRUE(store->create(orphan).has_value());
    create(shop(2));
    run_pods();
    auto sets = all<spec::ReplicaSet>();
    ASSERT_THAT(sets, SizeIs(1)) << "the orphan has the template";
    ASSERT_NE(sets[0].metadata.controller(), nullptr);
    EXPECT_EQ(sets[0].metadata.controller()->uid, stored().metadata.uid);

    sets[0].metadata.labels["app"] = "other";
    ASSERT_TRUE(store->update(sets[0]).has_value());
    run_pods();
    EXPECT_THAT(all<spec::ReplicaSet>(), SizeIs(2));
    EXPECT_EQ(store->get({"ReplicaSet", "default", "shop-v1"})->metadata().controller(), nullptr);
}

TEST_F(DeploymentControllerTest, ATakenNameIsACollision) {
    const spec::Deployment made = shop(1);
    spec::ReplicaSet foreign = deployment::shop_set({"x", 0, 0});
    foreign.metadata.name = "shop-" + deployment::hash(made.spec.pod_template, std::nullopt);
    spec::ConfigMap another;
    another.metadata.name = "another";
    foreign.metadata.owner_references[0].uid = store->create(another)->metadata().uid;
    ASSERT_TRUE(store->create(foreign).has_value());
    create(made);
    run_pods();
    EXPECT_EQ(stored().status.collision_count, 1);
    EXPECT_TRUE(
        store->get({"ReplicaSet", "default", "shop-" + deployment::hash(made.spec.pod_template, 1)})
            .has_value()
    );
    EXPECT_TRUE(deployment::rollout_status(stored())->done);
}

TEST_F(DeploymentControllerTest, WithoutAJournalItDoesNothing) {
    journal.refuse(true);
    create(shop(2));
    clock.run_for(30s);
    EXPECT_THAT(all<spec::ReplicaSet>(), SizeIs(0));
    journal.refuse(false);
    clock.run_for(60s);
    EXPECT_THAT(all<spec::Pod>(), SizeIs(2)) << "it is tried again";
}

TEST_F(DeploymentControllerTest, DeletedWithAllThatIsItsOwn) {
    create(shop(2));
    run_pods();
    ASSERT_TRUE(store->remove({"Deployment", "default", "shop"}, {}).has_value());
    run_pods();
    EXPECT_THAT(all<spec::ReplicaSet>(), SizeIs(0));
    EXPECT_THAT(all<spec::Pod>(), SizeIs(0));
    EXPECT_EQ(clock.pending(), 0u);
}

}  // namespace
}  // namespace swell::control
