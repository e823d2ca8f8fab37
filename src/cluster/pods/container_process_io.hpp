#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/loop_io.hpp"
#include "cluster/pods/shim/shim_spec.hpp"

namespace swell::cluster::pods {

/// The variable that every program of a run has, with the run's folder as its value: what is left
/// of it is found by that when its shim and its init are both gone.
inline constexpr const char* run_variable = "SWELL_RUN";

/// A container's shim, ours or one adopted. Destroying it lets go and kills nothing.
class ContainerProcess {
  public:
    struct Calls {
        std::function<void(const Running&)>
            on_started;  ///< the program runs; not called for an adopted one
        std::function<void(const Exit&)>
            on_exit;  ///< once, after everything in the container is gone
    };

    /// Starts a shim. Errors  unavailable.
    static Result<std::unique_ptr<ContainerProcess>> start(
        Loop& loop,
        const std::string& swell_binary,
        const ShimSpec& spec,
        const Fd* lifeline,
        Calls calls
    );
    /// Takes over the shim behind `pidfd`.
    static std::unique_ptr<ContainerProcess> adopt(
        Loop& loop, const std::string& run_dir, const Running& running, Fd pidfd, Calls calls
    );
    ~ContainerProcess();
    ContainerProcess(const ContainerProcess&) = delete;
    ContainerProcess& operator=(const ContainerProcess&) = delete;

    const Running& running() const { return running_; }
    void terminate();      ///< SIGTERM to the program
    void kill();           ///< SIGKILL to everything in the container
    void hold_lifeline();  ///< an adopted one: end with us from now on
    /// Waits for its end, at most so long, without the loop; then makes sure. For the last resort.
    void join(Duration longest);

  private:
    ContainerProcess(Loop& loop, std::string run_dir, Calls calls)
        : loop_(loop), run_dir_(std::move(run_dir)), calls_(std::move(calls)) {}

    void watch();
    void on_report();
    void on_end();
    void reap();

    Loop& loop_;
    std::string run_dir_;
    Calls calls_;
    Running running_;
    Fd pidfd_, report_;
    std::string line_;
    bool ours_ = false;
};

/// What is left of an attempt of an earlier control plane.
struct FoundRun {
    enum class What {
        none,   ///< never began, and never will
        alive,  ///< its shim runs
        ended,  ///< it left an exit record
        lost,   ///< it began, and neither runs nor left a record
    };
    What what = What::none;
    Running running;
    Exit exit;
    Fd pidfd;
};
/// Ends what a lost one has left behind.
FoundRun find_run(const std::string& run_dir);

/// The exit of a container that is gone without a record, in kubelet's words.
Exit lost_exit(Instant now);

}  // namespace swell::cluster::pods
