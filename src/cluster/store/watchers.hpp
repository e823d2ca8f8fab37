#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cluster/cluster.hpp"
#include "cluster/store/history.hpp"

namespace swell::cluster {

/// Those who watch, and how far each has seen.
///
/// A live watcher is told of a write as soon as it is committed, inside the write call; one that
/// starts in the past catches up in pieces from the clock first. A write that a callback makes is
/// told after the one being told. A Watching may be destroyed at any moment, inside a callback too.
class Watchers {
  public:
    using OnChange = std::function<void(const Change&)>;
    using OnExpired = std::function<void()>;

    /// Both outlive this.
    Watchers(Clock& clock, const History& history);
    ~Watchers();

    std::unique_ptr<Watching> add(
        const Query& query, std::uint64_t since, OnChange on_change, OnExpired on_expired
    );
    /// Tells live watchers what has been added to the history.
    void deliver();

  private:
    struct State;
    struct Watcher;
    class Handle;

    static void call_catch_up(
        const std::shared_ptr<State>& state, const std::shared_ptr<Watcher>& watcher
    );

    std::shared_ptr<State>
        state_;  // shared with handles and clock calls, which may outlive the store
};

}  // namespace swell::cluster
