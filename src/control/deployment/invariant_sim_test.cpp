// Both controllers over a store in memory, pods that take their time and sometimes crash, a person
// who changes her mind, and a cluster whose writes sometimes fail; all from one seed. At every
// step:
//
//     pods        <= replicas + maxSurge
//     available   >= replicas - maxUnavailable, once it has been reached; where pods crash by
//                    themselves: no available pod is deleted that takes it below
//     each pod that is created or deleted is in the journal, and none while the journal refuses
//
// Then the faults end, and the last template must be rolled out.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/sim_clock.hpp"
#include "cluster/store/store.hpp"
#include "control/deployment/bounds.hpp"
#include "control/deployment/controller.hpp"
#include "control/deployment/rollout.hpp"
#include "control/deployment/shop.hpp"
#include "control/deployment/status.hpp"
#include "control/replicaset/controller.hpp"
#include "control/replicaset/pods.hpp"
#include "journal/memory.hpp"

namespace swell::control {
namespace {

using namespace std::chrono_literals;
using cluster::Change;
using cluster::Object;

constexpr std::uint64_t seeds = 500;
const spec::Key shop_key{"Deployment", "default", "shop"};

struct NoMetrics final : metrics::Metrics {
    Result<std::vector<metrics::PodMetrics>>
    pods(std::string_view, const std::function<bool(const std::map<std::string, std::string>&)>&)
        const override {
        return std::vector<metrics::PodMetrics>{};
    }
};

/// Some writes fail, before they do anything.
class Flaky final : public cluster::Cluster {
  public:
    Flaky(cluster::Cluster& behind, Rng rng) : behind_(behind), rng_(rng) {}

    double failing = 0;

    Result<Object> get(const spec::Key& key) const override { return behind_.get(key); }
    std::vector<Object> list(const cluster::Query& q) const override { return behind_.list(q); }
    std::uint64_t version() const override { return behind_.version(); }
    Result<Object> create(Object object) override {
        if (fails()) return fail(Code::unavailable, "flaky");
        return behind_.create(std::move(object));
    }
    Result<Object> update(Object object) override {
        if (fails()) return fail(Code::conflict, "flaky");
        return behind_.update(std::move(object));
    }
    Result<Object> resize(Object pod) override {
        if (fails()) return fail(Code::conflict, "flaky");
        return behind_.resize(std::move(pod));
    }
    Result<Object> update_status(Object object) override {
        if (fails()) return fail(Code::conflict, "flaky");
        return behind_.update_status(std::move(object));
    }
    Result<void> remove(const spec::Key& key, const Deletion& deletion) override {
        if (fails()) return fail(Code::unavailable, "flaky");
        return behind_.remove(key, deletion);
    }
    std::unique_ptr<cluster::Watching> watch(
        const cluster::Query& query,
        std::uint64_t since,
        std::function<void(const Change&)> on_change,
        std::function<void()> on_expired
    ) override {
        return behind_.watch(query, since, std::move(on_change), std::move(on_expired));
    }
    void event(const Object&, bool, const std::string&, const std::string&) override {}

  private:
    bool fails() { return rng_.unit() < failing; }

    cluster::Cluster& behind_;
    Rng rng_;
};

/// Pods come up and go down after a while; some crash and come back.
class Runtime {
  public:
    Runtime(SimClock& clock, cluster::Store& store, Rng rng)
        : clock_(clock), store_(store), rng_(rng) {
        cluster::Query pods;
        pods.kind = "Pod";
        watching_ = store.watch(pods, 0, [this](const Change& change) { on_pod(change); }, [] {});
    }

    double crashing = 0;  ///< chance that a pod that became ready will crash

    /// The newest command that never becomes ready.
    static bool is_bad(const spec::Pod& pod) { return pod.spec.containers[0].command[1] == "bad"; }

  private:
    Duration some(Duration most) {
        return Duration(
            static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(most.count())))
        );
    }

    void on_pod(const Change& change) {
        const spec::Key key = spec::key_of(change.object);
        if (change.type == Change::Type::added) {
            const auto& pod = change.object.as<spec::Pod>();
            clock_.call_after(some(2s), [this, key] { set(key, "Running", false); });
            if (!is_bad(pod)) clock_.call_after(2s + some(5s), [this, key] { become_ready(key); });
        } else if (change.object.metadata().deletion_timestamp && going_.insert(key.name).second) {
            clock_.call_after(some(3s), [this, key] { end(key); });
        }
    }

    void become_ready(const spec::Key& key) {
        set(key, "Running", true);
        if (rng_.unit() >= crashing) return;
        clock_.call_after(1s + some(20s), [this, key] {
            set(key, "Running", false);
            clock_.call_after(1s + some(5s), [this, key] { become_ready(key); });
        });
    }

    void set(const spec::Key& key, const char* phase, bool ready) {
        const auto object = store_.get(key);
        if (!object) return;
        spec::Pod pod = object->as<spec::Pod>();
        pod.status.phase = phase;
        spec::Condition condition;
        condition.type = "Ready";
        condition.status = ready ? "True" : "False";
        condition.last_transition_time = clock_.now();
        pod.status.conditions = {condition};
        static_cast<void>(store_.update_status(pod));
    }

    void end(const spec::Key& key) {
        cluster::Cluster::Deletion now;
        now.grace_seconds = 0;
        static_cast<void>(store_.remove(key, now));
    }

    SimClock& clock_;
    cluster::Store& store_;
    Rng rng_;
    std::set<std::string> going_;
    std::unique_ptr<cluster::Watching> watching_;
};

/// What a seed is about: crashes and failing writes are not mixed, for of a pod that crashed while
/// no status could be written nobody can know.
enum class Kind { calm, crashes, flaky, resized };

class Simulation {
  public:
    explicit Simulation(std::uint64_t seed) : rng_(seed), kind_(static_cast<Kind>(rng_.below(4))) {
        cluster::Query pods;
        pods.kind = "Pod";
        watching_ = store_->watch(pods, 0, [this](const Change& c) { on_pod(c); }, [] {});
        runtime_.crashing = kind_ == Kind::crashes ? 0.4 : 0;
        flaky_.failing = kind_ == Kind::flaky ? 0.2 : 0;
        controller_.start();
        replica_sets_.start();
    }

    void run() {
        first();
        run_for(60s);
        const std::uint64_t changes = 1 + rng_.below(5);
        for (std::uint64_t i = 0; i < changes; ++i) {
            change();
            run_for(Duration(static_cast<std::int64_t>(rng_.below(30'000'000'000))));
        }
        end_faults();
        run_for(1200s);
        if (!testing::Test::HasFatalFailure()) check_settled();
    }

  private:
    void first() {
        spec::Deployment made = deployment::shop(1 + static_cast<std::int32_t>(rng_.below(9)));
        made.spec.strategy.rolling_update = {
            .max_unavailable = {static_cast<std::int64_t>(rng_.below(3)), {}},
            .max_surge = {static_cast<std::int64_t>(rng_.below(4)), {}},
        };
        if (rng_.below(2) == 0) made.spec.strategy.rolling_update = spec::RollingUpdate{};
        made.spec.min_ready_seconds = static_cast<std::int32_t>(rng_.below(3)) * 2;
        made.spec.revision_history_limit = static_cast<std::int32_t>(rng_.below(4));
        ASSERT_TRUE(store_->create(made).has_value());
    }

    spec::Deployment stored() const { return store_->get(shop_key)->as<spec::Deployment>(); }

    template <class T>
    std::vector<T> all() const {
        std::vector<T> found;
        cluster::Query query;
        query.kind = spec::kind_of<T>().name;
        for (const Object& object : store_->list(query)) found.push_back(object.as<T>());
        return found;
    }

    void write(spec::Deployment made) { ASSERT_TRUE(store_->update(std::move(made)).has_value()); }

    void change() {
        spec::Deployment made = stored();
        switch (rng_.below(kind_ == Kind::resized ? 7 : 4)) {
            case 0:
                made.spec.pod_template = deployment::shop_template("bad");
                break;
            case 1:
                if (auto back = deployment::undo(made, all<spec::ReplicaSet>())) made = *back;
                break;
            case 2:
                journal_.refuse(rng_.below(2) == 0);
                break;
            case 3:
                made.spec.pod_template = deployment::shop_template(next_version());
                break;
            case 4:
                made.spec.paused = !made.spec.paused;
                break;
            default:
                made.spec.replicas = static_cast<std::int32_t>(rng_.below(12));
        }
        write(std::move(made));
    }

    std::string next_version() { return "v" + std::to_string(++version_); }

    void end_faults() {
        runtime_.crashing = 0;
        flaky_.failing = 0;
        journal_.refuse(false);
        spec::Deployment last = stored();
        last.spec.paused = false;
        last.spec.pod_template = deployment::shop_template(next_version());
        write(std::move(last));
    }

    void run_for(Duration duration) {
        const Instant until = clock_.now() + duration;
        bool waiting = true;
        clock_.call_at(until, [&waiting] { waiting = false; });
        while (waiting && !testing::Test::HasFatalFailure()) {
            ASSERT_TRUE(clock_.step());
            check_bounds();
        }
    }

    struct Pods {
        std::int64_t active = 0, available = 0;
    };

    Pods count_pods(const spec::DeploymentSpec& wanted) const {
        Pods counted;
        cluster::Query query;
        query.kind = "Pod";
        for (const Object& object : store_->list(query)) {
            const auto& pod = object.as<spec::Pod>();
            if (!replicaset::is_active(pod)) continue;
            ++counted.active;
            if (replicaset::is_available(pod, wanted.min_ready_seconds, clock_.now()))
                ++counted.available;
        }
        return counted;
    }

    void check_bounds() {
        if (kind_ == Kind::resized) return;  // the bounds move, and pods follow later
        if (store_->version() == checked_) return;
        checked_ = store_->version();
        const Object object = *store_->get(shop_key);
        const spec::DeploymentSpec& wanted = object.as<spec::Deployment>().spec;
        const deployment::Bounds limits = deployment::bounds(wanted);
        const Pods pods = count_pods(wanted);
        ASSERT_LE(pods.active, wanted.replicas + limits.max_surge);
        if (kind_ == Kind::crashes) return;
        const std::int64_t least = wanted.replicas - limits.max_unavailable;
        reached_ = reached_ || pods.available >= least;
        if (reached_) {
            ASSERT_GE(pods.available, least);
        }
    }

    void on_pod(const Change& change) {
        const spec::Pod& pod = change.object.as<spec::Pod>();
        if (change.type == Change::Type::added) {
            expect_journaled("created", pod.metadata.name);
        } else if (pod.metadata.deletion_timestamp && going_.insert(pod.metadata.name).second) {
            expect_journaled("deleted", pod.metadata.name);
            if (kind_ != Kind::resized) check_deletion(pod);
        }
    }

    /// What no longer is there still was available when it was chosen.
    void check_deletion(const spec::Pod& pod) {
        const spec::Deployment made = stored();
        if (!replicaset::is_available(pod, made.spec.min_ready_seconds, clock_.now())) return;
        const auto limits = deployment::bounds(made.spec);
        const std::int64_t available = count_pods(made.spec).available;
        EXPECT_GE(available, made.spec.replicas - limits.max_unavailable)
            << pod.metadata.name << " was deleted";
    }

    void expect_journaled(const char* what, const std::string& name) {
        ASSERT_FALSE(journal_.entries().empty());
        const auto& entries = journal_.entries();
        const bool said = std::any_of(entries.rbegin(), entries.rend(), [&](const auto& entry) {
            if (!entry.after.contains(what)) return false;
            return std::ranges::find(entry.after[what], Json(name)) != entry.after[what].end();
        });
        EXPECT_TRUE(said) << name << " was " << what << " without a word";
    }

    void check_settled() {
        const spec::Deployment made = stored();
        const auto status = deployment::rollout_status(made);
        ASSERT_TRUE(status.has_value()) << status.error().what;
        EXPECT_TRUE(status->done) << status->text;
        const auto pods = all<spec::Pod>();
        EXPECT_EQ(std::ssize(pods), made.spec.replicas);
        for (const spec::Pod& pod : pods)
            EXPECT_EQ(pod.spec.containers, made.spec.pod_template.spec.containers);
        EXPECT_LE(std::ssize(all<spec::ReplicaSet>()), made.spec.revision_history_limit + 1);
        const auto* condition = deployment::find_condition(made.status, "Progressing");
        ASSERT_NE(condition, nullptr);
        EXPECT_EQ(condition->reason, "NewReplicaSetAvailable");
        EXPECT_EQ(made.status.available_replicas, made.spec.replicas);
    }

    Rng rng_;
    Kind kind_;
    SimClock clock_{Instant{1'700'000'000s}};
    std::unique_ptr<cluster::Store> store_ = *cluster::Store::open("", clock_, rng_.split());
    Flaky flaky_{*store_, rng_.split()};
    NoMetrics metrics_;
    journal::MemoryJournal journal_;
    Rng draws_ = rng_.split();
    World world_{clock_, draws_, flaky_, metrics_, journal_};
    DeploymentController controller_{world_};
    ReplicaSetController replica_sets_{world_};
    Runtime runtime_{clock_, *store_, rng_.split()};
    std::unique_ptr<cluster::Watching> watching_;
    std::set<std::string> going_;
    int version_ = 1;
    bool reached_ = false;
    std::uint64_t checked_ = 0;  // version of the store
};

TEST(DeploymentInvariants, HoldForEachSeed) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Simulation(seed).run();
        if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace swell::control
