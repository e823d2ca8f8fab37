#include "cluster/pods/backoff.hpp"

#include <gtest/gtest.h>

namespace swell::cluster::pods {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST(Backoff, DoublesToFiveMinutesAndTheFirstRestartIsAtOnce) {
    const int expected[] = {0, 10, 20, 40, 80, 160, 300, 300, 300};
    Backoff backoff;
    Instant ended{seconds(1000)};
    for (const int delay : expected) {
        const Instant at = restart_at(backoff, ended);
        EXPECT_EQ(at - ended, seconds(delay));
        backoff = after_restart(backoff, ended, at);
        ended = at + seconds(1);  // it crashes after a second
    }
}

TEST(Backoff, ResetTable) {
    struct Case {
        const char* why;
        Duration ran;
        Duration waits;
    };
    const Case cases[] = {
        {"a crash soon after", seconds(1), seconds(40)},
        {"ten minutes exactly are not more than ten", minutes(10), seconds(40)},
        {"a run of more than ten minutes forgets", minutes(10) + seconds(1), seconds(0)},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Instant restarted{seconds(5000)};
        const Backoff backoff{seconds(40), restarted};
        const Instant ended = restarted + c.ran;
        EXPECT_EQ(restart_at(backoff, ended) - ended, c.waits);
        const Backoff next = after_restart(backoff, ended, ended);
        EXPECT_EQ(next.delay, c.waits == seconds(0) ? seconds(10) : seconds(80));
    }
}

}  // namespace
}  // namespace swell::cluster::pods
