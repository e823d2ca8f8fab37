#include "cluster/store/store.hpp"

#include <gtest/gtest.h>

#include "cluster/store/store_fixture.hpp"

namespace swell::cluster {
namespace {

using namespace fixture;

std::vector<std::string> names(const std::vector<Object>& objects) {
    std::vector<std::string> found;
    for (const Object& object : objects)
        found.push_back(object.metadata().ns + "/" + object.metadata().name);
    return found;
}

using Names = std::vector<std::string>;

TEST(Store, CreateSetsWhatTheSystemSets) {
    World world;
    spec::Deployment given = deployment("shop");
    given.metadata.uid = "mine";
    given.metadata.generation = 9;
    given.metadata.ns = "";
    const Object made = world.make(given);
    const spec::ObjectMeta& metadata = made.metadata();
    EXPECT_EQ(metadata.ns, "default");
    EXPECT_EQ(metadata.uid.size(), 36u);
    EXPECT_EQ(metadata.generation, 1);
    EXPECT_EQ(metadata.resource_version, 1u);
    EXPECT_EQ(metadata.creation_timestamp, start);
    EXPECT_EQ(world.store.version(), 1u);
    EXPECT_EQ(world.store.get(key("Deployment", "shop"))->metadata(), metadata);
}

TEST(Store, CreateRefuses) {
    World world;
    world.make(config("taken"));
    spec::ConfigMap nameless = config("");
    spec::ConfigMap versioned = config("new");
    versioned.metadata.resource_version = 1;
    const struct {
        const char* why;
        spec::ConfigMap object;
        Code code;
    } cases[] = {
        {"a name that is taken", config("taken"), Code::exists},
        {"no name", nameless, Code::invalid},
        {"a resource version", versioned, Code::invalid},
    };
    for (const auto& c : cases) {
        const auto made = world.store.create(c.object);
        ASSERT_FALSE(made.has_value()) << c.why;
        EXPECT_EQ(made.error().code, c.code) << c.why << ": " << made.error().what;
    }
    EXPECT_EQ(world.store.version(), 1u);
    EXPECT_TRUE(world.store.create(config("taken", "prod")).has_value()) << "another namespace";
    EXPECT_TRUE(world.store.create(deployment("taken")).has_value()) << "another kind";
}

TEST(Store, GenerateNameMakesNamesThatDiffer) {
    World world;
    spec::ConfigMap nameless = config("");
    nameless.metadata.generate_name = "shop-";
    const std::string one = world.make(nameless).metadata().name;
    const std::string two = world.make(nameless).metadata().name;
    EXPECT_TRUE(one.starts_with("shop-") && one.size() == 10) << one;
    EXPECT_NE(one, two);
}

TEST(Store, UpdateKeepsStatusAndRaisesGenerationWithTheSpec) {
    World world;
    world.make(deployment("shop"));
    spec::Deployment reported = deployment("shop");
    reported.status.replicas = 3;
    ASSERT_TRUE(world.store.update_status(reported).has_value());

    spec::Deployment wanted = deployment("shop");
    wanted.spec.replicas = 5;
    wanted.status.replicas = 77;
    wanted.metadata.creation_timestamp = Instant{};
    const Object now = world.store.update(wanted).value();
    EXPECT_EQ(now.as<spec::Deployment>().spec.replicas, 5);
    EXPECT_EQ(now.as<spec::Deployment>().status.replicas, 3);
    EXPECT_EQ(now.metadata().generation, 2);
    EXPECT_EQ(now.metadata().creation_timestamp, start);
    EXPECT_EQ(now.metadata().resource_version, 3u);

    wanted.metadata.annotations["note"] = "labels are no spec";
    EXPECT_EQ(world.store.update(wanted)->metadata().generation, 2);
}

TEST(Store, StatusUpdateLeavesTheRest) {
    World world;
    world.make(deployment("shop"));
    spec::Deployment reported = deployment("shop");
    reported.spec.replicas = 9;
    reported.metadata.labels["more"] = "labels";
    reported.status.ready_replicas = 1;
    const Object now = world.store.update_status(reported).value();
    EXPECT_EQ(now.as<spec::Deployment>().spec.replicas, 1);
    EXPECT_EQ(now.as<spec::Deployment>().status.ready_replicas, 1);
    EXPECT_FALSE(now.metadata().labels.contains("more"));
    EXPECT_EQ(now.metadata().generation, 1);
}

TEST(Store, AWriteThatChangesNothingIsNone) {
    World world;
    const Object made = world.make(deployment("shop"));
    EXPECT_EQ(world.store.update(deployment("shop"))->metadata().resource_version, 1u);
    EXPECT_EQ(world.store.update(made)->metadata().resource_version, 1u);
    EXPECT_EQ(world.store.update_status(deployment("shop"))->metadata().resource_version, 1u);
    EXPECT_EQ(world.store.version(), 1u);
}

TEST(Store, WritesWithAnOldVersionConflict) {
    World world;
    const Object first = world.make(deployment("shop"));
    spec::Deployment wanted = first.as<spec::Deployment>();
    wanted.spec.replicas = 2;
    ASSERT_TRUE(world.store.update(wanted).has_value());
    wanted.spec.replicas = 3;
    wanted.status.replicas = 3;
    spec::Deployment reborn = deployment("shop");
    reborn.metadata.uid = "another";
    EXPECT_EQ(world.store.update(wanted).error().code, Code::conflict);
    EXPECT_EQ(world.store.update_status(wanted).error().code, Code::conflict);
    EXPECT_EQ(world.store.update(reborn).error().code, Code::conflict);
    EXPECT_EQ(
        world.store.remove(key("Deployment", "shop"), {.resource_version = 1}).error().code,
        Code::conflict
    );
    EXPECT_EQ(world.store.version(), 2u);
    wanted.metadata.resource_version = 0;  // any
    EXPECT_TRUE(world.store.update(wanted).has_value());
    EXPECT_TRUE(world.store.remove(key("Deployment", "shop"), {.resource_version = 3}).has_value());
}

TEST(Store, WhatIsNotThereIsNotFound) {
    World world;
    EXPECT_EQ(
        world.store.get(key("Deployment", "shop")).error(),
        (Error{Code::not_found, "deployments.apps \"shop\" not found"})
    );
    EXPECT_EQ(world.store.update(deployment("shop")).error().code, Code::not_found);
    EXPECT_EQ(world.store.update_status(deployment("shop")).error().code, Code::not_found);
    EXPECT_EQ(world.store.remove(key("Deployment", "shop"), {}).error().code, Code::not_found);
}

TEST(Store, ListsInOrderByKindNamespaceAndOwner) {
    World world;
    const Object shop = world.make(deployment("shop"));
    for (const char* name : {"c", "a"}) world.make(owned(pod(name), shop));
    world.make(owned(pod("b"), shop, false));
    world.make(pod("z", "aaa"));
    world.make(pod("a", "prod"));
    const struct {
        const char* why;
        Query query;
        Names names;
    } cases[] = {
        {"a kind", {.kind = "Pod"}, {"aaa/z", "default/a", "default/b", "default/c", "prod/a"}},
        {"a namespace", {.kind = "Pod", .ns = "default"}, {"default/a", "default/b", "default/c"}},
        {"all kinds of a namespace",
         {.ns = "default"},
         {"default/shop", "default/a", "default/b", "default/c"}},
        {"managed by", {.kind = "Pod", .owner_uid = shop.metadata().uid}, {"default/a", "default/c"}
        },
        {"by name",
         {.kind = "Pod", .ns = "default", .fields = {{"metadata.name", "b"}}},
         {"default/b"}},
        {"by name anywhere",
         {.kind = "Pod", .fields = {{"metadata.name", "a"}}},
         {"default/a", "prod/a"}},
        {"a kind without objects", {.kind = "Service"}, {}},
    };
    for (const auto& c : cases) EXPECT_EQ(names(world.store.list(c.query)), c.names) << c.why;
}

TEST(Store, DependentsGoWithTheirOwner) {
    World world;
    const Object shop = world.make(deployment("shop"));
    spec::ReplicaSet set;
    set.metadata.name = "shop-1";
    const Object replicas = world.make(owned(set, shop));
    world.make(owned(pod("p"), replicas));
    world.make(owned(config("c"), replicas));
    world.make(pod("stranger"));
    ASSERT_TRUE(world.store.remove(key("Deployment", "shop"), {}).has_value());
    EXPECT_FALSE(world.has(key("Deployment", "shop")));
    EXPECT_FALSE(world.has(key("ReplicaSet", "shop-1")));
    EXPECT_FALSE(world.has(key("ConfigMap", "c")));
    EXPECT_EQ(world.store.get(key("Pod", "p"))->metadata().deletion_grace_period_seconds, 30);
    EXPECT_FALSE(world.store.get(key("Pod", "stranger"))->metadata().deletion_timestamp);
}

TEST(Store, ADependentOfTwoGoesWithTheLast) {
    World world;
    const Object a = world.make(config("a"));
    const Object b = world.make(config("b"));
    world.make(owned(owned(config("both"), a), b, false));
    ASSERT_TRUE(world.store.remove(key("ConfigMap", "a"), {}).has_value());
    EXPECT_EQ(world.store.get(key("ConfigMap", "both"))->metadata().owner_references.size(), 1u);
    ASSERT_TRUE(world.store.remove(key("ConfigMap", "b"), {}).has_value());
    EXPECT_FALSE(world.has(key("ConfigMap", "both")));
}

TEST(Store, OrphansStay) {
    World world;
    const Object shop = world.make(deployment("shop"));
    world.make(owned(pod("p"), shop));
    ASSERT_TRUE(world.store.remove(key("Deployment", "shop"), {.propagation = Propagation::orphan})
                    .has_value());
    EXPECT_FALSE(world.has(key("Deployment", "shop")));
    const Object orphan = world.store.get(key("Pod", "p")).value();
    EXPECT_TRUE(orphan.metadata().owner_references.empty());
    EXPECT_FALSE(orphan.metadata().deletion_timestamp);
}

TEST(Store, LongChainsAndCirclesOfOwnersEnd) {
    World world;
    Object last = world.make(config("0"));
    for (int i = 1; i < 20'000; ++i) last = world.make(owned(config(std::to_string(i)), last));
    spec::ConfigMap first = world.store.get(key("ConfigMap", "0"))->as<spec::ConfigMap>();
    ASSERT_TRUE(world.store.update(owned(first, last)).has_value());
    ASSERT_TRUE(world.store.remove(key("ConfigMap", "0"), {}).has_value());
    EXPECT_EQ(world.store.size(), 0u);
}

TEST(Store, APodGoesInTwoSteps) {
    World world;
    world.make(pod("p"));
    ASSERT_TRUE(world.store.remove(key("Pod", "p"), {}).has_value());
    const Object going = world.store.get(key("Pod", "p")).value();
    EXPECT_EQ(going.metadata().deletion_timestamp, start + std::chrono::seconds(30));
    spec::Pod revived = going.as<spec::Pod>();
    revived.metadata.deletion_timestamp.reset();
    EXPECT_TRUE(world.store.update(revived)->metadata().deletion_timestamp)
        << "no write takes it back";
    ASSERT_TRUE(world.store.remove(key("Pod", "p"), {.grace_seconds = 0}).has_value());
    EXPECT_FALSE(world.has(key("Pod", "p")));
}

TEST(Store, FinalizersHoldAnObjectUntilTheLastIsGone) {
    World world;
    spec::ConfigMap held = config("c");
    held.metadata.finalizers = {"a", "b"};
    const Object made = world.make(held);
    world.make(owned(config("dependent"), made));
    ASSERT_TRUE(world.store.remove(key("ConfigMap", "c"), {}).has_value());
    EXPECT_TRUE(world.has(key("ConfigMap", "dependent")));
    held.metadata.finalizers = {"a", "b", "c"};
    EXPECT_EQ(world.store.update(held).error().code, Code::invalid);
    held.metadata.finalizers = {"b"};
    ASSERT_TRUE(world.store.update(held).has_value());
    EXPECT_TRUE(world.has(key("ConfigMap", "c")));
    held.metadata.finalizers.clear();
    ASSERT_TRUE(world.store.update(held).has_value());
    EXPECT_FALSE(world.has(key("ConfigMap", "c")));
    EXPECT_FALSE(world.has(key("ConfigMap", "dependent")));
}

TEST(Store, ABatchIsAllOrNothing) {
    World world;
    world.make(config("a"));
    const auto failed = world.store.write_batch([&]() -> Result<void> {
        world.make(config("b"));
        spec::ConfigMap changed = config("a");
        changed.data["key"] = "changed";
        EXPECT_TRUE(world.store.update(changed).has_value());
        EXPECT_TRUE(world.store.remove(key("ConfigMap", "a"), {}).has_value());
        EXPECT_TRUE(world.has(key("ConfigMap", "b"))) << "writes within see each other";
        return fail(Code::cancelled, "enough");
    });
    EXPECT_EQ(failed.error().what, "enough");
    EXPECT_EQ(world.store.version(), 1u);
    EXPECT_FALSE(world.has(key("ConfigMap", "b")));
    EXPECT_EQ(
        world.store.get(key("ConfigMap", "a"))->as<spec::ConfigMap>().data.at("key"), "value"
    );

    const auto outer = world.store.write_batch([&]() -> Result<void> {
        world.make(config("kept"));
        const auto inner = world.store.write_batch([&]() -> Result<void> {
            world.make(config("undone"));
            return fail(Code::cancelled, "");
        });
        EXPECT_FALSE(inner.has_value());
        return {};
    });
    EXPECT_TRUE(outer.has_value());
    EXPECT_TRUE(world.has(key("ConfigMap", "kept")));
    EXPECT_FALSE(world.has(key("ConfigMap", "undone")));
    EXPECT_EQ(world.store.version(), 2u);
}

TEST(Events, EqualOnesAreCounted) {
    World world;
    const Object shop = world.make(deployment("shop"));
    for (int i = 0; i < 3; ++i) {
        world.store.event(shop, true, "FailedCreate", "no room");
        world.clock.run_for(std::chrono::seconds(1));
    }
    world.store.event(shop, false, "FailedCreate", "no room");
    world.store.event(shop, true, "FailedCreate", "no room at all");
    const auto events =
        world.store.list({.kind = "Event", .fields = {{"involvedObject.name", "shop"}}});
    ASSERT_EQ(events.size(), 3u);
    std::int32_t most = 0;
    for (const Object& event : events) most = std::max(most, event.as<spec::Event>().count);
    EXPECT_EQ(most, 3);
    for (const Object& object : events) {
        const auto& event = object.as<spec::Event>();
        if (event.count != 3) continue;
        EXPECT_EQ(event.type, "Warning");
        EXPECT_EQ(event.first_timestamp, start);
        EXPECT_EQ(event.last_timestamp, start + std::chrono::seconds(2));
        EXPECT_EQ(event.involved_object.uid, shop.metadata().uid);
    }
}

TEST(Events, AreBoundedInNumberAndAge) {
    World world({.events_per_namespace = 5, .event_life = std::chrono::minutes(10)});
    const Object shop = world.make(deployment("shop"));
    const Object other = world.make(deployment("shop", "prod"));
    const auto say = [&](const Object& about, int i) {
        world.store.event(about, false, "Said", std::to_string(i));
    };
    for (int i = 0; i < 9; ++i) {
        say(shop, i);
        world.clock.run_for(std::chrono::seconds(1));
    }
    say(other, 0);
    const auto kept = world.store.list({.kind = "Event", .ns = "default"});
    ASSERT_EQ(kept.size(), 5u);
    for (const Object& event : kept) EXPECT_GE(event.as<spec::Event>().message, "4");
    EXPECT_EQ(world.store.list({.kind = "Event", .ns = "prod"}).size(), 1u);

    world.clock.run_for(std::chrono::minutes(11));
    say(shop, 100);
    EXPECT_EQ(world.store.list({.kind = "Event"}).size(), 1u);
    const Object last = world.store.list({.kind = "Event"}).front();
    ASSERT_TRUE(world.store.remove(key_of(last), {}).has_value());
    say(shop, 100);
    EXPECT_EQ(world.store.list({.kind = "Event"}).front().as<spec::Event>().count, 1)
        << "a deleted one starts anew";
}

TEST(Store, SameSeedSameRun) {
    World one, two;
    EXPECT_EQ(one.make(config("a")).metadata(), two.make(config("a")).metadata());
}

}  // namespace
}  // namespace swell::cluster
