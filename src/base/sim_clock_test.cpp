#include "base/sim_clock.hpp"

#include <gtest/gtest.h>

#include <string>

namespace swell {
namespace {

using namespace std::chrono_literals;

class SimClockTest : public ::testing::Test {
  protected:
    /// Notes `name` and the time at which it was called.
    std::function<void()> note(std::string name) {
        return [this, name] {
            log_ += name + "@" + std::to_string(clock_.now().time_since_epoch() / 1s) + " ";
        };
    }

    SimClock clock_;
    std::string log_;
};

TEST_F(SimClockTest, JumpsFromCallToCall) {
    clock_.call_at(Instant{3s}, note("c"));
    clock_.call_at(Instant{1s}, note("a"));
    clock_.call_at(Instant{3s}, note("d"));
    clock_.call_after(2s, note("b"));
    EXPECT_EQ(clock_.now(), Instant{});
    EXPECT_TRUE(clock_.step());
    EXPECT_EQ(log_, "a@1 ");
    clock_.run_until(Instant{3s});
    EXPECT_EQ(log_, "a@1 b@2 c@3 d@3 ");
    EXPECT_FALSE(clock_.step());
    clock_.run_for(10s);
    EXPECT_EQ(clock_.now(), Instant{13s});
}

TEST_F(SimClockTest, StopsShortOfWhatIsLater) {
    clock_.call_at(Instant{5s}, note("later"));
    clock_.run_until(Instant{5s - 1ns});
    EXPECT_EQ(log_, "");
    EXPECT_EQ(clock_.pending(), 1u);
    EXPECT_EQ(clock_.now(), Instant{5s - 1ns});
}

TEST_F(SimClockTest, CallsMadeByCalls) {
    clock_.call_at(Instant{1s}, [this] {
        note("first")();
        clock_.call_at(Instant{}, note("past"));
        clock_.call_after(1s, note("next"));
    });
    clock_.call_at(Instant{1s}, note("second"));
    clock_.run_until(Instant{2s});
    EXPECT_EQ(log_, "first@1 second@1 past@1 next@2 ");
}

TEST_F(SimClockTest, Cancels) {
    const auto a = clock_.call_at(Instant{1s}, note("a"));
    const auto b = clock_.call_at(Instant{1s}, note("b"));
    clock_.call_at(Instant{1s}, [this, b] { clock_.cancel(b); });
    const auto d = clock_.call_at(Instant{2s}, note("d"));
    clock_.call_at(Instant{1s}, [this, d] { clock_.cancel(d); });
    clock_.cancel(a);
    clock_.cancel(a);
    clock_.cancel(0);
    EXPECT_NE(a, 0u);
    clock_.run_until(Instant{9s});
    EXPECT_EQ(log_, "b@1 ");
    EXPECT_EQ(clock_.pending(), 0u);
}

}  // namespace
}  // namespace swell
