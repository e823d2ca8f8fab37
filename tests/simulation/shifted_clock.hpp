#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>
#include <utility>

#include "base/sim_clock.hpp"

namespace swell::simulation {

/// The clock that the control plane reads, beside the true time that the pods live in. It can be
/// ahead of it: a machine that slept wakes up to timers that are all overdue. While nobody waits
/// for a timer it can also be set back, as between two lives of a control plane.
class ShiftedClock final : public Clock {
  public:
    explicit ShiftedClock(SimClock& truth) : truth_(truth) {}
    ~ShiftedClock() override { truth_.cancel(wake_); }

    Instant now() const override { return truth_.now() + ahead_; }

    Timer call_at(Instant at, std::function<void()> then) override {
        const Timer timer = ++last_;
        const Instant due = std::max(at, now());
        calls_.emplace(Key{due, timer}, std::move(then));
        due_.emplace(timer, due);
        arm();
        return timer;
    }

    void cancel(Timer timer) override {
        const auto found = due_.find(timer);
        if (found == due_.end()) return;
        calls_.erase({found->second, timer});
        due_.erase(found);
        arm();
    }

    void jump(Duration by) {
        ahead_ += by;
        arm();
    }

  private:
    using Key = std::pair<Instant, Timer>;

    void arm() {
        if (calls_.empty()) {
            truth_.cancel(std::exchange(wake_, 0));
            return;
        }
        const Instant at = calls_.begin()->first.first - ahead_;
        if (wake_ != 0 && wake_at_ == at) return;
        truth_.cancel(wake_);
        wake_at_ = at;
        wake_ = truth_.call_at(at, [this] { next(); });
    }

    void next() {
        wake_ = 0;
        auto call = calls_.extract(calls_.begin());
        due_.erase(call.key().second);
        call.mapped()();
        arm();
    }

    SimClock& truth_;
    Duration ahead_{};
    Timer last_ = 0, wake_ = 0;
    Instant wake_at_{};
    std::map<Key, std::function<void()>> calls_;
    std::unordered_map<Timer, Instant> due_;
};

}  // namespace swell::simulation
