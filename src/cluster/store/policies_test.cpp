#include <gtest/gtest.h>

#include "cluster/store/store_fixture.hpp"
#include "spec/kinds/quota.hpp"

// Quotas and limit ranges hold for every write, and what a quota says is used is true.

namespace swell::cluster {
namespace {

using namespace fixture;
using namespace std::chrono_literals;

spec::ResourceQuota quota(const char* name, const std::map<std::string, const char*>& hard) {
    spec::ResourceQuota made;
    made.metadata.name = name;
    made.metadata.ns = "default";
    for (const auto& [resource, amount] : hard) made.spec.hard[resource] = *Quantity::parse(amount);
    return made;
}

std::string used(const World& world, const char* resource, const char* name = "q") {
    const auto found = world.store.get(key("ResourceQuota", name));
    return found->as<spec::ResourceQuota>().status.used.at(resource).text();
}

void end(World& world, const char* name) {
    spec::Pod pod = world.store.get(key("Pod", name))->as<spec::Pod>();
    pod.status.phase = "Succeeded";
    ASSERT_TRUE(world.store.update_status(pod).has_value());
}

TEST(StorePolicies, AQuotaHoldsAndCounts) {
    World world;
    world.make(pod("before"));
    const Object made = world.make(quota("q", {{"pods", "2"}}));
    EXPECT_EQ(made.as<spec::ResourceQuota>().status.used.at("pods").text(), "1")
        << "the answer is what is stored";
    world.make(pod("second"));
    const auto third = world.store.create(pod("third"));
    ASSERT_FALSE(third.has_value());
    EXPECT_EQ(third.error().code, Code::forbidden);
    EXPECT_EQ(
        third.error().what,
        "pods \"third\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: "
        "pods=2"
    );
    EXPECT_TRUE(world.store.create(pod("third", "prod")).has_value()) << "another namespace";

    end(world, "second");
    EXPECT_EQ(used(world, "pods"), "1") << "pods that have ended do not count";
    world.make(pod("third"));
    ASSERT_TRUE(world.store.remove(key("Pod", "third"), {}).has_value());
    EXPECT_EQ(used(world, "pods"), "2") << "it is on its way out, and still there";
    ASSERT_TRUE(world.store.remove(key("Pod", "third"), {.grace_seconds = 0}).has_value());
    EXPECT_EQ(used(world, "pods"), "1");
}

TEST(StorePolicies, WhatACascadeTakesAwayIsFree) {
    World world;
    const Object owner = world.make(config("owner"));
    world.make(quota("q", {{"count/secrets", "5"}, {"configmaps", "5"}}));
    spec::Secret secret;
    secret.metadata.name = "s";
    secret.metadata.ns = "default";
    world.make(owned(secret, owner));
    EXPECT_EQ(used(world, "count/secrets"), "1");
    ASSERT_TRUE(world.store.remove(key("ConfigMap", "owner"), {}).has_value());
    EXPECT_EQ(used(world, "count/secrets"), "0");
    EXPECT_EQ(used(world, "configmaps"), "0");
}

TEST(StorePolicies, AChangedQuotaIsCountedAnew) {
    World world;
    world.make(pod("a"));
    world.make(quota("q", {{"configmaps", "1"}}));
    const auto changed = world.store.update(quota("q", {{"pods", "0"}}));
    ASSERT_TRUE(changed.has_value());
    const auto& status = changed->as<spec::ResourceQuota>().status;
    EXPECT_EQ(status.hard.at("pods").text(), "0");
    EXPECT_EQ(status.used.at("pods").text(), "1");
    EXPECT_FALSE(status.used.contains("configmaps"));

    spec::ResourceQuota lie = changed->as<spec::ResourceQuota>();
    lie.status.used["pods"] = Quantity();
    ASSERT_TRUE(world.store.update_status(lie).has_value());
    EXPECT_EQ(used(world, "pods"), "1") << "nobody else writes it";
}

TEST(StorePolicies, TheStatusIsOfTheSameBatch) {
    World world;
    world.make(quota("q", {{"pods", "2"}}));
    const std::uint64_t before = world.store.version();
    const auto failed = world.store.write_batch([&]() -> Result<void> {
        EXPECT_TRUE(world.store.create(pod("a")).has_value());
        EXPECT_EQ(used(world, "pods"), "1");
        EXPECT_TRUE(world.store.create(pod("b")).has_value());
        const auto third = world.store.create(pod("c"));
        EXPECT_FALSE(third.has_value()) << "writes of a batch see each other";
        return std::unexpected(third.error());
    });
    EXPECT_FALSE(failed.has_value());
    EXPECT_EQ(used(world, "pods"), "0");
    EXPECT_EQ(world.store.version(), before);
}

TEST(StorePolicies, OfTwoReasonsPolicyIsTold) {
    World world;
    world.make(pod("a"));
    world.make(quota("q", {{"pods", "1"}}));
    EXPECT_EQ(world.store.create(pod("a")).error().code, Code::forbidden);
}

TEST(StorePolicies, LimitRangesCompleteAndRefuse) {
    World world;
    spec::LimitRange range;
    range.metadata.name = "r";
    range.metadata.ns = "default";
    spec::LimitRangeItem& item = range.spec.limits.emplace_back();
    item.type = "Container";
    item.max["cpu"] = item.default_limit["cpu"] = *Quantity::parse("1");
    item.default_request["cpu"] = *Quantity::parse("100m");
    world.make(range);
    const auto made = world.make(pod("a")).as<spec::Pod>();
    EXPECT_EQ(made.spec.containers[0].resources.requests.at("cpu").text(), "100m");
    EXPECT_TRUE(made.metadata.annotations.contains("kubernetes.io/limit-ranger"));

    spec::Pod large = pod("b");
    large.spec.containers[0].resources.limits["cpu"] = *Quantity::parse("2");
    EXPECT_EQ(
        world.store.create(large).error().what,
        "pods \"b\" is forbidden: maximum cpu usage per Container is 1, but limit is 2"
    );
    spec::Pod grown = made;
    grown.spec.containers[0].resources.limits["cpu"] = *Quantity::parse("2");
    EXPECT_EQ(world.store.resize(grown).error().code, Code::forbidden) << "a resize is held to it";
    EXPECT_EQ(world.store.update(grown).error().code, Code::invalid) << "an update is none";
}

}  // namespace
}  // namespace swell::cluster
