#include "trial/load/schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace swell::trial {
namespace {

using namespace std::chrono_literals;

std::vector<Duration> all(Schedule schedule) {
    std::vector<Duration> times;
    while (const auto next = schedule.next()) times.push_back(*next);
    return times;
}

struct Case {
    const char* why;
    double start_rate;
    std::vector<Stage> stages;
    std::size_t count;
};

// clang-format off
const Case cases[] = {
    {"nothing",                       0, {},                                        0},
    {"no rate",                       0, {{10s, 0}},                                0},
    {"constant",                    100, {{10s, 100}},                           1000},
    {"a ramp from zero",              0, {{10s, 100}},                            500},
    {"a ramp to zero",              100, {{10s, 0}},                              500},
    {"up, hold, down",                0, {{10s, 50}, {20s, 50}, {10s, 0}},       1500},
    {"a step",                        0, {{0s, 100}, {1s, 100}},                  100},
    {"steps and a pause",            10, {{1s, 10}, {0s, 0}, {5s, 0}, {0s, 10}, {1s, 10}}, 20},
    {"a gentle slope",              100, {{10s, 100.001}},                       1000},
    {"less than one",               0.1, {{4s, 0.1}},                               0},
    {"a fraction rounds",           0.1, {{6s, 0.1}},                               1},
    {"fast",                      20000, {{500ms, 20000}},                      10000},
};
// clang-format on

TEST(Schedule, ArrivalsAreTheIntegral) {
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Schedule schedule(c.start_rate, c.stages);
        const auto times = all(schedule);
        EXPECT_EQ(times.size(), c.count);
        // At every moment the number due is the integral, rounded.
        for (Duration t = 0s; t <= schedule.length(); t += schedule.length() / 97 + 1ns) {
            const auto due = std::upper_bound(times.begin(), times.end(), t) - times.begin();
            ASSERT_NEAR(static_cast<double>(due), schedule.expected(t), 0.5 + 1e-3);
        }
        EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
        if (!times.empty()) {
            EXPECT_GE(times.front(), 0s);
            EXPECT_LE(times.back(), schedule.length());
        }
    }
}

TEST(Schedule, EvenIsEven) {
    const auto times = all(Schedule(100, {{10s, 100}}));
    for (std::size_t i = 0; i < times.size(); ++i) {
        ASSERT_EQ(times[i], 5ms + static_cast<int>(i) * 10ms);
    }
}

TEST(Schedule, RateAt) {
    const Schedule schedule(0, {{10s, 50}, {10s, 50}, {0s, 20}, {10s, 0}});
    EXPECT_DOUBLE_EQ(schedule.rate_at(-1s), 0);
    EXPECT_DOUBLE_EQ(schedule.rate_at(0s), 0);
    EXPECT_DOUBLE_EQ(schedule.rate_at(5s), 25);
    EXPECT_DOUBLE_EQ(schedule.rate_at(15s), 50);
    EXPECT_DOUBLE_EQ(schedule.rate_at(20s), 20);
    EXPECT_DOUBLE_EQ(schedule.rate_at(25s), 10);
    EXPECT_DOUBLE_EQ(schedule.rate_at(30s), 0);
    EXPECT_EQ(schedule.length(), 30s);
    EXPECT_DOUBLE_EQ(schedule.expected(1h), 250 + 500 + 100);
}

TEST(Schedule, PoissonHasTheRateAndTheSpread) {
    const auto times = all(Schedule(100, {{100s, 100}}, Arrivals::poisson, 7));
    // 10,000 expected, and one standard deviation is 100.
    EXPECT_NEAR(static_cast<double>(times.size()), 10000, 400);
    // The gaps of a Poisson process have mean = standard deviation.
    double sum = 0, squares = 0;
    for (std::size_t i = 1; i < times.size(); ++i) {
        const double gap = seconds(times[i] - times[i - 1]);
        sum += gap;
        squares += gap * gap;
    }
    const auto n = static_cast<double>(times.size() - 1);
    const double deviation = std::sqrt(squares / n - (sum / n) * (sum / n));
    EXPECT_NEAR(deviation / (sum / n), 1, 0.05);
}

TEST(Schedule, TheSeedIsTheRun) {
    const auto run = [](std::uint64_t seed) {
        return all(Schedule(0, {{10s, 100}}, Arrivals::poisson, seed));
    };
    EXPECT_EQ(run(1), run(1));
    EXPECT_NE(run(1), run(2));
}

}  // namespace
}  // namespace swell::trial
