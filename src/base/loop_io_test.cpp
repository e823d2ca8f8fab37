#include "base/loop_io.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace swell {
namespace {

using namespace std::chrono_literals;

// Long enough for any machine: a test waits this long only when it fails.
constexpr Duration generous = 20s;

struct Pair {
    Pair() {
        int fds[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0)
            std::abort();
        a = Fd(fds[0]);
        b = Fd(fds[1]);
    }
    Fd a;
    Fd b;
};

void send(const Fd& fd, std::string_view text) {
    ASSERT_EQ(::write(*fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

std::string receive(const Fd& fd) {
    char buffer[64];
    const ssize_t size = ::read(*fd, buffer, sizeof buffer);
    return {buffer, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

class LoopTest : public ::testing::Test {
  protected:
    /// Turns until `done`; fails after a generous time.
    template <class Done>
    void turn_until(Done done) {
        const Instant deadline = loop_.precise() + generous;
        while (!done()) {
            ASSERT_LT(loop_.precise(), deadline) << "nothing came";
            loop_.run_once(1s);
        }
    }
    /// Turns as long as there is something to do at once.
    void settle() {
        for (int i = 0; i < 5; ++i) loop_.run_once(0s);
    }

    Loop loop_;
    std::string log_;
};

TEST_F(LoopTest, ReadinessIsALevel) {
    Pair pair;
    int calls = 0;
    loop_.watch(*pair.a, {.readable = true}, [&](Loop::Ready ready) {
        EXPECT_TRUE(ready.readable);
        EXPECT_FALSE(ready.writable);
        ++calls;
    });
    settle();
    EXPECT_EQ(calls, 0);
    send(pair.b, "x");
    loop_.run_once(generous);
    loop_.run_once(generous);
    EXPECT_EQ(calls, 2) << "unread bytes are told again";
    receive(pair.a);
    settle();
    EXPECT_EQ(calls, 2);
    loop_.forget(*pair.a);
}

TEST_F(LoopTest, InterestChanges) {
    Pair pair;
    loop_.watch(*pair.a, {.readable = true}, [&](Loop::Ready ready) {
        log_ += ready.readable ? "r" : "";
        log_ += ready.writable ? "w" : "";
    });
    settle();
    EXPECT_EQ(log_, "");
    loop_.interest(*pair.a, {.readable = true, .writable = true});
    loop_.run_once(generous);
    EXPECT_EQ(log_, "w");
    send(pair.b, "x");
    loop_.run_once(generous);
    EXPECT_EQ(log_, "wrw");
    loop_.interest(*pair.a, {});
    settle();
    EXPECT_EQ(log_, "wrw");
    loop_.interest(*pair.a, {.readable = true});
    loop_.run_once(generous);
    EXPECT_EQ(log_, "wrwr");
    loop_.watch(*pair.a, {.readable = true}, [&](Loop::Ready) { log_ += "second"; });
    loop_.run_once(generous);
    EXPECT_EQ(log_, "wrwrsecond");
    loop_.forget(*pair.a);
    settle();
    EXPECT_EQ(log_, "wrwrsecond");
}

TEST_F(LoopTest, HangUpComesAsWhatWasAskedFor) {
    struct Case {
        const char* why;
        Loop::Ready interest;
        std::optional<Loop::Ready> want;
    };
    const Case cases[] = {
        {"reader", {.readable = true}, Loop::Ready{.readable = true}},
        {"writer", {.writable = true}, Loop::Ready{.writable = true}},
        {"both",
         {.readable = true, .writable = true},
         Loop::Ready{.readable = true, .writable = true}},
        {"nothing, and no spinning", {}, {}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        Pair pair;
        std::optional<Loop::Ready> got;
        loop_.watch(*pair.a, c.interest, [&](Loop::Ready ready) { got = ready; });
        pair.b.reset();
        settle();
        ASSERT_EQ(got.has_value(), c.want.has_value());
        if (got) {
            EXPECT_EQ(got->readable, c.want->readable);
            EXPECT_EQ(got->writable, c.want->writable);
        } else {
            // What waits for nothing must not keep the loop awake.
            const Instant before = loop_.precise();
            loop_.run_once(20ms);
            EXPECT_GE(loop_.precise() - before, 20ms);
        }
        loop_.forget(*pair.a);
    }
}

TEST_F(LoopTest, CallbackMayDestroyItsOwner) {
    struct Connection {
        explicit Connection(Loop& loop, std::unique_ptr<Connection>& self) : loop_(loop) {
            loop_.watch(*pair_.a, {.readable = true}, [this, &self](Loop::Ready) {
                received_ = receive(pair_.a);
                self.reset();  // `this` and the callback's own captures go here
            });
        }
        ~Connection() { loop_.forget(*pair_.a); }
        Loop& loop_;
        Pair pair_;
        std::string received_;
    };
    std::unique_ptr<Connection> connection;
    connection = std::make_unique<Connection>(loop_, connection);
    send(connection->pair_.b, "x");
    turn_until([&] { return connection == nullptr; });
}

TEST_F(LoopTest, CallbackMayForgetItselfAndGoOn) {
    Pair pair;
    const std::string captured(100, 'x');
    loop_.watch(*pair.a, {.readable = true}, [&, captured](Loop::Ready) {
        loop_.forget(*pair.a);
        log_ += captured;
    });
    send(pair.b, "x");
    settle();
    EXPECT_EQ(log_, captured) << "once";
}

TEST_F(LoopTest, CallbackMayReplaceItself) {
    Pair pair;
    const std::string captured(100, 'x');
    loop_.watch(*pair.a, {.readable = true}, [&, captured](Loop::Ready) {
        loop_.watch(*pair.a, {.readable = true}, [&](Loop::Ready) {
            log_ += "second";
            loop_.forget(*pair.a);
        });
        log_ += captured;
    });
    send(pair.b, "x");
    settle();
    EXPECT_EQ(log_, captured + "second");
}

TEST_F(LoopTest, EventOfAForgottenDescriptorIsNotDelivered) {
    // Both are ready in one turn; whichever comes first forgets the other.
    Pair first;
    Pair second;
    int calls = 0;
    loop_.watch(*first.a, {.readable = true}, [&](Loop::Ready) {
        ++calls;
        loop_.forget(*second.a);
        receive(first.a);
    });
    loop_.watch(*second.a, {.readable = true}, [&](Loop::Ready) {
        ++calls;
        loop_.forget(*first.a);
        receive(second.a);
    });
    send(first.b, "x");
    send(second.b, "x");
    settle();
    EXPECT_EQ(calls, 1);
}

TEST_F(LoopTest, EventOfAClosedDescriptorDoesNotReachItsSuccessor) {
    // Whichever comes first closes the other and puts a quiet one under the same number.
    Pair pairs[2];
    Pair quiet;
    bool replaced = false;
    for (int i = 0; i < 2; ++i) {
        loop_.watch(*pairs[i].a, {.readable = true}, [&, i](Loop::Ready) {
            receive(pairs[i].a);
            if (std::exchange(replaced, true)) return;
            const int other = *pairs[1 - i].a;
            loop_.forget(other);
            ASSERT_EQ(::dup3(*quiet.a, other, O_CLOEXEC), other);
            loop_.watch(other, {.readable = true}, [&](Loop::Ready) { log_ += "wrong"; });
        });
    }
    send(pairs[0].b, "x");
    send(pairs[1].b, "x");
    settle();
    EXPECT_TRUE(replaced);
    EXPECT_EQ(log_, "");
}

TEST_F(LoopTest, TimersComeInOrderAndNotEarly) {
    const Instant start = loop_.now();
    const auto note = [&](const char* name, Instant due) {
        return [this, name, due] {
            EXPECT_GE(loop_.now(), due);
            EXPECT_GE(loop_.precise(), due);
            log_ += name;
        };
    };
    loop_.call_at(start + 5ms, note("c", start + 5ms));
    loop_.call_at(start + 5ms, note("d", start + 5ms));
    loop_.call_at(start + 1ms, note("b", start + 1ms));
    loop_.call_at(start - 1h, note("a", start));
    loop_.call_after(6ms, note("e", start + 6ms));
    EXPECT_EQ(log_, "") << "never from inside call_at";
    turn_until([&] { return log_.size() == 5; });
    EXPECT_EQ(log_, "abcde");
}

TEST_F(LoopTest, TimerAskedForNowByATimerComesNextTurn) {
    std::function<void()> again = [&] {
        log_ += "x";
        loop_.call_after(0s, again);
    };
    loop_.call_after(0s, again);
    loop_.run_once(generous);
    EXPECT_EQ(log_, "x");
    loop_.run_once(generous);
    EXPECT_EQ(log_, "xx");
}

TEST_F(LoopTest, CancelledTimersDoNotCome) {
    const auto gone = loop_.call_after(0s, [&] { log_ += "gone"; });
    Clock::Timer later = 0;
    loop_.call_after(0s, [&] { loop_.cancel(later); });
    later = loop_.call_after(0s, [&] { log_ += "later"; });
    loop_.cancel(gone);
    loop_.cancel(gone);
    loop_.cancel(0);
    settle();
    EXPECT_EQ(log_, "");
}

TEST_F(LoopTest, ManyCancelledTimersAreSwept) {
    int calls = 0;
    std::vector<Clock::Timer> timers;
    for (int i = 0; i < 100'000; ++i) {
        const auto timer = loop_.call_after(1h, [] {});
        if (i % 100 == 0) {
            loop_.call_after(0s, [&] { ++calls; });
        }
        loop_.cancel(timer);
    }
    turn_until([&] { return calls == 1000; });
}

TEST_F(LoopTest, ACancelledTimerDoesNotWake) {
    // The one that was cancelled is due long before the wait is over.
    loop_.cancel(loop_.call_after(1ms, [] {}));
    const Instant before = loop_.precise();
    loop_.run_once(30ms);
    EXPECT_GE(loop_.precise() - before, 30ms);
}

TEST_F(LoopTest, NowStandsStillWithinACallback) {
    loop_.call_after(0s, [&] {
        const Instant first = loop_.now();
        while (loop_.precise() == first) {
        }
        EXPECT_EQ(loop_.now(), first);
        EXPECT_GT(loop_.precise(), first);
        log_ += "x";
    });
    turn_until([&] { return log_ == "x"; });
}

TEST_F(LoopTest, PostsInOrderFromThreads) {
    constexpr int threads = 4;
    constexpr int posts = 5'000;
    std::vector<std::vector<int>> got(threads);
    std::size_t total = 0;
    {
        std::vector<std::jthread> posting;
        for (int thread = 0; thread < threads; ++thread) {
            posting.emplace_back([&, thread] {
                for (int i = 0; i < posts; ++i) {
                    loop_.post([&, thread, i] {
                        got[static_cast<std::size_t>(thread)].push_back(i);
                        if (++total == threads * posts) loop_.stop();
                    });
                }
            });
        }
        loop_.call_after(generous, [&] { loop_.stop(); });
        loop_.run();
    }
    EXPECT_EQ(total, static_cast<std::size_t>(threads * posts));
    for (const auto& numbers : got) {
        ASSERT_EQ(numbers.size(), static_cast<std::size_t>(posts));
        for (int i = 0; i < posts; ++i) ASSERT_EQ(numbers[static_cast<std::size_t>(i)], i);
    }
}

TEST_F(LoopTest, PostWakesAWaitingLoop) {
    bool done = false;
    std::jthread other([&] { loop_.post([&] { done = true; }); });
    turn_until([&] { return done; });
}

TEST_F(LoopTest, WhatIsPostedByAPostComesNextTurn) {
    std::function<void()> again = [&] {
        log_ += "x";
        loop_.post(again);
    };
    loop_.post(again);
    loop_.run_once(generous);
    EXPECT_EQ(log_, "x");
    loop_.run_once(generous);
    EXPECT_EQ(log_, "xx");
}

TEST_F(LoopTest, StopBeforeRunIsNotLost) {
    loop_.post([&] { log_ += "posted"; });
    loop_.stop();
    loop_.run();
    EXPECT_EQ(log_, "posted");
    // And it is used up: this run ends by its own stop.
    loop_.call_after(0s, [&] { loop_.post([&] { loop_.stop(); }); });
    loop_.run();
}

TEST_F(LoopTest, StopFromAnotherThread) {
    std::atomic<bool> running = false;
    std::jthread other([&] {
        running.wait(false);
        loop_.stop();
    });
    loop_.post([&] {
        running = true;
        running.notify_all();
    });
    loop_.run();
    EXPECT_TRUE(running);
}

TEST(Loop, LetsGoOfWhatItHolds) {
    // Each callback owns something that uses the loop as it goes.
    struct Owner {
        Loop& loop;
        Pair pair;
        Clock::Timer timer = 0;
        int& gone;
        ~Owner() {
            loop.forget(*pair.a);
            loop.cancel(timer);
            loop.post([] {});
            ++gone;
        }
    };
    int gone = 0;
    {
        Loop loop;
        const auto make = [&] { return std::shared_ptr<Owner>(new Owner{loop, {}, 0, gone}); };
        const auto watching = make();
        loop.watch(*watching->pair.a, {.readable = true}, [watching](Loop::Ready) {});
        const auto timing = make();
        timing->timer = loop.call_after(1h, [timing] {});
        const auto posting = make();
        loop.post([posting] {});
    }
    EXPECT_EQ(gone, 3);
}

}  // namespace
}  // namespace swell
