#include "control/workqueue.hpp"

#include <algorithm>
#include <utility>

namespace swell::control {

using namespace std::chrono_literals;

Workqueue::Workqueue(Clock& clock, Process process) : clock_(clock), process_(std::move(process)) {}

Workqueue::~Workqueue() {
    clock_.cancel(next_);
    for (const auto& [key, entry] : entries_) clock_.cancel(entry.timer);
}

void Workqueue::add(const Key& key) { make_ready(*entries_.try_emplace(key).first); }

void Workqueue::make_ready(Known& known) {
    if (std::exchange(known.second.is_ready, true)) return;
    ready_.push_back(&known);
    schedule();
}

void Workqueue::add_after(const Key& key, Duration delay) {
    if (delay <= 0s) return add(key);
    const Instant at = clock_.now() + delay;
    Known& known = *entries_.try_emplace(key).first;
    Entry& entry = known.second;
    if (entry.timer != 0 && entry.at <= at) return;
    cancel(entry);
    entry.at = at;
    entry.timer = clock_.call_at(at, [this, &known] {
        known.second.timer = 0;
        --later_;
        make_ready(known);
    });
    ++later_;
}

void Workqueue::cancel(Entry& entry) {
    if (entry.timer == 0) return;
    clock_.cancel(std::exchange(entry.timer, 0));
    --later_;
}

void Workqueue::remove(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    if (found->second.is_ready) std::erase(ready_, &*found);
    cancel(found->second);
    entries_.erase(found);
}

int Workqueue::failures(const Key& key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? 0 : found->second.failures;
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
    Known* const next = ready_.front();
    ready_.pop_front();
    next->second.is_ready = false;
    const Key key = next->first;  // process may remove it
    processing_ = true;
    const bool done = process_(key).has_value();
    processing_ = false;
    if (!done) {
        add_after(key, back_off(entries_[key].failures++));
    } else if (const auto found = entries_.find(key); found != entries_.end()) {
        found->second.failures = 0;
        if (found->second.is_idle()) entries_.erase(found);
    }
    schedule();
}

}  // namespace swell::control
