#include "base/quantity.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace swell {
namespace {

TEST(Quantity, ReadsAsKubernetesDoes) {
    using enum Quantity::Format;
    struct Case {
        const char* why;
        const char* text;
        const char* canonical;
        Quantity::Format format;
        std::int64_t value;
        std::int64_t milli;
        double approximate;
    };
    // clang-format off
    const Case cases[] = {
        // why                              text             canonical          format            value        milli  approximate
        {"zero",                            "0",             "0",               decimal_si,           0,           0, 0},
        {"half a core",                     "500m",          "500m",            decimal_si,           1,         500, 0.5},
        {"a fraction",                      "0.5",           "500m",            decimal_si,           1,         500, 0.5},
        {"below zero, away from it",        "-1.5",          "-1500m",          decimal_si,          -2,       -1500, -1.5},
        {"memory",                          "128Mi",         "128Mi",           binary_si,    134217728, 134217728000, 134217728},
        {"the next unit",                   "1024Mi",        "1Gi",             binary_si,   1073741824, 1073741824000, 1073741824},
        {"a part of a unit",                "1.5Gi",         "1536Mi",          binary_si,   1610612736, 1610612736000, 1610612736},
        {"a part too small for the format", "0.3Ki",         "307200m",         binary_si,          308,      307200, 307.20000000000005},
        {"an exponent",                     "1e3",           "1e3",             decimal_exponent,  1000,     1000000, 1000},
        {"an exponent made a multiple of 3", "1e100",        "10e99",           decimal_exponent,     0,           0, 1e100},
        {"finer than nano, rounded up",     "1.0000000001",  "1000000001n",     decimal_si,           2,        1001, 1.000000001},
        {"never rounded to nothing",        "0.1n",          "1n",              decimal_si,           1,           1, 1e-9},
        {"written text is kept",            "00100m",        "00100m",          decimal_si,           1,         100, 0.1},
        {"milli wraps",                     "1Ei",           "1Ei",             binary_si, 1152921504606846976, std::numeric_limits<std::int64_t>::min(), 1152921504606846976.0},
        {"capped",                          "8Ei",           "9223372036854775807", binary_si, 9223372036854775807, -1000, 9223372036854775807.0},
        {"capped below zero",               "-8Ei",          "-9223372036854775807", binary_si, -9223372036854775807, 1000, -9223372036854775807.0},
        {"a unit alone",                    "m",             "0",               decimal_si,           0,           0, 0},
        {"an absurd exponent, small",       "1e2000000000",  "100e1999999998",  decimal_exponent,     0,           0, std::numeric_limits<double>::infinity()},
        {"an absurd exponent, large",       "1234567890123456789e2000000001",  "1234567890123456789e2000000001", decimal_exponent, 0, 0, std::numeric_limits<double>::infinity()},
        {"an absurd exponent, below",       "1e-2000000000", "1e-9",            decimal_exponent,     1,           1, 1e-9},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const auto got = Quantity::parse(c.text);
        ASSERT_TRUE(got) << got.error().what;
        EXPECT_EQ(got->text(), c.canonical);
        EXPECT_EQ(got->format(), c.format);
        EXPECT_EQ(got->value(), c.value);
        EXPECT_EQ(got->milli_value(), c.milli);
        EXPECT_EQ(got->approximate(), c.approximate);
    }
}

TEST(Quantity, HasAnEndInThousandths) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    struct Case {
        const char* text;
        std::int64_t milli;
    };
    const Case cases[] = {
        {"0", 0},
        {"500m", 500},
        {"412345678n", 413},
        {"-1500001u", -1501},
        {"2", 2000},
        {"9223372036854775807m", most},
        {"9223372036854775", 9223372036854775000},
        {"9223372036854776", most},
        {"-9223372036854776", least},
        {"1Ei", most},
        {"-8Ei", least},
        {"12345678901234567890n", 12345678901235},
        {"1e2147483647", most},
        {"-1e100", least},
        {"1e-2000000000", 1},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(Quantity::parse(c.text)->milli_saturated(), c.milli);
    }
}

TEST(Quantity, RefusesAsKubernetesDoes) {
    const std::string form =
        "quantities must match the regular expression "
        "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    struct Case {
        const char* text;
        std::string what;
    };
    const Case cases[] = {
        {"", form},
        {"1 Gi", form},
        {"1..5", form},
        {"0x10", form},
        {"1e5m", form},
        {"\xff", form},
        {"1K", "unable to parse quantity's suffix"},
        {"1e", "unable to parse quantity's suffix"},
        {"1e+", "unable to parse quantity's suffix"},
        {"1e99999999999999999999", "unable to parse quantity's suffix"},
        {"Ei", "unable to parse numeric part of quantity"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.text);
        const auto got = Quantity::parse(c.text);
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error(), (Error{Code::invalid, c.what}));
    }
}

TEST(Quantity, ComparesAmounts) {
    // Each line is one amount, larger than the line before.
    const std::vector<std::vector<const char*>> ascending = {
        {"-1e400", "-1000000000000000000000e379"},
        {"-8Ei"},
        {"-1000", "-1k"},
        {"-1n"},
        {"0", "0Ki", "-0", "0.00000000000000000000"},
        {"1n", "0.00000000000000000001"},
        {"1m", "1000u", "0.001"},
        {"1", "1000m", "1e0"},
        {"1024", "1Ki"},
        {"999999999999999999"},
        {"1E", "1000P", "1000000000000000000"},
        {"1Ei", "1152921504606846976"},
        {"9223372036854775807", "8Ei", "9223372036854775807.0"},
        {"1e400", "1000000000000000000000e379"},
    };
    for (std::size_t i = 0; i < ascending.size(); ++i) {
        for (std::size_t j = 0; j < ascending.size(); ++j) {
            for (const char* a : ascending[i]) {
                for (const char* b : ascending[j]) {
                    SCOPED_TRACE(std::string(a) + " and " + b);
                    EXPECT_EQ(*Quantity::parse(a) <=> *Quantity::parse(b), i <=> j);
                }
            }
        }
    }
}

TEST(Quantity, MadeFromNumbers) {
    using enum Quantity::Format;
    constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
    EXPECT_EQ(Quantity().text(), "0");
    EXPECT_EQ(Quantity::from_milli(250).text(), "250m");
    EXPECT_EQ(Quantity::from_milli(2000).text(), "2");
    EXPECT_EQ(Quantity::from_milli(1500, binary_si).text(), "1500m");
    EXPECT_EQ(Quantity::from_milli(2048000, binary_si).text(), "2Ki");
    EXPECT_EQ(Quantity::from_value(128 << 20, binary_si).text(), "128Mi");
    EXPECT_EQ(Quantity::from_value(512, binary_si).text(), "512");
    EXPECT_EQ(Quantity::from_value(12'000'000).text(), "12M");
    EXPECT_EQ(Quantity::from_value(lowest, binary_si).text(), "-9223372036854775808");
    EXPECT_EQ(Quantity::from_value(lowest).value(), lowest);
    EXPECT_EQ(Quantity::from_value(-5).sign(), -1);
    EXPECT_EQ(Quantity::from_value(3), Quantity::from_milli(3000));
}

TEST(Quantity, RoundsToMilli) {
    const char* const cases[][2] = {
        {"50100u", "51m"},
        {"1n", "1m"},
        {"-50100u", "-51m"},
        {"+5", "+5"},
        {"0.1Ki", "102400m"},
        {"0.0001Ki", "103m"},
        {"1e400", "10e399"},
    };
    for (const auto& [given, rounded] : cases)
        EXPECT_EQ(Quantity::parse(given)->rounded_to_milli().text(), rounded) << given;
}

TEST(Quantity, AddsAndSubtracts) {
    struct Case {
        const char* why;
        const char* a;
        const char* b;
        const char* sum;
        const char* difference;
    };
    // clang-format off
    const Case cases[] = {
        {"milli and whole",             "250m",  "2",       "2250m",  "-1750m"},
        {"zero takes the other's form", "0",     "1Gi",     "1Gi",    "-1Gi"},
        {"the first term's form stays", "1Gi",   "1024M",   "2048576Ki", "48576Ki"},
        {"and so does the decimal one", "1G",    "1Gi",     "2073741824", "-73741824"},
        {"a text that was kept goes",   "+5",    "0",       "5",      "5"},
        {"nothing is left",             "1Ki",   "1024",    "2Ki",    "0"},
        {"past 64 bits",                "8E",    "8E",      "16E",    "0"},
        {"past 64 bits in binary",      "8Ei",   "100Ki",   "9223372036854878207", "9223372036854673407"},
        {"with a unit",                 "8589934591Gi", "1Gi", "8Ei", "8589934590Gi"},
        {"below zero",                  "-8Ei",  "8Ei",     "0",      "-18446744073709551614"},
        {"nano",                        "1n",    "9E",      "9000000000000000000000000001n",
                                                            "-8999999999999999999999999999n"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        Quantity sum = *Quantity::parse(c.a);
        sum += *Quantity::parse(c.b);
        EXPECT_EQ(sum.text(), c.sum);
        Quantity difference = *Quantity::parse(c.a);
        difference -= *Quantity::parse(c.b);
        EXPECT_EQ(difference.text(), c.difference);
    }
}

}  // namespace
}  // namespace swell
