#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace swell::cluster::pods {

/// The descriptors that every shim is born with, beside /dev/null as 0, 1 and 2.
namespace shim_fd {
inline constexpr int spec = 3;      ///< the JSON of a ShimSpec or ExecSpec, to be read to its end
inline constexpr int lifeline = 4;  ///< a pipe whose end means: kill everything (not with `detach`)
inline constexpr int report = 5;    ///< where the shim writes one line of JSON when it knows more
}  // namespace shim_fd

using Environment = std::vector<std::pair<std::string, std::string>>;

/// What a container sees of a volume.
struct Mount {
    std::string source;  ///< on this machine, absolute
    std::string target;  ///< in the container, absolute
    bool read_only = false;
    bool operator==(const Mount&) const = default;
};

/// How far a container is kept apart. `best` takes the first that this machine allows, in this
/// order: own PID and mount namespaces by privilege, the same within a user namespace, else only a
/// subreaper.
enum class Isolation { best, namespaces, user_namespaces, subreaper };

const char* word(Isolation isolation);
Isolation isolation_from(std::string_view word);

/// Everything a shim needs to run one container once.
struct ShimSpec {
    std::vector<std::string> argv;  ///< at least the program
    Environment env;
    std::string cwd;
    std::string run_dir;                    ///< of this attempt: running.json and exit.json go here
    std::string log;                        ///< the log file; rotated ones stand beside it
    std::vector<std::string> cgroup_procs;  ///< files to join by writing 0
    std::string oom_file;                   ///< memory.events or memory.oom_control; may be empty
    std::vector<Mount> mounts;
    std::string lifeline_path;  ///< a FIFO to hold on to when told to by SIGUSR2; may be empty
    Isolation isolation = Isolation::best;
    bool operator==(const ShimSpec&) const = default;
};

/// A command within a running container: an exec probe or a lifecycle handler.
struct ExecSpec {
    std::vector<std::string> argv;
    Environment env;
    std::string cwd;
    std::vector<std::string> cgroup_procs;
    std::int64_t init_pid = 0;  ///< the container's init, whose namespaces are joined
    Isolation isolation = Isolation::subreaper;
    bool operator==(const ExecSpec&) const = default;
};

/// Names a process for good: a pid alone is used again.
struct ProcessId {
    std::int64_t pid = 0;
    std::uint64_t start_time = 0;  ///< field 22 of /proc/PID/stat, in clock ticks since boot
    std::string boot_id;           ///< because ticks begin anew at boot
    bool operator==(const ProcessId&) const = default;
};

/// running.json: who runs this attempt. `cancelled` says that the runtime took the place of a shim
/// that had not begun, and that it must not begin any more.
struct Running {
    ProcessId shim;
    std::int64_t init_pid = 0;  ///< 0 until the container's init is there
    Isolation isolation = Isolation::best;
    Instant started_at{};
    bool cancelled = false;
    bool operator==(const Running&) const = default;
};

/// exit.json: how the attempt ended.
struct Exit {
    int code = 0;    ///< 128 + signal when killed by one
    int signal = 0;  ///< 0: it ended by itself
    bool oom = false;
    std::string start_error;  ///< not empty: the program could not be started
    Instant started_at{}, finished_at{};
    bool operator==(const Exit&) const = default;
};

/// What the report line of `swell shim exec` says.
struct ExecResult {
    int code = 0;
    std::string output;  ///< stdout and stderr, the first 10 KiB
    bool operator==(const ExecResult&) const = default;
};

/// A container's exit from wait()'s status. `oom_kills` is how often the kernel killed within its
/// cgroup during the attempt; only an end by SIGKILL (or a shell that passes it on as 137) is laid
/// to that.
Exit exit_from_wait(int wait_status, std::uint64_t oom_kills);

Json to_json(const ShimSpec& spec);
Json to_json(const ExecSpec& spec);
Json to_json(const Running& running);
Json to_json(const Exit& exit);
Json to_json(const ExecResult& result);

/// Errors  invalid: not the JSON of such a value.
Result<ShimSpec> shim_spec_from(std::string_view text);
Result<ExecSpec> exec_spec_from(std::string_view text);
Result<Running> running_from(std::string_view text);
Result<Exit> exit_from(std::string_view text);
Result<ExecResult> exec_result_from(std::string_view text);

}  // namespace swell::cluster::pods
