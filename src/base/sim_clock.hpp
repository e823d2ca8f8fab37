#pragma once

#include <functional>
#include <map>
#include <unordered_map>
#include <utility>

#include "base/clock.hpp"

namespace swell {

/// Virtual time: stands still until it is run, then jumps from call to call. One thread.
class SimClock final : public Clock {
  public:
    explicit SimClock(Instant start = Instant{}) : now_(start) {}

    Instant now() const override { return now_; }

    Timer call_at(Instant at, std::function<void()> then) override {
        const Timer timer = ++last_;
        const Key key{at < now_ ? now_ : at, timer};
        calls_.emplace(key, std::move(then));
        due_.emplace(timer, key.first);
        return timer;
    }

    void cancel(Timer timer) override {
        const auto found = due_.find(timer);
        if (found == due_.end()) return;
        calls_.erase({found->second, timer});
        due_.erase(found);
    }

    /// Makes every call due up to and including `until`, in order, and ends with now() == until.
    void run_until(Instant until) {
        while (!calls_.empty() && calls_.begin()->first.first <= until) step();
        if (now_ < until) now_ = until;
    }

    void run_for(Duration duration) { run_until(now_ + duration); }

    /// Makes the next call, if any. Returns whether there was one.
    bool step() {
        if (calls_.empty()) return false;
        auto next = calls_.extract(calls_.begin());
        now_ = next.key().first;
        due_.erase(next.key().second);
        next.mapped()();
        return true;
    }

    std::size_t pending() const { return calls_.size(); }

  private:
    using Key = std::pair<Instant, Timer>;

    Instant now_;
    Timer last_ = 0;
    std::map<Key, std::function<void()>> calls_;
    std::unordered_map<Timer, Instant> due_;
};

}  // namespace swell
