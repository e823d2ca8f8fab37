#include "cluster/pods/cgroup/usage.hpp"

#include <gtest/gtest.h>

namespace swell::cluster::pods {
namespace {

UsageSample sample(int second, int cpu_ms, std::uint64_t memory = 1) {
    return {Instant{std::chrono::seconds(second)}, std::chrono::milliseconds(cpu_ms), memory};
}

TEST(UsageWindow, NeedsTwoReadings) {
    UsageWindow window(std::chrono::seconds(10));
    EXPECT_FALSE(window.usage());
    window.add(sample(1, 0));
    EXPECT_FALSE(window.usage());
    window.add(sample(2, 500, 77));
    ASSERT_TRUE(window.usage());
    EXPECT_DOUBLE_EQ(window.usage()->cores, 0.5);
    EXPECT_EQ(window.usage()->memory, 77u);
    EXPECT_EQ(window.usage()->window, std::chrono::seconds(1));
}

TEST(UsageWindow, ForgetsWhatIsOlderThanTheWindow) {
    UsageWindow window(std::chrono::seconds(10));
    window.add(sample(0, 0));
    for (int i = 1; i <= 10; ++i) window.add(sample(i, 10'000));  // busy in the first second alone
    EXPECT_DOUBLE_EQ(window.usage()->cores, 1.0);
    window.add(sample(11, 10'000));
    EXPECT_DOUBLE_EQ(window.usage()->cores, 0.0);
    EXPECT_EQ(window.usage()->window, std::chrono::seconds(10));
}

TEST(UsageWindow, ANewProcessBeginsAnew) {
    UsageWindow window(std::chrono::seconds(10));
    window.add(sample(0, 5000));
    window.add(sample(1, 6000));
    window.add(sample(2, 10));
    EXPECT_FALSE(window.usage());
}

}  // namespace
}  // namespace swell::cluster::pods
