#include "sim/workload.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.hpp"

namespace swell::sim {
namespace {

using namespace std::chrono_literals;

// Erlang C by its sum, which is exact for few servers.
double erlang_c_by_sum(int servers, double offered) {
    double term = 1, sum = 1;
    for (int k = 1; k < servers; ++k) sum += term *= offered / k;
    const double last = term * offered / servers * servers / (servers - offered);
    return last / (sum + last);
}

TEST(Workload, ErlangC) {
    for (const int servers : {1, 2, 5, 10, 50})
        for (const double busy : {0.01, 0.5, 0.9, 0.99})
            EXPECT_NEAR(
                erlang_c(servers, servers * busy), erlang_c_by_sum(servers, servers * busy), 1e-9
            );
    EXPECT_EQ(erlang_c(3, 0), 0);
    EXPECT_DOUBLE_EQ(erlang_c(1, 0.7), 0.7);  // M/M/1: the chance of being busy
}

TEST(Workload, Intervals) {
    // 10 ms of CPU, one core a pod: a pod serves 100 requests a second.
    struct Case {
        const char* why;
        double rate, servers, waiting;
        Duration length;
        double served, failed, left;
    };
    // clang-format off
    const Case cases[] = {
        {"idle",                          0, 2,    0, 10s,    0,    0,    0},
        {"all is served",                50, 2,    0, 10s,  500,    0,    0},
        {"too much waits",              300, 2,    0, 10s, 2000,    0, 1000},
        {"what waited is served",       100, 2, 1000, 10s, 2000,    0,    0},
        {"some of it",                  150, 2, 1000, 10s, 2000,    0,  500},
        {"nobody is there",              50, 0,   10, 10s,    0,  510,    0},
        {"nobody waits for ever",       300, 1,    0, 60s, 6000, 9000, 3000},
        {"nothing in no time",          300, 1,    5,  0s,    0,    0,    5},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        Queue queue{c.waiting};
        const Served got = serve(Workload{}, c.rate, c.servers, queue, c.length);
        EXPECT_NEAR(got.served, c.served, 1e-6);
        EXPECT_NEAR(got.failed, c.failed, 1e-6);
        EXPECT_NEAR(queue.waiting, c.left, 1e-6);
        EXPECT_NEAR(got.cpu_seconds, c.served * 0.010, 1e-6);
        EXPECT_NEAR(got.arrived + c.waiting, got.served + got.failed + queue.waiting, 1e-6);
        EXPECT_LE(got.late, got.arrived + 1e-9);
    }
}

TEST(Workload, OneIntervalIsAsManyShortOnes) {
    Queue whole, parts;
    const Served one = serve(Workload{}, 250, 2, whole, 60s);
    Served sum;
    for (int i = 0; i < 60; ++i) sum += serve(Workload{}, 250, 2, parts, 1s);
    EXPECT_NEAR(whole.waiting, parts.waiting, 1e-6);
    EXPECT_NEAR(one.served, sum.served, 1e-6);
    EXPECT_NEAR(one.late, sum.late, 0.02 * one.arrived);
}

/// The model beside the thing: single requests, exponential service times, first come first served.
TEST(Workload, LateAsInADiscreteEventSimulation) {
    struct Case {
        const char* why;
        double rate;
        int servers;
    };
    const Case cases[] = {{"half", 100, 2}, {"busy", 180, 2}, {"very busy", 475, 5}};
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        Workload workload;
        workload.objective = 50ms;
        Rng rng(7);
        const auto exponential = [&](double mean) { return -mean * std::log(1 - rng.unit()); };
        std::vector<double> free_at(static_cast<std::size_t>(c.servers), 0.0);
        double now = 0;
        int late = 0;
        constexpr int requests = 400'000;
        for (int i = 0; i < requests; ++i) {
            now += exponential(1 / c.rate);
            double& server = *std::ranges::min_element(free_at);
            const double wait = std::max(0.0, server - now);
            server = now + wait + exponential(0.010);
            // The model takes the service time for its mean.
            if (wait > 0.050 - 0.010) ++late;
        }
        Queue queue;
        const Served got = serve(workload, c.rate, c.servers, queue, 60s);
        EXPECT_NEAR(got.late / got.arrived, late / static_cast<double>(requests), 0.02);
    }
}

}  // namespace
}  // namespace swell::sim
