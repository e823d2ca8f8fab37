#include "cluster/pods/shim/init_io.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "cluster/pods/shim/mounts_io.hpp"
#include "cluster/pods/shim/process_io.hpp"

namespace swell::cluster::pods {

namespace {

constexpr int forwarded[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};
/// Sent to a subreaper init when its shim dies; not one that anybody would send to a program.
constexpr int shim_died = SIGPWR;

void tell(const Fd& pipe, InitMessage::What what, int status, const std::string& text = {}) {
    InitMessage message;
    message.what = what;
    message.status = status;
    std::strncpy(message.text, text.c_str(), sizeof message.text - 1);
    [[maybe_unused]] const ssize_t wrote = ::write(*pipe, &message, sizeof message);
}

sigset_t awaited() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGCHLD);
    ::sigaddset(&set, shim_died);
    for (const int signal : forwarded) ::sigaddset(&set, signal);
    return set;
}

void clear_signals() {
    for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Starts the program. Returns its pid, or an error after telling nobody.
Result<pid_t> start_program(
    const ShimSpec& spec, const InitPipes& pipes, const std::vector<Fd>& cgroups
) {
    int failed[2];
    if (::pipe2(failed, O_CLOEXEC) != 0) return std::unexpected(errno_error("pipe"));
    const Fd read_end(failed[0]);
    Fd write_end(failed[1]);
    const pid_t pid = ::fork();
    if (pid < 0) return std::unexpected(errno_error("fork"));
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::setsid();
        ::dup2(*pipes.out, 1);
        ::dup2(*pipes.err, 2);
        const Error error = become(spec.argv, spec.env, spec.cwd, cgroups);
        [[maybe_unused]] const ssize_t wrote =
            ::write(*write_end, error.what.data(), error.what.size());
        ::_exit(127);
    }
    write_end.reset();
    char why[200];
    ssize_t got = 0;  // nothing comes: exec closed the pipe
    while ((got = ::read(*read_end, why, sizeof why)) < 0 && errno == EINTR) continue;
    if (got <= 0) return pid;
    ::waitpid(pid, nullptr, 0);
    return fail(Code::invalid, std::string(why, static_cast<std::size_t>(got)));
}

bool wait_for_go(const Fd& go) {
    char byte = 0;
    ssize_t got = 0;
    while ((got = ::read(*go, &byte, 1)) < 0 && errno == EINTR) continue;
    // The shim may have died before its death would signal us; then the other end is closed.
    pollfd alive{*go, 0, 0};
    return got == 1 && ::poll(&alive, 1, 0) == 0;
}

[[noreturn]] void end(Isolation isolation) {
    if (isolation == Isolation::subreaper) kill_descendants();
    ::_exit(0);
}

/// Waits for signals until the program has ended; says so.
void mind(pid_t program, const Fd& report, Isolation isolation) {
    const sigset_t set = awaited();
    while (true) {
        int status = 0;
        for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
            if (pid != program) continue;
            // Everything goes before the word of it, so that who hears it finds nothing left.
            if (isolation == Isolation::subreaper) kill_descendants();
            tell(report, InitMessage::What::exited, status);
            return;
        }
        const int signal = ::sigwaitinfo(&set, nullptr);
        if (signal == shim_died) end(isolation);
        if (std::find(std::begin(forwarded), std::end(forwarded), signal) != std::end(forwarded))
            ::kill(program, signal);
    }
}

}  // namespace

int clone_flags(Isolation isolation) {
    switch (isolation) {
        case Isolation::best:
        case Isolation::namespaces:
            return CLONE_NEWPID | CLONE_NEWNS;
        case Isolation::user_namespaces:
            return CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUSER;
        case Isolation::subreaper:
            return 0;
    }
    return 0;
}

std::vector<Fd> open_cgroup_procs(const std::vector<std::string>& paths) {
    std::vector<Fd> opened;
    for (const std::string& path : paths) {
        Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        if (file) opened.push_back(std::move(file));
    }
    return opened;
}

Error become(
    const std::vector<std::string>& argv,
    const Environment& env,
    const std::string& cwd,
    const std::vector<Fd>& cgroup_procs
) {
    for (const Fd& procs : cgroup_procs)
        if (::write(*procs, "0", 1) != 1) return errno_error("join cgroup");
    if (!cwd.empty() && ::chdir(cwd.c_str()) != 0) return errno_error("workingDir " + cwd);
    ::umask(022);
    std::vector<char*> arguments, variables;
    for (const std::string& text : argv) arguments.push_back(const_cast<char*>(text.c_str()));
    arguments.push_back(nullptr);
    std::vector<std::string> joined;
    for (const auto& [name, value] : env) joined.push_back(name + "=" + value);
    for (const std::string& text : joined) variables.push_back(const_cast<char*>(text.c_str()));
    variables.push_back(nullptr);
    clear_signals();
    environ = variables.data();  // execvp looks the program up in the container's own PATH
    ::execvp(arguments[0], arguments.data());
    return errno_error("exec " + argv[0]);
}

void run_init(const ShimSpec& spec, Isolation isolation, InitPipes pipes) {
    const bool namespaced = isolation != Isolation::subreaper;
    const sigset_t set = awaited();
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    ::prctl(PR_SET_PDEATHSIG, namespaced ? SIGKILL : shim_died);
    ::prctl(PR_SET_NAME, "swell-init");
    if (!namespaced) ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (!wait_for_go(pipes.go)) ::_exit(0);

    const auto cgroups = open_cgroup_procs(spec.cgroup_procs);
    if (namespaced) {
        const auto own = make_mounts_private();
        if (!own) {
            tell(pipes.report, InitMessage::What::not_isolated, 0, own.error().what);
            ::_exit(0);
        }
    }
    Result<void> mounted;
    if (namespaced) mounted = mount_volumes(spec.mounts);
    const Result<pid_t> program = mounted ? start_program(spec, pipes, cgroups)
                                          : Result<pid_t>(std::unexpected(mounted.error()));
    pipes.out.reset();
    pipes.err.reset();
    if (!program) {
        tell(pipes.report, InitMessage::What::start_failed, 0, program.error().what);
        end(isolation);
    }
    tell(pipes.report, InitMessage::What::started, 0);
    mind(*program, pipes.report, isolation);
    end(isolation);
}

}  // namespace swell::cluster::pods
