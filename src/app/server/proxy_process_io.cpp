#include "app/server/proxy_process_io.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace swell::app {

namespace {

constexpr Duration first_pause = std::chrono::milliseconds(50);
constexpr Duration longest_pause = std::chrono::seconds(5);
constexpr int lifeline_fd = 3;

std::string pid_file(const StateDir& dir) { return dir.path + "/proxy.pid"; }

Fd pidfd_of(int pid) { return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

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

unsigned long long start_time_of(int pid) {
    const auto text = read_file("/proc/" + std::to_string(pid) + "/stat");
    if (!text) return 0;
    const auto name_end = text->rfind(')');  // the name may hold spaces and parentheses
    if (name_end == std::string::npos) return 0;
    std::size_t at = name_end + 1;
    for (int field = 2; field < 21; ++field) {
        at = text->find(' ', at + 1);
        if (at == std::string::npos) return 0;
    }
    if (text->compare(name_end + 2, 1, "Z") == 0) return 0;
    return std::strtoull(text->c_str() + at, nullptr, 10);
}

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
    int pid = 0;
    unsigned long long started = 0;
    if (std::sscanf(text->c_str(), "%d %llu", &pid, &started) != 2 || pid <= 0) return false;
    Fd handle = pidfd_of(pid);
    if (!handle || start_time_of(pid) != started) return false;
    pid_ = pid;
    child_ = false;
    pidfd_ = std::move(handle);
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
    pidfd_ = pidfd_of(pid);
    if (!pidfd_) return std::unexpected(errno_error("pidfd_open"));
    const std::string identity =
        std::to_string(pid) + " " + std::to_string(start_time_of(pid)) + "\n";
    if (const auto written = write_file(pid_file(config_.dir), identity); !written) return written;
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
