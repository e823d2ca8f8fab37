#include "control/endpoints/controller.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>

#include "base/sim_clock.hpp"
#include "cluster/store/store.hpp"
#include "journal/memory.hpp"

namespace swell::control {
namespace {

using namespace std::chrono_literals;
using cluster::Object;

struct NoMetrics final : metrics::Metrics {
    Result<std::vector<metrics::PodMetrics>>
    pods(std::string_view, const std::function<bool(const std::map<std::string, std::string>&)>&)
        const override {
        return std::vector<metrics::PodMetrics>{};
    }
};

struct EndpointsControllerTest : testing::Test {
    SimClock clock{Instant{1'700'000'000s}};
    Rng rng{1};
    std::unique_ptr<cluster::Store> store = *cluster::Store::open("", clock, Rng(2));
    NoMetrics metrics;
    journal::MemoryJournal journal;
    EndpointsController controller{World{clock, rng, *store, metrics, journal}};

    void create_service(const std::string& name, const std::string& app) {
        spec::Service service;
        service.metadata.name = name;
        service.metadata.ns = "default";
        if (!app.empty()) service.spec.selector["app"] = app;
        service.spec.ports.push_back({});
        service.spec.ports.back().port = 80;
        ASSERT_TRUE(store->create(std::move(service)).has_value());
    }

    void create_pod(const std::string& name, const std::string& app) {
        spec::Pod pod;
        pod.metadata.name = name;
        pod.metadata.ns = "default";
        pod.metadata.labels["app"] = app;
        pod.status.pod_ip = "127.0.0.1";
        ASSERT_TRUE(store->create(pod).has_value());
        clock.run_for(1s);
    }

    /// Names of the pods in the slice; `-` when there is none.
    std::string endpoints(const std::string& name) {
        clock.run_for(1s);
        const auto slice = store->get({"EndpointSlice", "default", name});
        if (!slice) return "-";
        std::string text;
        for (const auto& endpoint : slice->as<spec::EndpointSlice>().endpoints)
            text += endpoint.target_ref->name;
        return text;
    }
};

TEST_F(EndpointsControllerTest, FollowsPodsAndServices) {
    create_service("shop", "shop");
    controller.start();
    EXPECT_EQ(endpoints("shop"), "");
    create_pod("a", "shop");
    create_pod("b", "shop");
    create_pod("c", "other");
    EXPECT_EQ(endpoints("shop"), "ab");

    cluster::Cluster::Deletion now;
    now.grace_seconds = 0;
    ASSERT_TRUE(store->remove({"Pod", "default", "a"}, now).has_value());
    EXPECT_EQ(endpoints("shop"), "b");

    create_service("other", "other");
    EXPECT_EQ(endpoints("other"), "c");
    ASSERT_TRUE(store->remove({"Service", "default", "other"}, {}).has_value());
    EXPECT_EQ(endpoints("other"), "-") << "it goes with its Service";
}

TEST_F(EndpointsControllerTest, LabelsThatChangeMoveThePod) {
    controller.start();
    create_service("shop", "shop");
    create_service("canary", "canary");
    create_pod("a", "shop");
    EXPECT_EQ(endpoints("shop"), "a");
    spec::Pod pod = store->get({"Pod", "default", "a"})->as<spec::Pod>();
    pod.metadata.labels["app"] = "canary";
    ASSERT_TRUE(store->update(pod).has_value());
    EXPECT_EQ(endpoints("shop"), "");
    EXPECT_EQ(endpoints("canary"), "a");
}

TEST_F(EndpointsControllerTest, PodsOlderThanTheirServiceThatShareAPortAreToldOfOnce) {
    controller.start();
    for (const char* name : {"a", "b"}) {
        create_pod(name, "shop");
        spec::Pod pod = store->get({"Pod", "default", name})->as<spec::Pod>();
        pod.status.container_statuses.resize(1);
        pod.status.container_statuses[0].state.running.emplace();
        ASSERT_TRUE(store->update_status(pod).has_value());
    }
    create_service("shop", "shop");
    EXPECT_EQ(endpoints("shop"), "ab");
    create_pod("c", "shop");  // another look
    EXPECT_EQ(endpoints("shop"), "abc");
    cluster::Query query;
    query.kind = "Event";
    const auto events = store->list(query);
    ASSERT_EQ(events.size(), 1u);
    const auto& event = events.front().as<spec::Event>();
    EXPECT_EQ(event.reason, "PortConflict");
    EXPECT_EQ(event.type, "Warning");
    EXPECT_EQ(event.count, 1);
    EXPECT_EQ(event.involved_object.name, "shop");
    EXPECT_NE(event.message.find("containerPort 80,"), std::string::npos) << event.message;
}

TEST_F(EndpointsControllerTest, WithoutASelectorNothingIsMade) {
    controller.start();
    create_service("manual", "");
    create_pod("a", "shop");
    EXPECT_EQ(endpoints("manual"), "-");
}

TEST_F(EndpointsControllerTest, ASliceThatIsDeletedComesBack) {
    controller.start();
    create_service("shop", "shop");
    create_pod("a", "shop");
    EXPECT_EQ(endpoints("shop"), "a");
    ASSERT_TRUE(store->remove({"EndpointSlice", "default", "shop"}, {}).has_value());
    EXPECT_EQ(endpoints("shop"), "a");
    const std::uint64_t version = store->version();
    clock.run_for(1h);
    EXPECT_EQ(store->version(), version) << "and then it rests";
}

}  // namespace
}  // namespace swell::control
