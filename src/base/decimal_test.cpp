#include "base/decimal.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace swell {
namespace {

Decimal decimal(std::string_view text, std::int64_t shift = 0) {
    Decimal result;
    EXPECT_TRUE(result.read(text)) << text;
    result.shift(shift);
    return result;
}

std::string show(const Decimal& number) {
    return (number.sign() < 0 ? "-" : "") + number.digits() + "e" +
           std::to_string(number.exponent());
}

TEST(Decimal, Reads) {
    EXPECT_EQ(show(decimal("001200.500")), "12005e-1");
    EXPECT_EQ(show(decimal("-1200")), "-12e2");
    EXPECT_EQ(show(decimal("+.5")), "5e-1");
    EXPECT_EQ(show(decimal("5.")), "5e0");
    EXPECT_EQ(decimal("-0.00").sign(), 0);
    EXPECT_EQ(show(Decimal{std::numeric_limits<std::int64_t>::min()}), "-9223372036854775808e0");
    Decimal number;
    for (const char* text : {"", ".", "+", "-.", "1.2.3", "1e3", " 1"})
        EXPECT_FALSE(number.read(text)) << text;
}

TEST(Decimal, ScalesByPowersOfTwo) {
    Decimal number = decimal("1.5");
    number.scale_binary(30);
    EXPECT_EQ(show(number), "1610612736e0");
    number = decimal("-3");
    number.scale_binary(60);
    EXPECT_EQ(show(number), "-3458764513820540928e0");
    number = decimal("0");
    number.scale_binary(60);
    EXPECT_EQ(number.sign(), 0);
}

TEST(Decimal, RoundsAwayFromZero) {
    struct Case {
        const char* text;
        std::int64_t exponent;
        const char* want;
    };
    const Case cases[] = {
        {"1.25", -1, "13e-1"},
        {"1.20", -1, "12e-1"},
        {"-1.21", -1, "-13e-1"},
        {"9.99", 0, "1e1"},
        {"1999.5", 1, "2e3"},
        {"0.001", 0, "1e0"},
        {"-0.001", 3, "-1e3"},
        {"5", 0, "5e0"},
        {"1200", 2, "12e2"},
        {"99", 2, "1e2"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.text);
        Decimal number = decimal(c.text);
        number.round_up(c.exponent);
        EXPECT_EQ(show(number), c.want);
    }
}

TEST(Decimal, Adds) {
    struct Case {
        const char* a;
        const char* b;
        const char* want;
    };
    const Case cases[] = {
        {"1", "2", "3e0"},
        {"0", "-2.5", "-25e-1"},
        {"-2.5", "0", "-25e-1"},
        {"999", "1", "1e3"},
        {"1000", "-1", "999e0"},
        {"1", "-1000", "-999e0"},
        {"-0.001", "1", "999e-3"},
        {"-5", "-5.5", "-105e-1"},
        {"7", "-7", "0"},
        {"12345678901234567890", "0.1", "123456789012345678901e-1"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(std::string(c.a) + " + " + c.b);
        Decimal sum = decimal(c.a);
        sum += decimal(c.b);
        EXPECT_EQ(sum.sign() == 0 ? "0" : show(sum), c.want);
    }
    Decimal twice = decimal("5");
    twice += twice;
    EXPECT_EQ(show(twice), "1e1");
    Decimal vast = decimal("1", 2'000'000'000);
    vast += decimal("1");
    EXPECT_EQ(show(vast), "1e2000000000");
}

TEST(Decimal, LowBits) {
    EXPECT_EQ(decimal("18446744073709551617").low(0).bits, 1u);
    EXPECT_EQ(decimal("1.5").low(3).bits, 1500u);
    EXPECT_FALSE(decimal("1.5").low(1).has_fraction);
    EXPECT_EQ(decimal("1.5").low(0).bits, 1u);
    EXPECT_TRUE(decimal("1.5").low(0).has_fraction);
    EXPECT_EQ(decimal("1", -2'000'000'000).low(0).bits, 0u);
    EXPECT_TRUE(decimal("1", -2'000'000'000).low(0).has_fraction);
    EXPECT_EQ(decimal("1", 63).low(0).bits, std::uint64_t{1} << 63);
    EXPECT_EQ(decimal("1", 2'000'000'000).low(0).bits, 0u);
    EXPECT_FALSE(decimal("0").low(0).has_fraction);
}

TEST(Decimal, NearestDouble) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(decimal("0.1").nearest(0), 0.1);
    EXPECT_EQ(decimal("9007199254740993").nearest(0), 9007199254740992.0);
    EXPECT_EQ(decimal("-1").nearest(400), -infinity);
    EXPECT_EQ(decimal("1").nearest(-400), 0.0);
    EXPECT_EQ(decimal("0").nearest(400), 0.0);
}

TEST(Decimal, Compares) {
    // Ascending.
    const Decimal numbers[] = {
        decimal("-1", 2'000'000'000),
        decimal("-12"),
        decimal("-1.2"),
        decimal("0"),
        decimal("1", -2'000'000'000),
        decimal("0.99"),
        decimal("1"),
        decimal("1.0000001"),
        decimal("12"),
        decimal("13"),
        decimal("100"),
        decimal("1", 2'000'000'000),
    };
    for (std::size_t i = 0; i < std::size(numbers); ++i) {
        for (std::size_t j = 0; j < std::size(numbers); ++j) {
            EXPECT_EQ(numbers[i] <=> numbers[j], i <=> j)
                << show(numbers[i]) << " and " << show(numbers[j]);
        }
    }
    EXPECT_EQ(decimal("-0"), decimal("0.0"));
}

}  // namespace
}  // namespace swell
