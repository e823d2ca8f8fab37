#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/fd_io.hpp"

namespace swell {

/// One thread's event loop over epoll: descriptors, timers, work from other threads.
///
/// Everything a Loop calls, it calls from run(), on one thread. All functions but post() and stop()
/// belong to that thread. docs/decisions/0001 says why there is one loop of our own and no Asio.
class Loop final : public Clock {
  public:
    /// What a descriptor is ready for. An error or a hang-up comes as all that was asked for: the
    /// read or write that follows tells which it was.
    struct Ready {
        bool readable = false;
        bool writable = false;
    };
    using OnReady = std::function<void(Ready)>;

    Loop();
    ~Loop() override;
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Watches a descriptor, level-triggered; a second call for the same one changes the interest
    /// and the callback. The descriptor stays the caller's, who calls forget() before closing it.
    /// It must be one that can be waited for (socket, pipe, eventfd, pidfd): a regular file is a
    /// bug.
    void watch(int fd, Ready interest, OnReady on_ready);
    /// Changes what a watched descriptor waits for; keeps its callback. With no interest at all it
    /// hears nothing, an error or hang-up neither.
    void interest(int fd, Ready interest);
    /// Safe from inside any callback, the descriptor's own too, which may destroy its owner. What
    /// is not watched is no error.
    void forget(int fd);

    /// Steady: the system's wall clock at construction, plus monotonic time since (suspend counts).
    /// Cached once per turn of the loop and after each callback batch; precise() reads anew.
    Instant now() const override;
    Instant precise() const;
    Timer call_at(Instant at, std::function<void()> then) override;
    void cancel(Timer timer) override;

    /// From any thread: calls `then` on the loop's thread, soon, in order.
    void post(std::function<void()> then);

    /// Turns until stop(); one that came before run() ends it after the first turn, which still
    /// does what was posted before. May be called again.
    void run();
    /// One turn: waits at most `longest` for something to do. For tests and for joining loops.
    void run_once(Duration longest);
    /// From any thread, or from a callback.
    void stop();

  private:
    struct Watch;
    struct Call {
        Instant at;
        Timer timer;
        bool operator>(const Call& other) const {
            return at != other.at ? at > other.at : timer > other.timer;
        }
    };

    void register_interest(Watch& watch);
    void dispatch(std::uint64_t token, std::uint32_t events);
    void wake();
    void run_posted();
    void run_timers();
    Duration wait_time(Duration longest);

    Fd epoll_;
    Fd wake_;
    Duration wall_offset_{};
    Instant now_{};
    bool stopped_ = false;
    Timer last_timer_ = 0;
    std::uint32_t last_generation_ = 0;
    std::vector<Call> due_;  // a heap, soonest first; cancelled calls linger in it
    std::unordered_map<Timer, std::function<void()>> calls_;
    std::vector<std::shared_ptr<Watch>> watches_;  // by descriptor
    std::mutex posted_mutex_;                      // guards posted_ and stop_posted_
    std::vector<std::function<void()>> posted_;
    bool stop_posted_ = false;
};

}  // namespace swell
