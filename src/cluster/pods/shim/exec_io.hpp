#pragma once

#include "cluster/pods/shim/shim_spec.hpp"

namespace swell::cluster::pods {

/// Runs a command in a running container's namespaces and cgroups, and waits for it; it dies with
/// this process. Output beyond 10 KiB is read and dropped, as kubelet does.
ExecResult run_exec(const ExecSpec& spec);

}  // namespace swell::cluster::pods
