#pragma once

#include <deque>
#include <functional>
#include <map>

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
    std::size_t size() const { return ready_.size() + later_; }

    /// 5 ms · 2^failures, at most 1000 s.
    static Duration back_off(int failures);

  private:
    // What is known of a key; one that waits for nothing and has not failed is forgotten.
    struct Entry {
        bool is_ready = false;
        Clock::Timer timer = 0;  // 0: not wanted for later
        Instant at{};            // of the timer
        int failures = 0;
        bool is_idle() const { return !is_ready && timer == 0 && failures == 0; }
    };
    using Entries = std::map<Key, Entry>;
    using Known = Entries::value_type;

    void make_ready(Known& known);
    void cancel(Entry& entry);
    void schedule();
    void process_next();

    Clock& clock_;
    Process process_;
    Entries entries_;
    std::deque<Known*> ready_;
    std::size_t later_ = 0;  // entries with a timer
    Clock::Timer next_ = 0;
    bool processing_ = false;
};

}  // namespace swell::control
