#include "control/services/controller.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "base/sim_clock.hpp"
#include "cluster/store/store.hpp"
#include "journal/memory.hpp"

namespace swell::control {
namespace {

using namespace std::chrono_literals;

struct NoMetrics final : metrics::Metrics {
    Result<std::vector<metrics::PodMetrics>>
    pods(std::string_view, const std::function<bool(const std::map<std::string, std::string>&)>&)
        const override {
        return std::vector<metrics::PodMetrics>{};
    }
};

struct ServicesControllerTest : testing::Test {
    SimClock clock{Instant{1'700'000'000s}};
    Rng rng{1};
    std::unique_ptr<cluster::Store> store = *cluster::Store::open("", clock, Rng(2));
    NoMetrics metrics;
    journal::MemoryJournal journal;
    ServicesController controller{World{clock, rng, *store, metrics, journal}};

    void create(const std::string& name, const std::string& cluster_ip = {}) {
        spec::Service service;
        service.metadata.name = name;
        service.metadata.ns = "default";
        service.spec.cluster_ip = cluster_ip;
        ASSERT_TRUE(store->create(std::move(service)).has_value());
    }

    std::string address(const std::string& name) {
        clock.run_for(1ms);
        return store->get({"Service", "default", name})->as<spec::Service>().spec.cluster_ip;
    }
};

TEST_F(ServicesControllerTest, GivesEachItsOwn) {
    create("before");
    controller.start();
    std::set<std::string> given{address("before")};
    for (int i = 0; i < 300; ++i) {
        const std::string name = "s" + std::to_string(i);
        create(name);
        EXPECT_TRUE(given.insert(address(name)).second);
    }
    EXPECT_FALSE(given.contains(""));
    create("headless", "None");
    EXPECT_EQ(address("headless"), "None");
}

TEST_F(ServicesControllerTest, TheSameComesBackUnlessItIsTaken) {
    controller.start();
    create("shop");
    const std::string first = address("shop");
    ASSERT_TRUE(store->remove({"Service", "default", "shop"}, {}).has_value());
    create("shop");
    EXPECT_EQ(address("shop"), first);

    ASSERT_TRUE(store->remove({"Service", "default", "shop"}, {}).has_value());
    create("squatter", first);
    create("shop");
    EXPECT_NE(address("shop"), first);
    EXPECT_NE(address("shop"), "");
}

}  // namespace
}  // namespace swell::control
