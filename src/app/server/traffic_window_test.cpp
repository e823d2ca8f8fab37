#include "app/server/traffic_window.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace swell::app {
namespace {

using namespace std::chrono_literals;

constexpr int gone = -1;

proxy::Counts counted(int requests) {
    proxy::Counts counts;
    counts.codes = {{200, static_cast<std::uint64_t>(requests)}};
    return counts;
}

proxy::ServiceStats service(const std::string& name, int requests, int of_endpoint = gone) {
    proxy::ServiceStats stats{{"default", name, "http"}, counted(requests), {}};
    if (of_endpoint != gone)
        stats.endpoints.push_back({"default/a", proxy::EndpointState::ready, counted(of_endpoint)});
    return stats;
}

std::optional<TrafficRates> of_service(const TrafficWindow& window, const std::string& name) {
    return window.of_services([&](const proxy::ServiceKey& key) { return key.name == name; });
}

struct Told {
    Duration at;
    int shop;      // requests of Service shop
    int a = gone;  // and of its endpoint a
};

// Requests a second; -1: there is no value.
double rate(const std::optional<TrafficRates>& rates) {
    return rates ? rates->requests_per_second : -1;
}

TEST(TrafficWindow, Rates) {
    struct Case {
        const char* why;
        std::vector<Told> told;
        double shop, a;
        Duration window;  // of shop
    };
    // clang-format off
    const Case cases[] = {
        {"nothing was told",                 {},                                                  -1, -1, 0s},
        {"one sample is no rate",            {{0s, 10, 10}},                                      -1, -1, 0s},
        {"two are",                          {{0s, 10, 10}, {2s, 30, 20}},                        10, 5, 2s},
        {"idle",                             {{0s, 10, 10}, {2s, 10, 10}},                        0, 0, 2s},
        {"the first is left behind",         {{0s, 0}, {5s, 50}, {10s, 60}, {20s, 350}},          20, -1, 15s},
        {"at its end it still counts",       {{0s, 0}, {5s, 50}, {15s, 300}},                     20, -1, 15s},
        {"silent for a while",               {{0s, 0}, {1s, 10}, {21s, 210}},                     10, -1, 20s},
        {"silent for too long",              {{0s, 0, 0}, {1s, 10, 9}, {32s, 210, 99}},           -1, -1, 0s},
        {"and again",                        {{0s, 0, 0}, {32s, 210, 99}, {33s, 220, 101}},       10, 2, 1s},
        {"the proxy was restarted",          {{0s, 100, 90}, {1s, 110, 99}, {2s, 3, 2}},          -1, -1, 0s},
        {"and counts from zero",             {{0s, 100, 90}, {1s, 110, 99}, {2s, 3, 2}, {3s, 8, 5}}, 5, 3, 1s},
        {"a new endpoint",                   {{0s, 100}, {1s, 110}, {2s, 120, 1}},                10, -1, 2s},
        {"one that is gone: its work counts", {{0s, 100, 50}, {5s, 200, gone}},                   20, -1, 5s},
        {"one that came back",               {{0s, 100, 50}, {1s, 110}, {2s, 120, 51}, {4s, 140, 57}}, 10, 3, 4s},
        {"one that was back at once",        {{0s, 100, 50}, {1s, 110, 2}, {2s, 120, 6}},         10, 4, 2s},
        {"the same moment twice",            {{0s, 0, 0}, {1s, 10, 5}, {1s, 99, 99}},             10, 5, 1s},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        TrafficWindow window;
        for (const Told& told : c.told)
            window.take(Instant{told.at}, {.services = {service("shop", told.shop, told.a)}});
        const auto shop = of_service(window, "shop");
        EXPECT_DOUBLE_EQ(rate(shop), c.shop);
        EXPECT_DOUBLE_EQ(rate(window.of_endpoint("default/a")), c.a);
        if (!shop) continue;
        EXPECT_EQ(shop->window, c.window);
        EXPECT_EQ(shop->at, Instant{c.told.back().at});
    }
}

// A Service that nobody asked anything before and after shows no restart by itself.
TEST(TrafficWindow, ARestartBeginsEveryWindowAnew) {
    TrafficWindow window;
    window.take(Instant{0s}, {.services = {service("shop", 100), service("cart", 0)}});
    window.take(Instant{1s}, {.services = {service("shop", 110), service("cart", 0)}});
    EXPECT_DOUBLE_EQ(rate(of_service(window, "cart")), 0);
    window.take(Instant{2s}, {.services = {service("shop", 1), service("cart", 4)}});
    EXPECT_DOUBLE_EQ(rate(of_service(window, "cart")), -1);
}

// 100 requests in 2 s at 20 ms, and 300 at 40 ms by another Service; 3 and 5 under way, then 7.
TEST(TrafficWindow, LatencyAndRequestsUnderWay) {
    const auto timed = [](const char* name, int requests, int each_us, std::uint32_t in_flight) {
        proxy::ServiceStats stats = service(name, requests);
        stats.counts.latency.record(each_us, requests);
        stats.counts.in_flight = in_flight;
        return stats;
    };
    TrafficWindow window;
    window.take(
        Instant{0s}, {.services = {timed("shop", 100, 20'000, 9), timed("cart", 0, 40'000, 0)}}
    );
    window.take(
        Instant{1s}, {.services = {timed("shop", 150, 20'000, 3), timed("cart", 100, 40'000, 5)}}
    );
    window.take(
        Instant{2s}, {.services = {timed("shop", 200, 20'000, 7), timed("cart", 300, 40'000, 5)}}
    );
    const auto shop = of_service(window, "shop");
    ASSERT_TRUE(shop);
    EXPECT_NEAR(shop->latency_seconds, 0.020, 1e-9);
    EXPECT_DOUBLE_EQ(shop->requests_in_flight, 5);  // what was at the beginning is not within
    const auto both = window.of_services([](const proxy::ServiceKey&) { return true; });
    ASSERT_TRUE(both);
    EXPECT_DOUBLE_EQ(both->requests_per_second, 200);
    EXPECT_NEAR(both->latency_seconds, (100 * 0.020 + 300 * 0.040) / 400, 1e-9);
    EXPECT_DOUBLE_EQ(both->requests_in_flight, 10);
}

}  // namespace
}  // namespace swell::app
