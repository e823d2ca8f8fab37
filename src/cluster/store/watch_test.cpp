#include <gtest/gtest.h>

#include "cluster/store/store.hpp"
#include "cluster/store/store_fixture.hpp"

namespace swell::cluster {
namespace {

using namespace fixture;

using Seen = std::vector<std::string>;

std::string text(const Change& change) {
    const char* word = change.type == Change::Type::added      ? "+"
                       : change.type == Change::Type::modified ? "~"
                                                               : "-";
    return word + change.object.metadata().name + "@" + std::to_string(change.version);
}

/// A watcher that writes down what it is told.
struct Log {
    Seen seen;
    int expired = 0;
    std::unique_ptr<Watching> watching;

    void watch(Store& store, const Query& query, std::uint64_t since) {
        watching = store.watch(
            query,
            since,
            [this](const Change& change) { seen.push_back(text(change)); },
            [this] { ++expired; }
        );
    }
};

void change(Store& store, const std::string& name, const std::string& value) {
    spec::ConfigMap changed = config(name);
    changed.data["key"] = value;
    ASSERT_TRUE(store.update(changed).has_value());
}

TEST(Watch, LiveWatchersAreToldInsideTheWrite) {
    World world;
    Log all, pods, prod;
    all.watch(world.store, {}, 0);
    pods.watch(world.store, {.kind = "Pod"}, 0);
    prod.watch(world.store, {.kind = "ConfigMap", .ns = "prod"}, 0);
    world.make(config("a"));
    change(world.store, "a", "changed");
    world.make(pod("p"));
    world.make(config("b", "prod"));
    ASSERT_TRUE(world.store.remove(key("ConfigMap", "a"), {}).has_value());
    EXPECT_EQ(all.seen, (Seen{"+a@1", "~a@2", "+p@3", "+b@4", "-a@5"}));
    EXPECT_EQ(pods.seen, Seen{"+p@3"});
    EXPECT_EQ(prod.seen, Seen{"+b@4"});
}

TEST(Watch, DeletedObjectsCarryTheVersionOfTheDeletion) {
    World world;
    std::uint64_t version = 0;
    const auto watching = world.store.watch(
        {}, 0, [&](const Change& seen) { version = seen.object.metadata().resource_version; }, {}
    );
    world.make(config("a"));
    ASSERT_TRUE(world.store.remove(key("ConfigMap", "a"), {}).has_value());
    EXPECT_EQ(version, 2u);
}

TEST(Watch, FromThePastWithoutGapsThroughTheClock) {
    World world;
    world.make(config("a"));
    world.make(config("b"));
    world.make(config("c"));
    Log log;
    log.watch(world.store, {}, 1);
    EXPECT_TRUE(log.seen.empty()) << "never from inside watch()";
    world.make(config("d"));
    EXPECT_TRUE(log.seen.empty()) << "what is new waits for what is old";
    world.clock.run_for(Duration{});
    EXPECT_EQ(log.seen, (Seen{"+b@2", "+c@3", "+d@4"}));
    world.make(config("e"));
    EXPECT_EQ(log.seen.back(), "+e@5");
}

TEST(Watch, CatchesUpInPieces) {
    World world;
    for (int i = 0; i < 3000; ++i) world.make(config(std::to_string(i)));
    Log log;
    log.watch(world.store, {}, 0);
    ASSERT_TRUE(world.clock.step());
    EXPECT_GT(log.seen.size(), 0u);
    EXPECT_LT(log.seen.size(), 3000u);
    world.make(config("between"));
    world.clock.run_for(Duration{});
    ASSERT_EQ(log.seen.size(), 3001u);
    EXPECT_EQ(log.seen.back(), "+between@3001");
    for (std::size_t i = 0; i < 3000; ++i)
        ASSERT_EQ(log.seen[i], "+" + std::to_string(i) + "@" + std::to_string(i + 1));
}

TEST(Watch, ExpiresOnceWhenHistoryDoesNotReachBack) {
    const struct {
        const char* why;
        std::uint64_t since;
        bool expired;
    } cases[] = {
        // 10 writes, 4 of them kept: 7 to 10
        {"before all", 0, true},
        {"one too old", 5, true},
        {"the oldest kept", 6, false},
        {"now", 10, false},
        {"yet to come", 11, true},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.why);
        World world({.history = 4});
        for (int i = 0; i < 10; ++i) world.make(config(std::to_string(i)));
        EXPECT_EQ(world.store.changes_since(c.since, {}, 100).has_value(), !c.expired);
        Log log;
        log.watch(world.store, {}, c.since);
        EXPECT_EQ(log.expired, 0) << "never from inside watch()";
        world.clock.run_for(Duration{});
        world.make(config("more"));
        world.clock.run_for(Duration{});
        EXPECT_EQ(log.expired, c.expired ? 1 : 0);
        EXPECT_EQ(log.seen.size(), c.expired ? 0 : 11 - c.since);
    }
}

TEST(Watch, ABatchBeyondHistoryExpiresLiveWatchersOnce) {
    World world({.history = 4});
    Log log;
    log.watch(world.store, {}, 0);
    const auto done = world.store.write_batch([&]() -> Result<void> {
        for (int i = 0; i < 10; ++i) world.make(config(std::to_string(i)));
        return {};
    });
    ASSERT_TRUE(done.has_value());
    EXPECT_EQ(log.expired, 1);
    EXPECT_TRUE(log.seen.empty());
    world.make(config("more"));
    EXPECT_EQ(log.expired, 1);
    EXPECT_TRUE(log.seen.empty()) << "an expired watch is over";
    log.watch(world.store, {}, world.store.version());
    world.make(config("again"));
    EXPECT_EQ(log.seen, Seen{"+again@12"});
}

TEST(Watch, WritesOfCallbacksAreToldAfterwardsInOrder) {
    World world;
    Log before, after;
    before.watch(world.store, {}, 0);
    const auto answering = world.store.watch(
        {},
        0,
        [&](const Change& seen) {
            if (seen.object.metadata().name.size() < 3)
                world.make(config(seen.object.metadata().name + "x"));
        },
        {}
    );
    after.watch(world.store, {}, 0);
    world.make(config("a"));
    const Seen order{"+a@1", "+ax@2", "+axx@3"};
    EXPECT_EQ(before.seen, order);
    EXPECT_EQ(after.seen, order);
}

TEST(Watch, MayEndAndBeginInsideACallback) {
    World world;
    Log log, late;
    std::unique_ptr<Watching> self;
    int calls = 0;
    self = world.store.watch(
        {},
        0,
        [&](const Change&) {
            ++calls;
            log.watching.reset();
            late.watch(world.store, {}, world.store.version());
            self.reset();
        },
        {}
    );
    log.watch(world.store, {}, 0);
    world.make(config("a"));
    world.make(config("b"));
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(log.seen.empty());
    EXPECT_EQ(late.seen, Seen{"+b@2"});
}

TEST(Watch, MayOutliveTheStoreAndLeaveTheClock) {
    SimClock clock{start};
    Log log;
    {
        auto store = Store::open("", clock, Rng(1)).value();
        ASSERT_TRUE(store->create(config("a")).has_value());
        log.watch(*store, {}, 0);
    }
    clock.run_for(Duration{});
    EXPECT_TRUE(log.seen.empty());
    log.watching.reset();
}

TEST(Watch, NothingIsToldOfAFailedBatch) {
    World world;
    Log log;
    log.watch(world.store, {}, 0);
    const auto failed = world.store.write_batch([&]() -> Result<void> {
        world.make(config("a"));
        return fail(Code::cancelled, "");
    });
    EXPECT_FALSE(failed.has_value());
    world.make(config("b"));
    EXPECT_EQ(log.seen, Seen{"+b@1"});
}

TEST(Watch, SelectorsMakeObjectsComeAndGo) {
    World world;
    Log log;
    log.watch(
        world.store, {.kind = "ConfigMap", .labels = spec::Selector::parse("tier=front").value()}, 0
    );
    const auto label = [&](const char* tier, const char* value) {
        spec::ConfigMap changed = config("a");
        changed.metadata.labels["tier"] = tier;
        changed.data["key"] = value;
        ASSERT_TRUE(world.store.update(changed).has_value());
    };
    world.make(config("a"));
    label("front", "1");
    label("front", "2");
    label("back", "2");
    label("front", "2");
    ASSERT_TRUE(world.store.remove(key("ConfigMap", "a"), {}).has_value());
    world.make(config("a"));
    ASSERT_TRUE(world.store.remove(key("ConfigMap", "a"), {}).has_value());
    EXPECT_EQ(log.seen, (Seen{"+a@2", "~a@3", "-a@4", "+a@5", "-a@6"}));
}

TEST(Changes, ArePulledInBoundedPieces) {
    World world;
    for (int i = 0; i < 5; ++i) world.make(config(std::to_string(i)));
    world.make(pod("p"));
    const auto first = world.store.changes_since(1, {.kind = "ConfigMap"}, 2).value();
    ASSERT_EQ(first.changes.size(), 2u);
    EXPECT_EQ(text(first.changes[0]), "+1@2");
    EXPECT_EQ(first.version, 3u);
    const auto second =
        world.store.changes_since(first.version, {.kind = "ConfigMap"}, 100).value();
    EXPECT_EQ(second.changes.size(), 2u);
    EXPECT_EQ(second.version, 6u) << "what did not match has been looked at";
    EXPECT_TRUE(world.store.changes_since(second.version, {}, 100)->changes.empty());
    EXPECT_EQ(world.store.changes_since(7, {}, 100).error().code, Code::expired);
}

// Seeded writers, and watchers that come and go: each sees exactly the writes after its start.
TEST(Watch, NoGapsNoRepeatsWhateverTheOrder) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        World world({.history = 64});
        Rng rng(seed);
        std::vector<std::unique_ptr<Log>> logs;
        std::vector<std::uint64_t> since;
        for (int step = 0; step < 500; ++step) {
            switch (rng.below(8)) {
                case 0: {
                    const std::uint64_t back = rng.below(80);
                    since.push_back(world.store.version() - std::min(back, world.store.version()));
                    logs.push_back(std::make_unique<Log>());
                    logs.back()->watch(world.store, {}, since.back());
                    break;
                }
                case 1:
                    world.clock.run_for(Duration{});
                    break;
                case 2: {
                    (void)world.store.write_batch([&]() -> Result<void> {
                        for (std::uint64_t i = rng.below(10); i > 0; --i)
                            world.store.event(
                                Object(config("c")), false, "R", std::to_string(rng.next())
                            );
                        return rng.below(3) == 0 ? Result<void>(fail(Code::cancelled, ""))
                                                 : Result<void>();
                    });
                    break;
                }
                default:
                    world.store.event(
                        Object(config("c")), false, "R", std::to_string(rng.below(20))
                    );
            }
        }
        world.clock.run_for(Duration{});
        for (std::size_t i = 0; i < logs.size(); ++i) {
            const Seen& seen = logs[i]->seen;
            for (std::size_t j = 0; j < seen.size(); ++j)
                ASSERT_TRUE(seen[j].ends_with("@" + std::to_string(since[i] + j + 1))) << seen[j];
            if (logs[i]->expired == 0) {
                EXPECT_EQ(since[i] + seen.size(), world.store.version());
            }
        }
    }
}

}  // namespace
}  // namespace swell::cluster
