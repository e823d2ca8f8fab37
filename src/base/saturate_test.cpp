#include "base/saturate.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace swell {
namespace {

TEST(Saturate, SecondsTable) {
    using Limits = std::numeric_limits<std::int64_t>;
    constexpr std::int64_t century = 100LL * 366 * 24 * 3600;
    struct Case {
        std::int64_t count, seconds;
    };
    const Case cases[] = {
        {0, 0},
        {1, 1},
        {-5, -5},
        {std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::max()},
        {century, century},
        {century + 1, century},
        {99'999'999'999, century},
        {Limits::max(), century},
        {Limits::min(), -century},
    };
    const Instant today{std::chrono::seconds(1'800'000'000)};
    for (const Case& c : cases) {
        SCOPED_TRACE(c.count);
        EXPECT_EQ(saturated_seconds(c.count), std::chrono::seconds(c.seconds));
        EXPECT_EQ(today + saturated_seconds(c.count) - today, std::chrono::seconds(c.seconds));
    }
}

TEST(Saturate, Sums) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    EXPECT_EQ(saturated_sum(2, -3), -1);
    EXPECT_EQ(saturated_sum(most, least), -1);
    EXPECT_EQ(saturated_sum(most, 1), most);
    EXPECT_EQ(saturated_sum(1, most), most);
    EXPECT_EQ(saturated_sum(least, -1), least);
}

}  // namespace
}  // namespace swell
