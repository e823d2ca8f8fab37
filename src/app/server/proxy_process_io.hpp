#pragma once

#include <functional>
#include <string>

#include "app/server/state_dir_io.hpp"
#include "base/loop_io.hpp"

namespace swell::app {

/// Keeps one `swell proxy` process running: starts it, starts it again when it ends, finds the one
/// of an earlier control plane (by pid and start time). Loop's thread.
class ProxyProcess {
  public:
    struct Config {
        StateDir dir;
        std::string binary;  ///< of swell
        int lifeline =
            -1;  ///< read end of a pipe that closes when we end; -1: the proxy outlives us
    };

    ProxyProcess(Loop& loop, Config config);
    ~ProxyProcess();
    ProxyProcess(const ProxyProcess&) = delete;
    ProxyProcess& operator=(const ProxyProcess&) = delete;

    /// Adopts or starts. Errors  unavailable: it cannot be started.
    Result<void> start();
    /// Ends it: SIGTERM, then SIGKILL after `grace`; calls `done` when it is gone.
    void stop(Duration grace, std::function<void()> done);

    int pid() const { return pid_; }
    /// It was there before us, and has no lifeline of ours.
    bool adopted() const { return adopted_; }
    int restarts() const { return restarts_; }

  private:
    Result<void> spawn();
    bool adopt();
    void watch_end();
    void ended();
    void start_later();

    Loop& loop_;
    Config config_;
    int pid_ = 0;
    bool child_ = false;  // ours to reap
    bool adopted_ = false;
    Fd pidfd_;
    int restarts_ = 0;
    Duration pause_{};
    Clock::Timer timer_ = 0;
    bool stopping_ = false;
    std::function<void()> stopped_;
};

}  // namespace swell::app
