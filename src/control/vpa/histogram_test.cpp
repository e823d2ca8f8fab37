#include "control/vpa/histogram.hpp"

#include <gtest/gtest.h>

#include "control/vpa/exact_math.hpp"

namespace swell::control::vpa {
namespace {

using namespace std::chrono_literals;

const Instant start{std::chrono::seconds(946'684'800)};  // 2000-01-01

TEST(ExactMath, Edges) {
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(exact_log(1), 0);
    EXPECT_EQ(exact_exp2(0), 1);
    EXPECT_EQ(exact_exp2(100), 0x1p100);
    EXPECT_EQ(exact_exp2(-1075), 0);
    EXPECT_EQ(exact_exp2(1025), infinity);
    EXPECT_EQ(exact_pow(1.05, 0), 1);
    EXPECT_EQ(exact_pow(2, 10), 1024);
    EXPECT_EQ(exact_pow(2, -2), 0.25);
    EXPECT_EQ(exact_pow(infinity, 1), infinity);
    EXPECT_EQ(exact_pow(infinity, -2), 0);
}

TEST(Buckets, Find) {
    struct Case {
        const char* why;
        double cores;
        std::size_t bucket;
    };
    const Case cases[] = {
        {"nothing", 0, 0},
        {"within the first", 0.0099, 0},
        {"the second", 0.011, 1},
        {"one core", 1, 36},
        {"past the end", 1e9, 175},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(cpu_buckets().find(c.cores), c.bucket);
        const auto& starts = cpu_buckets().starts;
        EXPECT_LE(starts[c.bucket], c.cores);
    }
}

struct Added {
    double cores;
    Duration after;
};

TEST(Histogram, Percentile) {
    struct Case {
        const char* why;
        std::vector<Added> samples;
        double fraction;
        double at_least, below;
    };
    const Case cases[] = {
        {"empty", {}, 0.9, 0, 0.001},
        {"the end of its bucket", {{0.1, 0h}}, 0.9, 0.1, 0.12},
        {"half are below", {{0.1, 0h}, {1, 0h}}, 0.5, 0.1, 0.12},
        {"the rest above", {{0.1, 0h}, {1, 0h}}, 0.51, 1, 1.1},
        {"a day counts half", {{1, 0h}, {0.1, 24h}}, 0.66, 0.1, 0.12},
        {"but counts", {{1, 0h}, {0.1, 24h}}, 0.67, 1, 1.1},
        {"200 days are forgotten", {{1, 0h}, {0.1, 200 * 24h}}, 1, 0.1, 0.12},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        Histogram histogram(cpu_buckets(), 24h);
        for (const Added& one : c.samples) histogram.add(one.cores, 0.1, start + one.after);
        EXPECT_GE(histogram.percentile(c.fraction), c.at_least);
        EXPECT_LT(histogram.percentile(c.fraction), c.below);
        EXPECT_EQ(histogram.empty(), c.samples.empty());
    }
}

TEST(Histogram, WhatIsTakenBackIsGone) {
    Histogram histogram(memory_buckets(), 24h);
    histogram.add(5e8, 1, start);
    histogram.add(1e9, 1, start);
    histogram.subtract(1e9, 1, start);
    EXPECT_LT(histogram.percentile(1), 6e8);
    histogram.subtract(5e8, 1, start);
    EXPECT_TRUE(histogram.empty());
    EXPECT_EQ(histogram.total_weight(), 0);
}

TEST(Histogram, MergingMovesTheOneThatLags) {
    Histogram old(cpu_buckets(), 1h), young(cpu_buckets(), 1h);
    old.add(1, 0.1, start);
    young.add(0.1, 0.1, start + 500h);
    Histogram sum(cpu_buckets(), 1h);
    sum.merge(old);
    sum.merge(young);
    EXPECT_LT(sum.percentile(1), 0.2) << "500 half-lives later the old sample is nothing";
    EXPECT_FALSE(old.empty());
    young.merge(old);
    EXPECT_TRUE(old.empty()) << "the quirk: merging has an effect on what is merged";
}

TEST(Histogram, SavedAndLoadedItSaysTheSame) {
    Histogram histogram(cpu_buckets(), 24h);
    for (int i = 0; i < 100; ++i) histogram.add(0.02 * i, 0.1, start + i * 1min);
    const auto saved = histogram.save();
    EXPECT_EQ(saved.reference_timestamp, start);
    Histogram again(cpu_buckets(), 24h);
    ASSERT_TRUE(again.load(saved));
    for (const double fraction : {0.1, 0.5, 0.9, 1.0})
        EXPECT_EQ(again.percentile(fraction), histogram.percentile(fraction));
    EXPECT_EQ(again.save(), saved);
}

TEST(Histogram, RefusesDamagedCheckpoints) {
    spec::HistogramCheckpoint negative;
    negative.total_weight = -1;
    spec::HistogramCheckpoint past_the_end{start, {{"176", 1}}, 1};
    spec::HistogramCheckpoint no_number{start, {{"x", 1}}, 1};
    spec::HistogramCheckpoint less_than_nothing{start, {{"1", -1}}, 1};
    for (const auto& damaged : {negative, past_the_end, no_number, less_than_nothing})
        EXPECT_FALSE(Histogram(cpu_buckets(), 24h).load(damaged));
}

}  // namespace
}  // namespace swell::control::vpa
