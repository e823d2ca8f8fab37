#include "app/cli/terminal_io.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace swell::app {

namespace {

constexpr std::size_t backlog_bytes = 256u << 10;
// What a pipe that is ready takes without waiting, on any system (_POSIX_PIPE_BUF).
constexpr std::size_t one_step = 512;

/// The file behind a descriptor as an open file of our own, so that O_NONBLOCK is ours alone.
Fd opened_anew(int fd) {
    constexpr int flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    Fd own(::open(("/proc/self/fd/" + std::to_string(fd)).c_str(), flags));
    // After `su` the terminal belongs to another user; under its second name it opens all the same.
    // tcgetpgrp() answers for nothing but our controlling terminal.
    if (!own && ::tcgetpgrp(fd) >= 0) own = Fd(::open("/dev/tty", flags));
    return own;
}

}  // namespace

Output::Output(int fd) : fd_(fd), backlog_(backlog_bytes) {
    struct stat about{};
    if (::fstat(fd, &about) != 0) return;
    socket_ = S_ISSOCK(about.st_mode);
    if (S_ISFIFO(about.st_mode) || S_ISCHR(about.st_mode)) own_ = opened_anew(fd);
}

/// Returns  how many bytes were taken; 0: none for now; below 0: the reader is gone.
ssize_t Output::write_some(std::string_view text) const {
    ssize_t taken = 0;
    if (socket_) {
        taken = ::send(fd_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    } else if (own_) {
        taken = ::write(*own_, text.data(), text.size());
    } else {
        pollfd ready{fd_, POLLOUT, 0};
        if (::poll(&ready, 1, 0) == 0) return 0;
        taken = ::write(fd_, text.data(), std::min(text.size(), one_step));
    }
    if (taken < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    return taken;
}

void Output::print(std::string text) {
    backlog_.add(std::move(text));
    flush();
}

void Output::flush() {
    while (!backlog_.empty()) {
        const ssize_t taken = write_some(backlog_.next());
        if (taken < 0) backlog_.clear();  // of a terminal that is gone SIGHUP tells, too
        if (taken <= 0) return;
        backlog_.taken(static_cast<std::size_t>(taken));
    }
}

void Output::finish(int enough) {
    for (flush(); !idle(); flush()) {
        pollfd waits[] = {{own_ ? *own_ : fd_, POLLOUT, 0}, {enough, POLLIN, 0}};
        if (::poll(waits, 2, -1) < 0 && errno != EINTR) return;
        if (waits[1].revents != 0) return;
    }
}

bool Terminal::usable() {
    const char* kind = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return ::isatty(STDOUT_FILENO) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
}

Terminal::Terminal(Output& out) : out_(out) { out_.print("\x1b[?1049h\x1b[?25l\x1b[2J"); }

Terminal::~Terminal() { out_.print("\x1b[?25h\x1b[?1049l"); }

Screen Terminal::screen() const {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
    const bool colour = std::getenv("NO_COLOR") == nullptr;  // NOLINT(concurrency-mt-unsafe)
    return {size.ws_col, size.ws_row, colour};
}

void Terminal::show(const std::vector<std::string>& lines) {
    out_.flush();
    if (!out_.idle()) return;
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (i >= shown_.size() || shown_[i] != lines[i])
            text += "\x1b[" + std::to_string(i + 1) + ";1H" + lines[i] + "\x1b[K";
    if (lines.size() < shown_.size())
        text += "\x1b[" + std::to_string(lines.size() + 1) + ";1H\x1b[J";
    shown_ = lines;
    out_.print(std::move(text));
}

}  // namespace swell::app
