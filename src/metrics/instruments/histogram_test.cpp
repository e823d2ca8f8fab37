#include "metrics/instruments/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/rng.hpp"

namespace swell::metrics {
namespace {

Histogram of(std::initializer_list<std::int64_t> values) {
    Histogram histogram;
    for (const auto value : values) histogram.record(value);
    return histogram;
}

struct Bucket {
    const char* why;
    int digits;
    std::int64_t value, lowest, highest;
};

// Borders as HdrHistogram's lowestEquivalentValue and highestEquivalentValue
// give them.
// clang-format off
const Bucket buckets[] = {
    // why                             digits       value      lowest     highest
    {"zero is a value",                     3,          0,          0,          0},
    {"the first bucket is exact",           3,       2047,       2047,       2047},
    {"then steps of two",                   3,       2048,       2048,       2049},
    {"an odd value shares",                 3,       2049,       2048,       2049},
    {"ten milliseconds: steps of 8",        3,      10007,      10000,      10007},
    {"one second: steps of 512",            3,    1000000,     999936,    1000447},
    {"one hour",                            3, 3600000000, 3598712832, 3600809983},
    {"above the range counts as highest",   3, 9999999999, 3598712832, 3600809983},
    {"below zero counts as zero",           3,         -5,          0,          0},
    {"two digits: 256 exact",               2,        255,        255,        255},
    {"two digits: then coarser",            2,       1000,       1000,       1003},
    {"one digit: 32 exact",                 1,         31,         31,         31},
    {"one digit: then coarser",             1,       1000,        992,       1023},
};
// clang-format on

TEST(Histogram, Buckets) {
    for (const Bucket& c : buckets) {
        SCOPED_TRACE(c.why);
        const Histogram histogram({.digits = c.digits});
        EXPECT_EQ(histogram.lowest_equivalent(c.value), c.lowest);
        EXPECT_EQ(histogram.highest_equivalent(c.value), c.highest);
    }
}

struct Case {
    const char* why;
    std::vector<std::int64_t> values;
    double percentile;
    std::int64_t value;
};

// clang-format off
const Case cases[] = {
    {"empty",                                   {},                   50,    0},
    {"one sample is every percentile",          {7},                   0,    7},
    {"one sample, the top",                     {7},                 100,    7},
    {"the median of four is the second",        {1, 2, 3, 4},         50,    2},
    {"just past the median is the third",       {1, 2, 3, 4},         50.1,  3},
    {"zero is the first",                       {1, 2, 3, 4},          0,    1},
    {"order does not matter",                   {4, 1, 3, 2},         75,    3},
    {"above 100 is 100",                        {1, 2, 3, 4},        150,    4},
    {"the highest value of a shared bucket",    {10001},              50, 10007},
    {"a far outlier is not the 75th",           {1, 1, 1, 1000000},   75,    1},
    {"but it is the 76th",                      {1, 1, 1, 1000000},   76, 1000447},
};
// clang-format on

TEST(Histogram, ValueAtPercentile) {
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        Histogram histogram;
        for (const auto value : c.values) histogram.record(value);
        EXPECT_EQ(histogram.value_at_percentile(c.percentile), c.value);
    }
}

TEST(Histogram, RanksAreNotMovedByDoubles) {
    // 99.9 % of 1000 is the 999th sample, though 99.9 * 1000 / 100 is above 999
    // in doubles.
    Histogram histogram;
    for (int value = 1; value <= 1000; ++value) histogram.record(value);
    EXPECT_EQ(histogram.value_at_percentile(99.9), 999);
    EXPECT_EQ(histogram.value_at_percentile(99), 990);
    EXPECT_EQ(histogram.value_at_percentile(100), 1000);
}

TEST(Histogram, IsWithinItsDigitsOfTheTruth) {
    for (int digits = 1; digits <= 4; ++digits) {
        SCOPED_TRACE(digits);
        Histogram histogram({.digits = digits});
        std::vector<std::int64_t> values;
        Rng rng(42);
        for (int i = 0; i < 20000; ++i) {
            values.push_back(static_cast<std::int64_t>(std::exp(rng.unit() * 20)));
            histogram.record(values.back());
        }
        std::sort(values.begin(), values.end());
        for (const double percentile : {0.5, 10.0, 50.0, 90.0, 99.0, 99.99}) {
            const auto rank = static_cast<std::size_t>(
                std::ceil(percentile * static_cast<double>(values.size()) / 100)
            );
            const auto truth = static_cast<double>(values[rank - 1]);
            const auto got = static_cast<double>(histogram.value_at_percentile(percentile));
            EXPECT_GE(got, truth);
            EXPECT_LE(got, truth * (1 + std::pow(10, -digits)));
        }
    }
}

TEST(Histogram, AddIsTheSameAsOneHistogram) {
    Histogram whole, left, right;
    Rng rng(7);
    for (int i = 0; i < 5000; ++i) {
        const auto value = static_cast<std::int64_t>(rng.below(100'000'000));
        whole.record(value);
        (i % 3 == 0 ? left : right).record(value);
    }
    Histogram sum;
    sum.add(left);
    sum.add(right);
    sum.add(Histogram{});
    EXPECT_EQ(sum, whole);
    EXPECT_NE(left, whole);
}

TEST(Histogram, KeepsExactTotals) {
    Histogram histogram;
    histogram.record(10001, 3);
    histogram.record(5);
    histogram.record(Duration(1'500'499));  // 1500 µs
    histogram.record(4'000'000'000);        // beyond the hour
    EXPECT_EQ(histogram.count(), 6);
    EXPECT_EQ(histogram.min(), 5);
    EXPECT_EQ(histogram.max(), 3'600'000'000);
    EXPECT_EQ(histogram.saturated(), 1);
    EXPECT_DOUBLE_EQ(histogram.sum(), 3 * 10001.0 + 5 + 1500 + 3.6e9);
    EXPECT_EQ(histogram.count_at_or_below(4), 0);
    EXPECT_EQ(histogram.count_at_or_below(1500), 2);
    EXPECT_EQ(histogram.count_at_or_below(9'999'999'999), 6);
    histogram.clear();
    EXPECT_EQ(histogram, Histogram{});
}

TEST(Histogram, JsonGoesThereAndBack) {
    const Histogram histogram = of({0, 3, 3, 10001, 999999, 4'000'000'000});
    const Json json = to_json(histogram);
    EXPECT_EQ(json["counts"][1], Json::array({3, 2}));
    const auto read = histogram_from_json(json);
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(*read, histogram);
    const auto empty = histogram_from_json(to_json(Histogram{}));
    ASSERT_TRUE(empty) << empty.error().what;
    EXPECT_EQ(*empty, Histogram{});
}

TEST(Histogram, BadJsonIsRefused) {
    const Json good = to_json(of({1, 2, 3}));
    struct Bad {
        const char* why;
        Json patch;
        const char* what;
    };
    const Bad bad[] = {
        {"a negative count", {{"count", -1}}, "histogram.count"},
        {"a wrong count", {{"count", 4}}, "do not agree"},
        {"a count that does not fit", {{"counts", {{1, 99}}}}, "histogram.counts"},
        {"no pair", {{"counts", {1, 2}}}, "histogram.counts"},
        {"a value out of range", {{"counts", {{4'000'000'000, 3}}}}, "histogram.counts"},
        {"a minimum elsewhere", {{"min", 2}}, "do not agree"},
        {"digits nobody has", {{"digits", 9}}, "histogram.digits"},
        {"a range that overflows", {{"highest", 9'000'000'000'000'000'000}}, "histogram.highest"},
        {"text for a number", {{"max", "3"}}, "histogram.max"},
        {"a sum of text", {{"sum", "3"}}, "histogram.sum"},
    };
    for (const Bad& c : bad) {
        SCOPED_TRACE(c.why);
        Json json = good;
        json.update(c.patch);
        const auto read = histogram_from_json(json);
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().code, Code::invalid);
        EXPECT_NE(read.error().what.find(c.what), std::string::npos) << read.error().what;
    }
    EXPECT_FALSE(histogram_from_json(Json::array()));
}

}  // namespace
}  // namespace swell::metrics
