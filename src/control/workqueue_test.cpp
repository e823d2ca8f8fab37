#include "control/workqueue.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "base/sim_clock.hpp"

namespace swell::control {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

spec::Key key(const std::string& name) { return {"Deployment", "default", name}; }

struct WorkqueueTest : testing::Test {
    SimClock clock;
    std::vector<std::string> seen;  // `name@milliseconds`
    std::function<Result<void>(const spec::Key&)> then = [](const auto&) { return Result<void>(); };
    Workqueue queue{clock, [this](const spec::Key& k) {
                        const auto ms = clock.now().time_since_epoch() / 1ms;
                        seen.push_back(k.name + "@" + std::to_string(ms));
                        return then(k);
                    }};
};

TEST_F(WorkqueueTest, KeepsTheOrderOfAskingAndEachKeyOnce) {
    queue.add(key("b"));
    queue.add(key("a"));
    queue.add(key("b"));
    EXPECT_TRUE(seen.empty()) << "never from inside add()";
    clock.run_for(1s);
    EXPECT_THAT(seen, ElementsAre("b@0", "a@0"));
    EXPECT_EQ(queue.size(), 0u);
}

TEST_F(WorkqueueTest, TheEarliestDelayCounts) {
    queue.add_after(key("a"), 3s);
    queue.add_after(key("a"), 1s);
    queue.add_after(key("a"), 2s);
    clock.run_for(10s);
    EXPECT_THAT(seen, ElementsAre("a@1000"));
}

TEST_F(WorkqueueTest, AskedForWhileProcessedIsProcessedAgain) {
    then = [this](const spec::Key& k) {
        if (seen.size() == 1) {
            queue.add(k);
            queue.add(key("other"));
        }
        return Result<void>();
    };
    queue.add(key("a"));
    clock.run_for(1s);
    EXPECT_THAT(seen, ElementsAre("a@0", "a@0", "other@0"));
}

TEST_F(WorkqueueTest, FailureBacksOffAndSuccessForgets) {
    then = [this](const spec::Key&) -> Result<void> {
        if (seen.size() < 4) return fail(Code::unavailable, "not now");
        return {};
    };
    queue.add(key("a"));
    clock.run_for(10ms);
    EXPECT_EQ(queue.failures(key("a")), 2);
    clock.run_for(1s);
    EXPECT_THAT(seen, ElementsAre("a@0", "a@5", "a@15", "a@35"));
    EXPECT_EQ(queue.failures(key("a")), 0);
}

TEST_F(WorkqueueTest, RemovedIsNotProcessed) {
    queue.add(key("a"));
    queue.add(key("b"));
    queue.add_after(key("c"), 1s);
    queue.remove(key("a"));
    queue.remove(key("c"));
    clock.run_for(10s);
    EXPECT_THAT(seen, ElementsAre("b@0"));
}

TEST_F(WorkqueueTest, RemovedWhileFailingIsTriedOnceMore) {
    // The failure is reported after remove(): one retry finds the object gone and ends it.
    then = [this](const spec::Key& k) -> Result<void> {
        queue.remove(k);
        if (seen.size() == 1) return fail(Code::unavailable, "not now");
        return {};
    };
    queue.add(key("a"));
    clock.run_for(10s);
    EXPECT_THAT(seen, ElementsAre("a@0", "a@5"));
    EXPECT_EQ(queue.size(), 0u);
}

TEST_F(WorkqueueTest, NothingIsCalledAfterItsEnd) {
    SimClock other;
    int calls = 0;
    {
        Workqueue gone(other, [&](const spec::Key&) {
            ++calls;
            return Result<void>();
        });
        gone.add(key("a"));
        gone.add_after(key("b"), 1s);
    }
    other.run_for(10s);
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(other.pending(), 0u);
}

TEST(WorkqueueBackOff, DoublesUpToItsLongest) {
    EXPECT_EQ(Workqueue::back_off(0), 5ms);
    EXPECT_EQ(Workqueue::back_off(1), 10ms);
    EXPECT_EQ(Workqueue::back_off(17), 655'360ms);
    EXPECT_EQ(Workqueue::back_off(18), 1000s);
    EXPECT_EQ(Workqueue::back_off(1'000'000), 1000s);
}

}  // namespace
}  // namespace swell::control
