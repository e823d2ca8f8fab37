#include "control/replicaset/controller.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/sim_clock.hpp"
#include "cluster/store/store.hpp"
#include "journal/memory.hpp"
#include "spec/kinds/quota.hpp"

namespace swell::control {
namespace {

using namespace std::chrono_literals;
using cluster::Object;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

struct NoMetrics final : metrics::Metrics {
    Result<std::vector<metrics::PodMetrics>>
    pods(std::string_view, const std::function<bool(const std::map<std::string, std::string>&)>&)
        const override {
        return std::vector<metrics::PodMetrics>{};
    }
};

struct ReplicaSetControllerTest : testing::Test {
    SimClock clock{Instant{1'700'000'000s}};
    Rng rng{1};
    std::unique_ptr<cluster::Store> store = *cluster::Store::open("", clock, Rng(2));
    NoMetrics metrics;
    journal::MemoryJournal journal;
    ReplicaSetController controller{World{clock, rng, *store, metrics, journal}};

    static spec::ReplicaSet shop(std::int32_t replicas) {
        spec::ReplicaSet set;
        set.metadata.name = "shop-x";
        set.metadata.ns = "default";
        set.spec.replicas = replicas;
        set.spec.selector.match_labels["app"] = "shop";
        set.spec.pod_template.metadata.labels["app"] = "shop";
        set.spec.pod_template.spec.containers.push_back({});
        set.spec.pod_template.spec.containers.back().name = "web";
        return set;
    }

    void create(spec::ReplicaSet set) { ASSERT_TRUE(store->create(std::move(set)).has_value()); }

    spec::ReplicaSet stored() const {
        return store->get({"ReplicaSet", "default", "shop-x"})->as<spec::ReplicaSet>();
    }

    void resize(std::int32_t replicas) {
        spec::ReplicaSet set = stored();
        set.spec.replicas = replicas;
        ASSERT_TRUE(store->update(std::move(set)).has_value());
        settle();
    }

    std::vector<spec::Pod> pods() const {
        std::vector<spec::Pod> found;
        cluster::Query query;
        query.kind = "Pod";
        for (const Object& object : store->list(query)) found.push_back(object.as<spec::Pod>());
        return found;
    }

    std::size_t active() const {
        const auto all = pods();
        return static_cast<std::size_t>(std::ranges::count_if(all, [](const spec::Pod& pod) {
            return !pod.metadata.deletion_timestamp && pod.status.phase != "Failed";
        }));
    }

    std::vector<std::string> events() const {
        std::vector<std::string> found;
        cluster::Query query;
        query.kind = "Event";
        for (const Object& object : store->list(query)) {
            const auto& event = object.as<spec::Event>();
            found.push_back(event.reason + ": " + event.message);
        }
        return found;
    }

    void settle() { clock.run_for(1s); }
};

TEST_F(ReplicaSetControllerTest, CreatesPodsAndSaysSo) {
    create(shop(2));
    controller.start();
    settle();
    const auto made = pods();
    ASSERT_THAT(made, SizeIs(2));
    for (const spec::Pod& pod : made) {
        EXPECT_EQ(pod.metadata.name.substr(0, 7), "shop-x-");
        EXPECT_EQ(pod.metadata.name.size(), 12u);
        EXPECT_EQ(
            pod.metadata.name.substr(7).find_first_not_of("bcdfghjklmnpqrstvwxz2456789"),
            std::string::npos
        );
        EXPECT_EQ(pod.metadata.controller()->uid, stored().metadata.uid);
    }
    EXPECT_EQ(stored().status.replicas, 2);
    ASSERT_THAT(journal.entries(), SizeIs(1));
    const journal::Entry& entry = journal.entries().front();
    EXPECT_EQ(entry.action, "create-pods");
    EXPECT_EQ(entry.outcome, "done");
    EXPECT_THAT(entry.after["created"].dump(), HasSubstr(made[0].metadata.name));
    EXPECT_THAT(
        events(), testing::Contains("SuccessfulCreate: Created pod: " + made[0].metadata.name)
    );
}

TEST_F(ReplicaSetControllerTest, FollowsItsSize) {
    controller.start();
    create(shop(1));
    settle();
    resize(5);
    EXPECT_EQ(active(), 5u);
    resize(2);
    EXPECT_EQ(active(), 2u);
    EXPECT_THAT(pods(), SizeIs(5)) << "three are going, until the runtime has ended them";
    EXPECT_EQ(stored().status.replicas, 2);
    EXPECT_EQ(journal.entries().back().action, "delete-pods");
    resize(4);
    EXPECT_EQ(active(), 4u) << "those that go do not come back";
}

TEST_F(ReplicaSetControllerTest, ReplacesWhatFailedOrWasDeleted) {
    controller.start();
    create(shop(2));
    settle();
    spec::Pod failed = pods()[0];
    failed.status.phase = "Failed";
    ASSERT_TRUE(store->update_status(failed).has_value());
    settle();
    EXPECT_EQ(active(), 2u);
    EXPECT_THAT(pods(), SizeIs(3));

    cluster::Cluster::Deletion now;
    now.grace_seconds = 0;
    ASSERT_TRUE(store->remove(spec::key_of(Object(pods()[1])), now).has_value());
    settle();
    EXPECT_EQ(active(), 2u);
}

TEST_F(ReplicaSetControllerTest, AdoptsAndReleasesByLabels) {
    controller.start();
    spec::Pod orphan;
    orphan.metadata.name = "orphan";
    orphan.metadata.ns = "default";
    orphan.metadata.labels["app"] = "shop";
    ASSERT_TRUE(store->create(orphan).has_value());
    create(shop(1));
    settle();
    ASSERT_THAT(pods(), SizeIs(1)) << "the orphan is the one pod wanted";
    EXPECT_EQ(pods()[0].metadata.controller()->uid, stored().metadata.uid);

    spec::Pod moved = pods()[0];
    moved.metadata.labels["app"] = "debug";
    ASSERT_TRUE(store->update(moved).has_value());
    settle();
    ASSERT_THAT(pods(), SizeIs(2));
    EXPECT_EQ(pods()[0].metadata.name, "orphan");
    EXPECT_EQ(pods()[0].metadata.controller(), nullptr);

    moved = pods()[0];
    moved.metadata.labels["app"] = "shop";
    ASSERT_TRUE(store->update(moved).has_value());
    settle();
    EXPECT_EQ(active(), 1u) << "adopted again: one too many";
}

TEST_F(ReplicaSetControllerTest, ReplacesAPodThatSomebodyTookAway) {
    controller.start();
    create(shop(2));
    settle();
    ASSERT_THAT(pods(), SizeIs(2));
    spec::Pod taken = pods()[0];
    taken.metadata.labels["app"] = "debug";
    taken.metadata.owner_references.clear();
    ASSERT_TRUE(store->update(taken).has_value());
    settle();
    EXPECT_THAT(pods(), SizeIs(3));
    EXPECT_EQ(stored().status.replicas, 2);
}

TEST_F(ReplicaSetControllerTest, WithoutAJournalItDoesNothing) {
    journal.refuse(true);
    controller.start();
    create(shop(2));
    clock.run_for(30s);
    EXPECT_THAT(pods(), SizeIs(0));
    journal.refuse(false);
    clock.run_for(60s);
    EXPECT_THAT(pods(), SizeIs(2)) << "it is tried again";
}

TEST_F(ReplicaSetControllerTest, AvailableWhenTheTimeHasCome) {
    controller.start();
    spec::ReplicaSet set = shop(1);
    set.spec.min_ready_seconds = 10;
    create(set);
    settle();
    spec::Pod pod = pods()[0];
    pod.status.phase = "Running";
    spec::Condition ready;
    ready.type = "Ready";
    ready.status = "True";
    ready.last_transition_time = clock.now();
    pod.status.conditions.push_back(ready);
    ASSERT_TRUE(store->update_status(pod).has_value());
    settle();
    EXPECT_EQ(stored().status.ready_replicas, 1);
    EXPECT_EQ(stored().status.available_replicas, 0);
    clock.run_for(9s);
    EXPECT_EQ(stored().status.available_replicas, 1);
}

TEST_F(ReplicaSetControllerTest, ComesToRest) {
    controller.start();
    create(shop(3));
    settle();
    const std::uint64_t version = store->version();
    clock.run_for(1h);
    EXPECT_EQ(store->version(), version);
    EXPECT_EQ(clock.pending(), 0u);
}

/// Refuses to create pods beyond a number, as a quota does.
class Quota final : public cluster::Cluster {
  public:
    Quota(cluster::Cluster& behind, int pods) : behind_(behind), left(pods) {}

    Result<Object> get(const spec::Key& key) const override { return behind_.get(key); }
    std::vector<Object> list(const cluster::Query& query) const override {
        return behind_.list(query);
    }
    std::uint64_t version() const override { return behind_.version(); }
    Result<Object> create(Object object) override {
        ++asked;
        if (left == 0) return fail(Code::invalid, "exceeded quota: pods");
        --left;
        return behind_.create(std::move(object));
    }
    Result<Object> update(Object object) override { return behind_.update(std::move(object)); }
    Result<Object> resize(Object pod) override { return behind_.resize(std::move(pod)); }
    Result<Object> update_status(Object object) override {
        return behind_.update_status(std::move(object));
    }
    Result<void> remove(const spec::Key& key, const Deletion& deletion) override {
        return behind_.remove(key, deletion);
    }
    std::unique_ptr<cluster::Watching> watch(
        const cluster::Query& query,
        std::uint64_t since,
        std::function<void(const cluster::Change&)> on_change,
        std::function<void()> on_expired
    ) override {
        return behind_.watch(query, since, std::move(on_change), std::move(on_expired));
    }
    void event(const Object& o, bool warning, const std::string& r, const std::string& m) override {
        behind_.event(o, warning, r, m);
    }

  private:
    cluster::Cluster& behind_;

  public:
    int left;
    int asked = 0;
};

TEST_F(ReplicaSetControllerTest, TheStoresQuotaIsTold) {
    spec::ResourceQuota quota;
    quota.metadata.name = "q";
    quota.metadata.ns = "default";
    quota.spec.hard["pods"] = Quantity::from_value(2);
    ASSERT_TRUE(store->create(quota).has_value());
    controller.start();
    create(shop(5));
    clock.run_for(1s);
    EXPECT_EQ(active(), 2u);
    const auto conditions = stored().status.conditions;
    ASSERT_THAT(conditions, SizeIs(1));
    EXPECT_EQ(conditions[0].type, "ReplicaFailure");
    EXPECT_EQ(conditions[0].reason, "FailedCreate");
    const char* const why =
        "is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2";
    EXPECT_THAT(conditions[0].message, HasSubstr(why));
    EXPECT_THAT(events(), testing::Contains(HasSubstr(why)));
}

TEST_F(ReplicaSetControllerTest, AQuotaIsNotedAndNotStormed) {
    Quota quota(*store, 0);
    ReplicaSetController limited(World{clock, rng, quota, metrics, journal});
    limited.start();
    create(shop(500));
    clock.run_for(1ms);
    EXPECT_LE(
        quota.asked, 2
    ) << "the first shows it; the status that says so is looked at once more";
    const auto conditions = stored().status.conditions;
    ASSERT_THAT(conditions, SizeIs(1));
    EXPECT_EQ(conditions[0].type, "ReplicaFailure");
    EXPECT_EQ(conditions[0].message, "exceeded quota: pods");
    EXPECT_EQ(journal.entries().back().outcome, "failed: 0 of 500 done: exceeded quota: pods");
    EXPECT_THAT(events(), testing::Contains("FailedCreate: Error creating: exceeded quota: pods"));

    quota.left = 5;  // batches of 1, 2, and 4, of which 2 succeed
    quota.asked = 0;
    clock.run_for(20s);
    EXPECT_EQ(active(), 5u);
    EXPECT_LE(quota.asked, 7 + 14) << "and then one at a time, ever more rarely";
    quota.left = 500;
    clock.run_for(2000s);
    EXPECT_EQ(active(), 500u);
    EXPECT_THAT(stored().status.conditions, SizeIs(0));
}

}  // namespace
}  // namespace swell::control
