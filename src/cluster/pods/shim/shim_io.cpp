#include "cluster/pods/shim/shim_io.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include "base/wall_clock_io.hpp"
#include "cluster/pods/cgroup/cgroup.hpp"
#include "cluster/pods/shim/init_io.hpp"
#include "cluster/pods/shim/log_file_io.hpp"
#include "cluster/pods/shim/log_lines.hpp"
#include "cluster/pods/shim/process_io.hpp"

namespace swell::cluster::pods {

namespace {

struct Pipe {
    Fd read_end, write_end;
};

Pipe make_pipe() {
    int ends[2] = {-1, -1};
    [[maybe_unused]] const int failed = ::pipe2(ends, O_CLOEXEC);
    return {Fd(ends[0]), Fd(ends[1])};
}

/// The isolations to try, best first.
std::vector<Isolation> candidates(Isolation wanted) {
    if (wanted != Isolation::best) return {wanted, Isolation::subreaper};
    return {Isolation::namespaces, Isolation::user_namespaces, Isolation::subreaper};
}

/// A user namespace in which everybody is who they are outside.
void map_users(pid_t pid) {
    const std::string proc = "/proc/" + std::to_string(pid);
    const auto put = [](const std::string& path, const std::string& text) {
        const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        [[maybe_unused]] const ssize_t wrote = ::write(*file, text.data(), text.size());
    };
    const std::string user = std::to_string(::geteuid()), group = std::to_string(::getegid());
    put(proc + "/setgroups", "deny");
    put(proc + "/uid_map", user + " " + user + " 1");
    put(proc + "/gid_map", group + " " + group + " 1");
}

/// An init, freshly forked, that waits for nothing more.
struct Init {
    pid_t pid = -1;
    Fd report, out, err;
    Fd alive;  ///< held open: its end tells an init that it came too late
};

std::optional<Init> fork_init(const ShimSpec& spec, Isolation isolation) {
    Pipe out = make_pipe(), err = make_pipe(), report = make_pipe(), go = make_pipe();
    const long pid =
        ::syscall(SYS_clone, clone_flags(isolation) | SIGCHLD, nullptr, nullptr, nullptr, 0);
    if (pid < 0) return std::nullopt;
    if (pid == 0) {
        go.write_end.reset();
        out.read_end.reset();
        err.read_end.reset();
        report.read_end.reset();
        run_init(
            spec,
            isolation,
            {std::move(out.write_end),
             std::move(err.write_end),
             std::move(report.write_end),
             std::move(go.read_end)}
        );
    }
    // Only the reader's ends: a program expects its own stdout to block.
    for (const Fd* end : {&out.read_end, &err.read_end}) ::fcntl(**end, F_SETFL, O_NONBLOCK);
    if (isolation == Isolation::user_namespaces) map_users(static_cast<pid_t>(pid));
    [[maybe_unused]] const ssize_t wrote = ::write(*go.write_end, "g", 1);
    return Init{
        static_cast<pid_t>(pid),
        std::move(report.read_end),
        std::move(out.read_end),
        std::move(err.read_end),
        std::move(go.write_end)
    };
}

/// A descriptor that we were born with, or none.
Fd inherited(int number) { return Fd(::fcntl(number, F_GETFD) >= 0 ? number : -1); }

class Shim {
  public:
    explicit Shim(const ShimSpec& spec) : spec_(spec), log_(spec.log) {}

    int run() {
        watch_signals();
        running_.shim = process_id(::getpid()).value_or(ProcessId{});
        running_.started_at = wall_now();
        if (!claim()) return 1;
        oom_kills_before_ = oom_kills();
        exit_.start_error = "no isolation works on this machine";
        exit_.code = 128;
        for (const Isolation isolation : candidates(spec_.isolation))
            if (attempt(isolation)) break;
        finish();
        return 0;
    }

  private:
    std::string file(const char* name) const { return spec_.run_dir + "/" + name; }

    /// Takes this attempt, or finds that a runtime has given it up.
    bool claim() const {
        const std::string draft = file("running.json.shim");
        if (!write_file(draft, to_json(running_).dump())) return false;
        const bool first = ::link(draft.c_str(), file("running.json").c_str()) == 0;
        ::unlink(draft.c_str());
        return first;
    }

    void watch_signals() {
        sigset_t set;
        ::sigemptyset(&set);
        for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2})
            ::sigaddset(&set, signal);
        ::sigprocmask(SIG_BLOCK, &set, nullptr);
        ::signal(SIGPIPE, SIG_IGN);
        signals_ = Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    }

    std::uint64_t oom_kills() const {
        if (spec_.oom_file.empty()) return 0;
        const auto text = read_file(spec_.oom_file);
        return text ? stat_value(*text, "oom_kill") : 0;
    }

    /// One try; true when it was one, however it ended.
    bool attempt(Isolation isolation) {
        auto init = fork_init(spec_, isolation);
        if (!init) return false;
        init_ = std::move(*init);
        running_.isolation = isolation;
        running_.init_pid = init_.pid;
        isolated_ = true;
        ended_ = false;
        while (!ended_) turn();
        // Init ends by itself after its last word; a namespace is empty once it is reaped.
        ::waitpid(init_.pid, nullptr, 0);
        if (!isolated_) return false;
        kill_descendants();
        drain();
        return true;
    }

    void turn() {
        std::array<pollfd, 5> polled = {{
            {*signals_, POLLIN, 0},
            {*init_.report, POLLIN, 0},
            {*init_.out, POLLIN, 0},
            {*init_.err, POLLIN, 0},
            {*lifeline_, POLLIN, 0},
        }};
        if (::poll(polled.data(), polled.size(), -1) < 0) return;
        if (polled[0].revents != 0) on_signal();
        if (polled[2].revents != 0) pump(init_.out, out_lines_);
        if (polled[3].revents != 0) pump(init_.err, err_lines_);
        if (polled[4].revents != 0) on_lifeline();
        if (polled[1].revents != 0) on_message();
    }

    void on_signal() {
        signalfd_siginfo info{};
        while (::read(*signals_, &info, sizeof info) == sizeof info) {
            const int signal = static_cast<int>(info.ssi_signo);
            if (signal == SIGUSR1)
                kill_all();
            else if (signal == SIGUSR2)
                hold_on();
            else
                ::kill(init_.pid, signal);
        }
    }

    void hold_on() {
        if (spec_.lifeline_path.empty()) return;
        lifeline_ = Fd(::open(spec_.lifeline_path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        // poll() tells of the end of writers it has seen; the one who asked may have died before.
        if (lifeline_) on_lifeline();
    }

    void on_lifeline() {
        char bytes[64];
        const ssize_t got = ::read(*lifeline_, bytes, sizeof bytes);
        if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) return;
        lifeline_.reset();
        kill_all();
    }

    /// Nobody outlives this: the end of a namespace's PID 1, or a subreaper's descendants.
    void kill_all() {
        killed_ = true;
        ::kill(init_.pid, SIGKILL);
        if (running_.isolation == Isolation::subreaper) {
            kill_descendants();
            ended_ = true;
        }
    }

    bool pump(Fd& from, LineCutter& lines) {
        char bytes[65536];
        const ssize_t got = ::read(*from, bytes, sizeof bytes);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) return errno == EINTR;
        std::string entries;
        if (got > 0)
            lines.feed({bytes, static_cast<std::size_t>(got)}, wall_now(), entries);
        else
            from.reset();
        if (!entries.empty()) log_.write(entries);
        return got > 0;
    }

    /// What the dead left in the pipes. It does not wait: a stranger may still hold the other end.
    void drain() {
        while (init_.out && pump(init_.out, out_lines_)) continue;
        while (init_.err && pump(init_.err, err_lines_)) continue;
        std::string entries;
        out_lines_.finish(wall_now(), entries);
        err_lines_.finish(wall_now(), entries);
        if (!entries.empty()) log_.write(entries);
    }

    void on_message() {
        InitMessage message;
        const ssize_t got = ::read(*init_.report, &message, sizeof message);
        if (got < 0 && errno == EINTR) return;
        if (got != sizeof message) return on_init_gone();
        switch (message.what) {
            case InitMessage::What::not_isolated:
                exit_.start_error = message.text;
                isolated_ = false;
                ended_ = true;
                return;
            case InitMessage::What::start_failed:
                exit_.start_error = message.text;
                exit_.code = 128;
                ended_ = true;
                return;
            case InitMessage::What::started:
                exit_.start_error.clear();
                started_ = true;
                // Not a claim any more: a whole file in place of the first one.
                (void)write_file(file("running.json"), to_json(running_).dump());
                report_line(to_json(running_));
                return;
            case InitMessage::What::exited:
                exit_ = exit_from_wait(message.status, oom_kills() - oom_kills_before_);
                ended_ = true;
                return;
        }
    }

    void on_init_gone() {
        exit_ = exit_from_wait(SIGKILL, killed_ ? 0 : oom_kills() - oom_kills_before_);
        ended_ = true;
    }

    void report_line(const Json& json) {
        const std::string line = json.dump() + "\n";
        [[maybe_unused]] const ssize_t wrote = ::write(*report_, line.data(), line.size());
        report_.reset();
    }

    void finish() {
        if (killed_ && started_) exit_ = exit_from_wait(SIGKILL, 0);
        exit_.started_at = running_.started_at;
        exit_.finished_at = wall_now();
        (void)write_file(file("exit.json"), to_json(exit_).dump());
    }

    const ShimSpec& spec_;
    // First of all: a number that we were not born with is soon another descriptor's.
    Fd lifeline_ = inherited(shim_fd::lifeline), report_ = inherited(shim_fd::report);
    LogFile log_;
    LineCutter out_lines_{"stdout"}, err_lines_{"stderr"};
    Fd signals_;
    Init init_;
    Running running_;
    Exit exit_;
    std::uint64_t oom_kills_before_ = 0;
    bool isolated_ = true, started_ = false, ended_ = false, killed_ = false;
};

/// Whether an init can be isolated so; the reason when not.
std::string try_isolation(Isolation isolation) {
    ShimSpec nothing;
    nothing.argv = {"/"};  // a folder: exec fails, which is far enough
    auto init = fork_init(nothing, isolation);
    if (!init) return std::strerror(errno);
    InitMessage message;
    const ssize_t got = ::read(*init->report, &message, sizeof message);
    ::kill(init->pid, SIGKILL);
    ::waitpid(init->pid, nullptr, 0);
    if (got != sizeof message) return "init ended";
    return message.what == InitMessage::What::not_isolated ? message.text : "";
}

}  // namespace

int run_shim(const ShimSpec& spec) { return Shim(spec).run(); }

IsolationCheck check_isolation() {
    IsolationCheck check;
    for (const Isolation isolation : {Isolation::namespaces, Isolation::user_namespaces}) {
        const std::string refused = try_isolation(isolation);
        if (refused.empty()) return {isolation, check.why_not_better};
        check.why_not_better = refused;
    }
    return check;
}

}  // namespace swell::cluster::pods
