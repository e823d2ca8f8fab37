#include "cluster/pods/shim/exec_io.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "cluster/pods/shim/init_io.hpp"

namespace swell::cluster::pods {

namespace {

constexpr std::size_t output_kept = 10u << 10;

/// Enters the namespaces of the container's init; a child then lives in its PID namespace.
Result<void> enter(const ExecSpec& spec) {
    if (spec.isolation == Isolation::subreaper || spec.init_pid <= 0) return {};
    const std::string ns = "/proc/" + std::to_string(spec.init_pid) + "/ns/";
    // All are opened first: after the mount namespace changed, /proc is another.
    const Fd user(::open((ns + "user").c_str(), O_RDONLY | O_CLOEXEC));
    const Fd pid(::open((ns + "pid").c_str(), O_RDONLY | O_CLOEXEC));
    const Fd mnt(::open((ns + "mnt").c_str(), O_RDONLY | O_CLOEXEC));
    if (!pid || !mnt) return fail(Code::not_found, "the container is gone");
    if (spec.isolation == Isolation::user_namespaces && ::setns(*user, CLONE_NEWUSER) != 0)
        return std::unexpected(errno_error("enter the container's user namespace"));
    if (::setns(*pid, CLONE_NEWPID) != 0 || ::setns(*mnt, CLONE_NEWNS) != 0)
        return std::unexpected(errno_error("enter the container's namespaces"));
    return {};
}

std::string read_kept(const Fd& from) {
    std::string kept;
    char bytes[4096];
    while (true) {
        const ssize_t got = ::read(*from, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return kept;
        kept.append(bytes, std::min(static_cast<std::size_t>(got), output_kept - kept.size()));
    }
}

}  // namespace

ExecResult run_exec(const ExecSpec& spec) {
    const auto cgroups = open_cgroup_procs(spec.cgroup_procs);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {126, "no pipe"};
    const Fd output(ends[0]);
    Fd input(ends[1]);
    if (const auto entered = enter(spec); !entered) return {126, entered.error().what};
    const pid_t pid = ::fork();
    if (pid < 0) return {126, errno_error("fork").what};
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(*input, 1);
        ::dup2(*input, 2);
        const std::string why = become(spec.argv, spec.env, spec.cwd, cgroups).what;
        [[maybe_unused]] const ssize_t wrote = ::write(2, why.data(), why.size());
        ::_exit(126);
    }
    input.reset();
    ExecResult result;
    result.output = read_kept(output);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    result.code = exit_from_wait(status, 0).code;
    return result;
}

}  // namespace swell::cluster::pods
