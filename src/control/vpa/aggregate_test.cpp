#include "control/vpa/aggregate.hpp"

#include <gtest/gtest.h>

namespace swell::control::vpa {
namespace {

using namespace std::chrono_literals;

const Instant start{std::chrono::seconds(946'684'800)};
constexpr std::int64_t mib = 1 << 20;

struct Usage {
    Duration after;
    std::int64_t mib;
};

TEST(Memory, OnePeakAnInterval) {
    struct Case {
        const char* why;
        std::vector<Usage> samples;
        std::int64_t peak_mib;
        double total;  // of weights; a day later twice as much
    };
    const Case cases[] = {
        {"the first", {{0h, 100}}, 100, 1},
        {"a lower one in its interval", {{0h, 100}, {1h, 50}}, 100, 1},
        {"a higher one replaces it", {{0h, 100}, {1h, 150}}, 150, 1},
        {"the next interval is another", {{0h, 100}, {24h, 50}}, 50, 3},
        {"quirk: after 0 nothing is higher", {{0h, 0}, {1h, 150}}, 0, 1},
        {"older than the last", {{1h, 100}, {0h, 150}}, 100, 1},
        {"negative", {{0h, 100}, {1h, -5}}, 100, 1},
    };
    const HistoryConfig config;
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        AggregateState state(config, start);
        ContainerWindow window;
        for (const Usage& one : c.samples)
            add_memory_sample(window, state, one.mib * mib, start + one.after, config);
        EXPECT_EQ(window.peak(), c.peak_mib * mib);
        EXPECT_NEAR(state.memory_peaks.total_weight(), c.total, 0.05);
    }
}

TEST(Memory, Ooms) {
    struct Case {
        const char* why;
        std::vector<Usage> samples;
        std::int64_t request_mib;
        Duration after;
        std::int64_t peak_mib;  // 0: refused
    };
    const Case cases[] = {
        {"100 MiB more than the request", {}, 200, 0h, 300},
        {"a fifth more of much", {}, 1000, 0h, 1200},
        {"more than was used", {{0h, 400}}, 100, 1h, 500},
        {"late, but within an interval", {{30h, 400}}, 100, 10h, 500},
        {"too late", {{30h, 400}}, 100, 5h, 0},
    };
    const HistoryConfig config;
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        AggregateState state(config, start);
        ContainerWindow window;
        for (const Usage& one : c.samples)
            add_memory_sample(window, state, one.mib * mib, start + one.after, config);
        const auto recorded =
            record_oom(window, state, c.request_mib * mib, start + c.after, config);
        EXPECT_EQ(recorded.has_value(), c.peak_mib > 0);
        EXPECT_EQ(window.peak(), recorded ? c.peak_mib * mib : 400 * mib);
    }
}

TEST(Cpu, SamplesMustBeNewAndTrue) {
    const HistoryConfig config;
    AggregateState state(config, start);
    ContainerWindow window;
    EXPECT_TRUE(add_cpu_sample(window, state, 100, start));
    EXPECT_FALSE(add_cpu_sample(window, state, 100, start)) << "the same again";
    EXPECT_FALSE(add_cpu_sample(window, state, -1, start + 1min));
    EXPECT_TRUE(add_cpu_sample(window, state, 0, start + 2min));
    EXPECT_EQ(state.samples, 2);
    EXPECT_EQ(state.last_sample, start + 2min);
}

TEST(AggregateState, Expires) {
    const HistoryConfig config;
    AggregateState state(config, start);
    EXPECT_FALSE(state.expired(start + 8 * 24h - 1s, config));
    EXPECT_TRUE(state.expired(start + 8 * 24h, config)) << "without samples since it was made";
    state.add_cpu(1, start + 24h);
    EXPECT_FALSE(state.expired(start + 8 * 24h, config));
    EXPECT_TRUE(state.expired(start + 9 * 24h, config));
}

TEST(Amounts, FromDoubles) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(amount_from(1.9), 1);
    EXPECT_EQ(amount_from(-1), 0);
    EXPECT_EQ(amount_from(1e15), most_amount);
    EXPECT_EQ(amount_from(nan), 0);
}

}  // namespace
}  // namespace swell::control::vpa
