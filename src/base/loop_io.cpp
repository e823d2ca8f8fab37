#include "base/loop_io.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <span>
#include <utility>

#include "base/check.hpp"

namespace swell {

/// One watched descriptor. Shared so that it outlives its own callback, which may forget it.
struct Loop::Watch {
    int fd;
    /// Tells this watch from an earlier one of the same number: an event that was fetched before
    /// the descriptor was closed and its number reused must not reach the new owner.
    std::uint32_t generation;
    Ready interest;
    bool in_epoll = false;
    OnReady on_ready;
};

namespace {

Duration read_clock(clockid_t clock) {
    timespec time{};
    CHECK(::clock_gettime(clock, &time) == 0);
    return std::chrono::seconds{time.tv_sec} + Duration{time.tv_nsec};
}

/// Waits for events, to the nanosecond where the kernel can (5.11), else to the next millisecond.
int wait_for_events(int epoll, std::span<epoll_event> events, Duration longest) {
    static constexpr Duration second = std::chrono::seconds{1};
    static thread_local bool has_pwait2 = true;
    const auto size = static_cast<int>(events.size());
    if (has_pwait2) {
        const timespec timeout{.tv_sec = longest / second, .tv_nsec = (longest % second).count()};
        const int count = ::epoll_pwait2(epoll, events.data(), size, &timeout, nullptr);
        if (count >= 0 || errno != ENOSYS) return count;
        has_pwait2 = false;
    }
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(longest).count();
    return ::epoll_wait(epoll, events.data(), size, static_cast<int>(ms));
}

}  // namespace

Loop::Loop()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    CHECK(epoll_ && wake_);
    wall_offset_ = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME);
    now_ = precise();
    watch(*wake_, {.readable = true}, [this](Ready) {
        std::uint64_t count = 0;
        // Only EAGAIN can come back, when another turn has emptied it already.
        [[maybe_unused]] const ssize_t size = ::read(*wake_, &count, sizeof count);
    });
}

Loop::~Loop() {
    // What a callback owns may cancel, forget or post as it goes; so each is let go while the Loop
    // is whole, until nothing is left.
    forget(*wake_);
    while (true) {
        const auto calls = std::exchange(calls_, {});
        const auto watches = std::exchange(watches_, {});
        std::vector<std::function<void()>> posted;
        {
            const std::lock_guard lock(posted_mutex_);
            posted.swap(posted_);
        }
        if (calls.empty() && watches.empty() && posted.empty()) return;
    }
}

void Loop::watch(int fd, Ready wanted, OnReady on_ready) {
    CHECK(fd >= 0);
    const auto slot = static_cast<std::size_t>(fd);
    if (slot >= watches_.size()) watches_.resize(slot + 1);
    const bool in_epoll = watches_[slot] != nullptr && watches_[slot]->in_epoll;
    auto next =
        std::make_shared<Watch>(Watch{fd, ++last_generation_, wanted, in_epoll, std::move(on_ready)}
        );
    register_interest(*next);
    watches_[slot].swap(next);  // the old one, now in `next`, ends after the table is in order
}

void Loop::interest(int fd, Ready wanted) {
    const auto slot = static_cast<std::size_t>(fd);
    CHECK(fd >= 0 && slot < watches_.size() && watches_[slot] != nullptr);
    Watch& found = *watches_[slot];
    if (found.interest.readable == wanted.readable && found.interest.writable == wanted.writable)
        return;
    found.interest = wanted;
    register_interest(found);
}

void Loop::forget(int fd) {
    const auto slot = static_cast<std::size_t>(fd);
    if (fd < 0 || slot >= watches_.size() || watches_[slot] == nullptr) return;
    const std::shared_ptr<Watch> gone = std::move(watches_[slot]);
    watches_[slot] = nullptr;
    if (gone->in_epoll) ::epoll_ctl(*epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

void Loop::register_interest(Watch& watch) {
    epoll_event event{};
    if (watch.interest.readable) event.events |= EPOLLIN;
    if (watch.interest.writable) event.events |= EPOLLOUT;
    event.data.u64 = (std::uint64_t{watch.generation} << 32) | static_cast<std::uint32_t>(watch.fd);
    // epoll reports errors and hang-ups even to those who asked for nothing, again and again; so a
    // watch without interest is taken out.
    const bool wanted = event.events != 0;
    if (!wanted && !watch.in_epoll) return;
    const int action = !wanted ? EPOLL_CTL_DEL : watch.in_epoll ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    CHECK(::epoll_ctl(*epoll_, action, watch.fd, &event) == 0);
    watch.in_epoll = wanted;
}

void Loop::dispatch(std::uint64_t token, std::uint32_t events) {
    const auto slot = static_cast<std::size_t>(token & 0xffffffffu);
    if (slot >= watches_.size()) return;
    const std::shared_ptr<Watch> watch = watches_[slot];
    if (watch == nullptr || watch->generation != token >> 32) return;
    const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
    const Ready ready{
        .readable = watch->interest.readable && (broken || (events & EPOLLIN) != 0),
        .writable = watch->interest.writable && (broken || (events & EPOLLOUT) != 0),
    };
    if (ready.readable || ready.writable) watch->on_ready(ready);
}

Instant Loop::now() const { return now_; }

Instant Loop::precise() const { return Instant{read_clock(CLOCK_BOOTTIME) + wall_offset_}; }

Clock::Timer Loop::call_at(Instant at, std::function<void()> then) {
    const Timer timer = ++last_timer_;
    calls_.emplace(timer, std::move(then));
    // A moment that has passed is this one: then those asked for first come first.
    due_.push_back({std::max(at, now_), timer});
    std::push_heap(due_.begin(), due_.end(), std::greater<>{});
    return timer;
}

void Loop::cancel(Timer timer) {
    const auto gone = calls_.extract(timer);
    // A cancelled call stays in the heap; when most of the heap is such, it is swept.
    if (gone.empty() || due_.size() < 64 || due_.size() < 2 * calls_.size()) return;
    std::erase_if(due_, [this](const Call& call) { return !calls_.contains(call.timer); });
    std::make_heap(due_.begin(), due_.end(), std::greater<>{});
}

void Loop::post(std::function<void()> then) {
    bool first = false;
    {
        const std::lock_guard lock(posted_mutex_);
        first = posted_.empty();
        posted_.push_back(std::move(then));
    }
    if (first) wake();
}

void Loop::stop() {
    {
        const std::lock_guard lock(posted_mutex_);
        stop_posted_ = true;
    }
    wake();
}

void Loop::wake() {
    const std::uint64_t one = 1;
    // Only a full counter can refuse, and a full counter wakes as well.
    [[maybe_unused]] const ssize_t size = ::write(*wake_, &one, sizeof one);
}

void Loop::run() {
    // A stop() from before run() counts: it ends the first turn, and what was posted before it is
    // done.
    do {
        run_once(std::chrono::hours{1});
    } while (!std::exchange(stopped_, false));
}

void Loop::run_once(Duration longest) {
    std::array<epoll_event, 256> events;
    const int count = wait_for_events(*epoll_, events, wait_time(longest));
    CHECK(count >= 0 || errno == EINTR);
    now_ = precise();
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        dispatch(event.data.u64, event.events);
    }
    if (count > 0) now_ = precise();
    run_posted();
    run_timers();
}

void Loop::run_posted() {
    std::vector<std::function<void()>> posted;
    {
        const std::lock_guard lock(posted_mutex_);
        posted.swap(posted_);
        if (std::exchange(stop_posted_, false)) stopped_ = true;
    }
    // What they post themselves comes in the next turn, so that descriptors get theirs in between.
    for (std::function<void()>& then : posted) std::exchange(then, nullptr)();
    if (!posted.empty()) now_ = precise();
}

void Loop::run_timers() {
    // First all that is due, then the calls: one that asks for "now" again waits for the next turn.
    std::vector<Timer> ready;
    while (!due_.empty() && due_.front().at <= now_) {
        ready.push_back(due_.front().timer);
        std::pop_heap(due_.begin(), due_.end(), std::greater<>{});
        due_.pop_back();
    }
    for (const Timer timer : ready) {
        const auto call =
            calls_.extract(timer);  // empty when cancelled, an earlier call's doing too
        if (!call.empty()) call.mapped()();
    }
    if (!ready.empty()) now_ = precise();
}

Duration Loop::wait_time(Duration longest) {
    // Cancelled calls at the front would wake us for nothing.
    while (!due_.empty() && !calls_.contains(due_.front().timer)) {
        std::pop_heap(due_.begin(), due_.end(), std::greater<>{});
        due_.pop_back();
    }
    if (!due_.empty()) longest = std::min(longest, due_.front().at - precise());
    return std::max(longest, Duration::zero());
}

}  // namespace swell
