#include "control/workqueue.hpp"

#include <algorithm>
#include <utility>

namespace swell::control {

using namespace std::chrono_literals;

Workqueue::Workqueue(Clock& clock, Process process) : clock_(clock), process_(std::move(process)) {}

Workqueue::~Workqueue() {
    clock_.cancel(next_);
    for (const auto& [key, later] : later_) clock_.cancel(later.timer);
}

void Workqueue::add(const Key& key) {
    if (!is_ready_.insert(key).second) return;
    ready_.push_back(key);
    schedule();
}

void Workqueue::add_after(const Key& key, Duration delay) {
    if (delay <= 0s) return add(key);
    const Instant at = clock_.now() + delay;
    if (const auto found = later_.find(key); found != later_.end()) {
        if (found->second.at <= at) return;
        clock_.cancel(found->second.timer);
        later_.erase(found);
    }
    const Clock::Timer timer = clock_.call_at(at, [this, key] {
        later_.erase(key);
        add(key);
    });
    later_.emplace(key, Later{at, timer});
}

void Workqueue::remove(const Key& key) {
    if (is_ready_.erase(key) != 0) std::erase(ready_, key);
    if (const auto found = later_.find(key); found != later_.end()) {
        clock_.cancel(found->second.timer);
        later_.erase(found);
    }
    failures_.erase(key);
}

int Workqueue::failures(const Key& key) const {
    const auto found = failures_.find(key);
    return found == failures_.end() ? 0 : found->second;
}

Duration Workqueue::back_off(int failures) {
    constexpr Duration longest = 1000s;
    constexpr int doublings_to_longest = 18;  // 5 ms · 2^18 > 1000 s, and nowhere near overflow
    if (failures >= doublings_to_longest) return longest;
    return std::min<Duration>(5ms * (std::int64_t{1} << std::max(failures, 0)), longest);
}

void Workqueue::schedule() {
    if (next_ != 0 || processing_ || ready_.empty()) return;
    next_ = clock_.call_at(clock_.now(), [this] { process_next(); });
}

void Workqueue::process_next() {
    next_ = 0;
    if (ready_.empty()) return;
    const Key key = std::move(ready_.front());
    ready_.pop_front();
    is_ready_.erase(key);
    processing_ = true;
    const bool done = process_(key).has_value();
    processing_ = false;
    if (done) {
        failures_.erase(key);
    } else {
        add_after(key, back_off(failures_[key]++));
    }
    schedule();
}

}  // namespace swell::control
