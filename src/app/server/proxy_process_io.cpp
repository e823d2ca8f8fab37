#include "app/server/proxy_process_io.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "cluster/pods/shim/process_io.hpp"

namespace swell::app {

namespace {

using cluster::pods::ProcessId;

constexpr Duration first_pause = std::chrono::milliseconds(50);
constexpr Duration longest_pause = std::chrono::seconds(5);
constexpr int lifeline_fd = 3;

std::string pid_file(const StateDir& dir) { return dir.path + "/proxy.pid"; }

/// `1234 567890 BOOT`
std::string line_of(const ProcessId& id) {
    return std::to_string(id.pid) + " " + std::to_string(id.start_time) + " " + id.boot_id + "\n";
}

ProcessId id_in(const std::string& line) {
    ProcessId id;
    std::istringstream(line) >> id.pid >> id.start_time >> id.boot_id;
    return id;
}

/// In the child, after fork: only async-signal-safe calls.
[[noreturn]] void become(const std::vector<char*>& words, int log, int lifeline) {
    ::setsid();
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) ::signal(number, SIG_DFL);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, 0);
    ::dup2(log, 1);
    ::dup2(log, 2);
    if (lifeline >= 0) ::dup2(lifeline, lifeline_fd);
    ::syscall(SYS_close_range, lifeline >= 0 ? lifeline_fd + 1 : lifeline_fd, ~0U, 0);
    ::execv(words.front(), words.data());
    ::_exit(127);
}

}  // namespace

ProxyProcess::ProxyProcess(Loop& loop, Config config)
    : loop_(loop), config_(std::move(config)), pause_(first_pause) {}

ProxyProcess::~ProxyProcess() {
    loop_.cancel(timer_);
    if (pidfd_) loop_.forget(*pidfd_);
}

Result<void> ProxyProcess::start() {
    if (adopt()) return {};
    return spawn();
}

bool ProxyProcess::adopt() {
    const auto text = read_file(pid_file(config_.dir));
    if (!text) return false;
    const ProcessId id = id_in(*text);
    auto handle = cluster::pods::open_process(id);
    if (!handle) return false;
    pid_ = static_cast<pid_t>(id.pid);
    adopted_ = true;
    child_ = false;
    pidfd_ = std::move(*handle);
    watch_end();
    return true;
}

Result<void> ProxyProcess::spawn() {
    Fd log(::open(config_.dir.proxy_log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
    );
    if (!log) return std::unexpected(errno_error("cannot open " + config_.dir.proxy_log()));
    std::vector<std::string> words = {
        config_.binary,
        "proxy",
        "--socket",
        config_.dir.proxy_socket(),
        "--state",
        config_.dir.proxy_snapshot()
    };
    if (config_.lifeline >= 0)
        words.insert(words.end(), {"--lifeline", std::to_string(lifeline_fd)});
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    const pid_t pid = ::fork();
    if (pid < 0) return std::unexpected(errno_error("cannot start the proxy"));
    if (pid == 0) become(pointers, *log, config_.lifeline);
    pid_ = pid;
    child_ = true;
    // Our child stays until we reap it: the pid is still its own.
    const auto id = cluster::pods::process_id(pid);
    if (!id) return fail(Code::unavailable, "the proxy is not in /proc");
    pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd_) return std::unexpected(errno_error("pidfd_open"));
    if (const auto written = write_file(pid_file(config_.dir), line_of(*id)); !written)
        return written;
    watch_end();
    return {};
}

void ProxyProcess::watch_end() {
    loop_.watch(*pidfd_, {.readable = true}, [this](Loop::Ready) { ended(); });
}

void ProxyProcess::ended() {
    loop_.forget(*pidfd_);
    pidfd_.reset();
    if (child_) ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
    if (stopping_) {
        loop_.cancel(timer_);
        ::unlink(pid_file(config_.dir).c_str());
        if (stopped_) std::exchange(stopped_, nullptr)();
        return;
    }
    ++restarts_;
    start_later();
}

void ProxyProcess::start_later() {
    timer_ = loop_.call_after(pause_, [this] {
        if (!spawn()) start_later();
    });
    pause_ = std::min(pause_ * 2, longest_pause);
}

void ProxyProcess::stop(Duration grace, std::function<void()> done) {
    stopping_ = true;
    loop_.cancel(timer_);
    if (pid_ == 0) return done();
    stopped_ = std::move(done);
    ::kill(pid_, SIGTERM);
    timer_ = loop_.call_after(grace, [this] { ::kill(pid_, SIGKILL); });
}

}  // namespace swell::app
