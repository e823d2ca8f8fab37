#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "spec/object.hpp"

namespace swell::control {

/// Which objects are to be looked at: each key once, one at a time, in the order of their asking.
///
/// `process` is called from the clock, never from inside add(). It looks at the object as it is
/// now; what happened to it in between is of no interest. A key asked for while it is being
/// processed is processed again afterwards. Bounded by the number of keys.
///
/// Source  client-go's workqueue and its ItemExponentialFailureRateLimiter.
class Workqueue {
  public:
    using Key = spec::Key;
    /// A failure is tried again after a back-off of its own key; success forgets the back-off.
    using Process = std::function<Result<void>(const Key&)>;

    Workqueue(Clock& clock, Process process);
    ~Workqueue();
    Workqueue(const Workqueue&) = delete;
    Workqueue& operator=(const Workqueue&) = delete;

    /// Soon, after those that wait already.
    void add(const Key& key);
    /// After `delay`; of several delays of one key the earliest counts. Not positive: add().
    void add_after(const Key& key, Duration delay);
    /// Forgets that the key is wanted, and its failures: for objects that are gone.
    void remove(const Key& key);
    /// How often the key has failed in a row.
    int failures(const Key& key) const;
    /// Keys that wait, for now or for later.
    std::size_t size() const { return ready_.size() + later_.size(); }

    /// 5 ms · 2^failures, at most 1000 s.
    static Duration back_off(int failures);

  private:
    struct Later {
        Instant at;
        Clock::Timer timer;
    };

    void schedule();
    void process_next();

    Clock& clock_;
    Process process_;
    std::deque<Key> ready_;
    std::set<Key> is_ready_;
    std::map<Key, Later> later_;
    std::map<Key, int> failures_;
    Clock::Timer next_ = 0;
    bool processing_ = false;
};

}  // namespace swell::control
