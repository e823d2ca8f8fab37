#include "control/dependents.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/sim_clock.hpp"
#include "control/follow.hpp"
#include "spec/kinds/apps.hpp"

namespace swell::control {
namespace {

spec::ReplicaSet owner(bool going = false) {
    spec::ReplicaSet set;
    set.metadata.name = "shop-1";
    set.metadata.ns = "default";
    set.metadata.uid = "mine";
    if (going) set.metadata.deletion_timestamp = Instant{};
    return set;
}

struct PodIs {
    std::string owner;  // uid; empty: an orphan
    bool selected = true;
    bool going = false;
};

spec::Pod pod(const PodIs& is) {
    spec::Pod pod;
    pod.metadata.name = "p";
    pod.metadata.ns = "default";
    pod.metadata.labels["app"] = is.selected ? "shop" : "other";
    if (!is.owner.empty())
        pod.metadata.owner_references.push_back({"apps/v1", "ReplicaSet", "x", is.owner, true, true}
        );
    if (is.going) pod.metadata.deletion_timestamp = Instant{};
    return pod;
}

TEST(Claim, Table) {
    struct Case {
        const char* why;
        PodIs is;
        bool owner_goes;
        const char* expected;
    };
    // clang-format off
    const Case cases[] = {
        {"its own, selected",                    {"mine", true, false},   false, "keep"},
        {"its own, going: still its own",        {"mine", true, true},    false, "keep"},
        {"its own, labels moved away",           {"mine", false, false},  false, "release"},
        {"an orphan that is selected",           {"", true, false},       false, "adopt"},
        {"an orphan that is going",              {"", true, true},        false, "nothing"},
        {"an orphan that is not selected",       {"", false, false},      false, "nothing"},
        {"another's, though selected",           {"other", true, false},  false, "nothing"},
        {"an owner that goes adopts nothing",    {"", true, false},       true,  "nothing"},
        {"an owner that goes releases nothing",  {"mine", false, false},  true,  "nothing"},
        {"an owner that goes keeps its own",     {"mine", true, false},   true,  "keep"},
    };
    // clang-format on
    const auto selector = spec::Selector::from(spec::Labels{{"app", "shop"}});
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const std::vector<cluster::Object> candidates{pod(c.is)};
        const Claim result = claim(owner(c.owner_goes), selector, candidates);
        const std::string expected = c.expected;
        EXPECT_EQ(result.keep.size(), expected == "keep" ? 1u : 0u);
        EXPECT_EQ(result.adopt.size(), expected == "adopt" ? 1u : 0u);
        EXPECT_EQ(result.release.size(), expected == "release" ? 1u : 0u);
    }
}

TEST(ControllerReference, NamesTheOwner) {
    const spec::OwnerReference reference = controller_reference(owner());
    EXPECT_EQ(
        reference, (spec::OwnerReference{"apps/v1", "ReplicaSet", "shop-1", "mine", true, true})
    );
}

/// A cluster that only watches, and lets the test expire the watch.
class WatchOnly final : public cluster::Cluster {
  public:
    using Object = cluster::Object;

    Result<Object> get(const spec::Key&) const override { return none(); }
    std::vector<Object> list(const cluster::Query&) const override { return {}; }
    std::uint64_t version() const override { return version_at_watch; }
    Result<Object> create(Object) override { return none(); }
    Result<Object> update(Object) override { return none(); }
    Result<Object> resize(Object) override { return none(); }
    Result<Object> update_status(Object) override { return none(); }
    Result<void> remove(const spec::Key&, const Deletion&) override { return none(); }
    std::unique_ptr<cluster::Watching> watch(
        const cluster::Query&,
        std::uint64_t since,
        std::function<void(const cluster::Change&)> on_change,
        std::function<void()> on_expired
    ) override {
        watched_since.push_back(since);
        change = std::move(on_change);
        expire = std::move(on_expired);
        return std::make_unique<cluster::Watching>();
    }
    void event(const Object&, bool, const std::string&, const std::string&) override {}

    std::uint64_t version_at_watch = 7;
    std::vector<std::uint64_t> watched_since;
    std::function<void(const cluster::Change&)> change;
    std::function<void()> expire;

  private:
    static std::unexpected<Error> none() { return fail(Code::not_found, "nothing here"); }
};

TEST(Follow, ListsAgainAndWatchesFromThereWhenTheWatchExpires) {
    SimClock clock;
    WatchOnly cluster;
    int changes = 0;
    int relists = 0;
    Follow follow(
        clock, cluster, "Pod", [&](const cluster::Change&) { ++changes; }, [&] { ++relists; }
    );
    EXPECT_EQ(relists, 0);
    follow.start();
    EXPECT_EQ(relists, 1);
    cluster.change({cluster::Change::Type::added, pod({}), 8});
    EXPECT_EQ(changes, 1);

    cluster.version_at_watch = 900;
    cluster.expire();
    EXPECT_EQ(relists, 1) << "not from inside the call";
    clock.run_for(std::chrono::seconds(1));
    EXPECT_EQ(relists, 2);
    EXPECT_EQ(cluster.watched_since, (std::vector<std::uint64_t>{7, 900}));
}

TEST(Follow, NothingIsCalledAfterItsEnd) {
    SimClock clock;
    WatchOnly cluster;
    int relists = 0;
    {
        Follow follow(clock, cluster, "Pod", [](const auto&) {}, [&] { ++relists; });
        follow.start();
        cluster.expire();
    }
    clock.run_for(std::chrono::seconds(1));
    EXPECT_EQ(relists, 1);
}

}  // namespace
}  // namespace swell::control
