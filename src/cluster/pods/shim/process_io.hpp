#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fd_io.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "cluster/pods/cgroup/usage.hpp"
#include "cluster/pods/shim/shim_spec.hpp"

namespace swell::cluster::pods {

/// What /proc/PID/stat says of a process.
struct ProcessStat {
    pid_t pid = 0, parent = 0;
    char state = '?';
    std::uint64_t start_time = 0;   ///< ticks since boot
    std::uint64_t cpu_ticks = 0;    ///< own, user and system
    std::uint64_t child_ticks = 0;  ///< of children that were waited for
    std::uint64_t resident_pages = 0;
};

/// Empty when there is no such process.
std::optional<ProcessStat> process_stat(pid_t pid);

/// Empty when there is no such process.
std::optional<ProcessId> process_id(pid_t pid);

std::string boot_id();

/// A descriptor for the process, when it is still the one named. It is readable once the process
/// ended. Errors  not_found: it ended, or the pid is another's by now.
Result<Fd> open_process(const ProcessId& id);

/// Sends a signal to the process behind a pidfd; one that ended is no error.
void signal_process(const Fd& pidfd, int signal);

/// All processes that descend from `root`, without it, parents before children.
std::vector<ProcessStat> descendants(pid_t root);

/// Kills all descendants of the calling process with SIGKILL, again and again until none is left,
/// and reaps them. The caller must be a subreaper; then nobody can slip away by a double fork.
void kill_descendants();

/// Kills with SIGKILL every process that was started with `entry` (`NAME=VALUE`) in its
/// environment, again and again until none is left or a quarter of a second has gone by. For those
/// whose family is gone; one that was started with a cleared environment is not found.
void kill_marked(const std::string& entry);

/// Usage of a process and all its descendants, from /proc: for machines without control groups.
/// Children that were waited for are counted with their parent.
std::optional<UsageSample> tree_usage(pid_t root, Instant at);

}  // namespace swell::cluster::pods
