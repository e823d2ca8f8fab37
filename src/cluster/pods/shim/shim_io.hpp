#pragma once

#include "cluster/pods/shim/shim_spec.hpp"

namespace swell::cluster::pods {

/// Runs one container once, to its end: isolation, log, exit record. Returns the process's exit
/// code.
///
/// Signals to it: SIGTERM, SIGINT, SIGHUP, SIGQUIT go on to the program; SIGUSR1 kills everything
/// in the container; SIGUSR2 makes it hold on to `lifeline_path`, so that it ends with the control
/// plane that adopted it.
int run_shim(const ShimSpec& spec);

/// What this machine allows: the best isolation that really works here, and why not a better one.
struct IsolationCheck {
    Isolation best = Isolation::subreaper;
    std::string why_not_better;
};
IsolationCheck check_isolation();

}  // namespace swell::cluster::pods
