#pragma once

#include <cstdint>

#include "base/fd_io.hpp"
#include "cluster/pods/shim/shim_spec.hpp"

namespace swell::cluster::pods {

/// What a container's init tells its shim over a pipe; small enough to be written at once.
struct InitMessage {
    enum class What : std::int32_t {
        not_isolated,  ///< this machine refuses this isolation; nothing was started
        start_failed,  ///< the program could not be started; `text` says why
        started,       ///< the program runs
        exited,        ///< the program ended; `status` is wait()'s
    };
    What what = What::exited;
    std::int32_t status = 0;
    char text[240] = {};
};

struct InitPipes {
    Fd out, err;  ///< become the program's 1 and 2
    Fd report;    ///< InitMessages
    Fd go;  ///< a byte comes when the user namespace is mapped; its end means that the shim died
};

/// Runs a container's init in this process, a fresh fork; never returns.
///
/// It starts the program, passes SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 and SIGWINCH on
/// to it, reaps whoever is left to it, and ends with the program. As PID 1 of a namespace its end
/// is everybody's; else it is a subreaper and kills what is left. It dies with its shim.
[[noreturn]] void run_init(const ShimSpec& spec, Isolation isolation, InitPipes pipes);

/// clone() flags of an isolation.
int clone_flags(Isolation isolation);

/// In a fresh child: joins cgroups, sets the environment and folder, clears signals, and becomes
/// the program. Returns only when it fails, with the reason.
Error become(
    const std::vector<std::string>& argv,
    const Environment& env,
    const std::string& cwd,
    const std::vector<Fd>& cgroup_procs
);

/// Opens cgroup.procs files for writing; those that cannot be opened are left out.
std::vector<Fd> open_cgroup_procs(const std::vector<std::string>& paths);

}  // namespace swell::cluster::pods
