#pragma once

#include <functional>
#include <mutex>
#include <thread>

#include "base/loop_io.hpp"
#include "trial/load/plan.hpp"
#include "trial/load/progress.hpp"
#include "trial/load/sender_io.hpp"

namespace swell::trial {

/// A load under way, on a thread of its own with a loop of its own.
class Load {
  public:
    /// Starts at once. `on_finished` is called once, on the load's own thread, when all is over;
    /// not when the Load is destroyed before that.
    explicit Load(Plan plan, std::function<void()> on_finished = {});
    /// Cuts what is under way.
    ~Load();
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    /// From any thread. A copy, with three histograms: meant for a few calls a second.
    Progress progress() const;
    /// From any thread: no more arrivals; finished once what is under way is answered or times out.
    void stop();

  private:
    Loop loop_;
    Shared shared_;
    Sender sender_;
    std::jthread thread_;  // last: runs the loop
};

}  // namespace swell::trial
