#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/loop_io.hpp"
#include "cluster/pods/shim/shim_spec.hpp"

namespace swell::cluster::pods {

/// A command that runs within a container, by a helper process. Destroying it kills the command.
class ExecHelper {
  public:
    using Done = std::function<void(Result<ExecResult>)>;

    /// Calls `done` once, from the loop. Errors  timeout, unavailable: no helper could be started.
    ExecHelper(
        Loop& loop,
        const std::string& swell_binary,
        const ExecSpec& spec,
        Duration within,
        Done done
    );
    ~ExecHelper();
    ExecHelper(const ExecHelper&) = delete;
    ExecHelper& operator=(const ExecHelper&) = delete;

  private:
    void on_report();
    void finish(Result<ExecResult> result);

    Loop& loop_;
    Done done_;
    Fd report_, pidfd_;
    std::string line_;
    Clock::Timer timer_ = 0;
};

}  // namespace swell::cluster::pods
