#include "cluster/pods/container_process_io.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "cluster/pods/shim/process_io.hpp"
#include "cluster/pods/shim/spawn_io.hpp"

namespace swell::cluster::pods {

namespace {

/// A shim ended without a record. A namespace has died with its init; without one, a daemon that
/// had left the family outlives init and shim, when these are killed together.
void end_orphans(const std::string& run_dir, Isolation isolation) {
    if (isolation == Isolation::namespaces || isolation == Isolation::user_namespaces) return;
    kill_marked(std::string(run_variable) + "=" + run_dir);
}

}  // namespace

Result<std::unique_ptr<ContainerProcess>> ContainerProcess::start(
    Loop& loop,
    const std::string& swell_binary,
    const ShimSpec& spec,
    const Fd* lifeline,
    Calls calls
) {
    std::unique_ptr<ContainerProcess> process(
        new ContainerProcess(loop, spec.run_dir, std::move(calls))
    );
    auto spawned = spawn_shim(swell_binary, "run", to_json(spec).dump(), lifeline);
    if (!spawned) return std::unexpected(spawned.error());
    process->running_.shim = process_id(spawned->pid).value_or(ProcessId{spawned->pid, 0, ""});
    process->running_.started_at = loop.precise();
    process->pidfd_ = std::move(spawned->pidfd);
    process->report_ = std::move(spawned->report);
    process->ours_ = true;
    process->watch();
    return process;
}

std::unique_ptr<ContainerProcess> ContainerProcess::adopt(
    Loop& loop, const std::string& run_dir, const Running& running, Fd pidfd, Calls calls
) {
    std::unique_ptr<ContainerProcess> process(new ContainerProcess(loop, run_dir, std::move(calls))
    );
    process->running_ = running;
    process->pidfd_ = std::move(pidfd);
    process->watch();
    return process;
}

ContainerProcess::~ContainerProcess() {
    if (report_) loop_.forget(*report_);
    if (pidfd_) loop_.forget(*pidfd_);
}

void ContainerProcess::terminate() { signal_process(pidfd_, SIGTERM); }

void ContainerProcess::kill() { signal_process(pidfd_, SIGUSR1); }

void ContainerProcess::hold_lifeline() { signal_process(pidfd_, SIGUSR2); }

void ContainerProcess::join(Duration longest) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(longest).count();
    pollfd ended{*pidfd_, POLLIN, 0};
    if (::poll(&ended, 1, static_cast<int>(ms)) == 0) signal_process(pidfd_, SIGKILL);
    ::poll(&ended, 1, 1000);
    reap();
}

void ContainerProcess::watch() {
    if (report_) loop_.watch(*report_, {.readable = true}, [this](Loop::Ready) { on_report(); });
    loop_.watch(*pidfd_, {.readable = true}, [this](Loop::Ready) { on_end(); });
}

void ContainerProcess::on_report() {
    char bytes[4096];
    const ssize_t got = ::read(*report_, bytes, sizeof bytes);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got > 0) line_.append(bytes, static_cast<std::size_t>(got));
    if (got > 0 && line_.find('\n') == std::string::npos) return;
    loop_.forget(*report_);
    report_.reset();
    if (auto running = running_from(line_)) {
        running_ = std::move(*running);
        calls_.on_started(running_);
    }
}

void ContainerProcess::on_end() {
    // Its last words may be ready in the same turn; a program that started and ended did start.
    if (report_) on_report();
    if (report_) {
        loop_.forget(*report_);
        report_.reset();
    }
    loop_.forget(*pidfd_);
    reap();
    pidfd_.reset();
    const auto text = read_file(run_dir_ + "/exit.json");
    const auto exit = text ? exit_from(*text) : Result<Exit>(std::unexpected(text.error()));
    Exit ended = exit ? *exit : lost_exit(loop_.precise());
    if (!exit) {
        ended.started_at = running_.started_at;
        end_orphans(run_dir_, running_.isolation);
    }
    const auto on_exit = std::move(calls_.on_exit);  // it may destroy us
    on_exit(ended);
}

void ContainerProcess::reap() {
    siginfo_t info{};
    if (ours_ && pidfd_) ::waitid(P_PIDFD, static_cast<id_t>(*pidfd_), &info, WEXITED | WNOHANG);
}

FoundRun find_run(const std::string& run_dir) {
    FoundRun found;
    struct stat about{};
    if (::stat(run_dir.c_str(), &about) != 0) return found;
    // A shim that has not begun yet is told not to: whoever links running.json first has the
    // attempt.
    const std::string claim = run_dir + "/running.json.claim", file = run_dir + "/running.json";
    Running cancelled;
    cancelled.cancelled = true;
    if (write_file(claim, to_json(cancelled).dump())) {
        const bool first = ::link(claim.c_str(), file.c_str()) == 0;
        ::unlink(claim.c_str());
        if (first) return found;
    }
    const auto text = read_file(file);
    auto running = text ? running_from(*text) : Result<Running>(std::unexpected(text.error()));
    if (running && running->cancelled) return found;
    if (running) {
        found.running = *running;
        if (auto pidfd = open_process(running->shim)) {
            found.what = FoundRun::What::alive;
            found.pidfd = std::move(*pidfd);
            return found;
        }
    }
    const auto record = read_file(run_dir + "/exit.json");
    const auto exit = record ? exit_from(*record) : Result<Exit>(std::unexpected(record.error()));
    found.what = exit ? FoundRun::What::ended : FoundRun::What::lost;
    if (exit)
        found.exit = *exit;
    else
        end_orphans(run_dir, found.running.isolation);
    return found;
}

Exit lost_exit(Instant now) {
    Exit exit = exit_from_wait(SIGKILL, 0);
    exit.started_at = now;
    exit.finished_at = now;
    return exit;
}

}  // namespace swell::cluster::pods
