#include "proxy/lines_io.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace swell::proxy {

namespace {

constexpr std::size_t most_buffered = 64u << 20;

}  // namespace

Lines::Lines(Loop& loop, Fd fd, Calls calls)
    : loop_(loop), fd_(std::move(fd)), calls_(std::move(calls)) {
    loop_.watch(*fd_, {.readable = true, .writable = true}, [this](Loop::Ready now) {
        ready(now);
    });
}

Lines::~Lines() {
    if (fd_) loop_.forget(*fd_);
}

void Lines::send(const Json& value) {
    if (!fd_) return;
    // Names were checked to be UTF-8 where they came in; whatever is not after all must not throw.
    out_ += value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    // The end is told from the loop: the caller may be in the middle of something.
    loop_.interest(*fd_, {.readable = true, .writable = true});
}

void Lines::ready(Loop::Ready now) {
    const std::weak_ptr<bool> alive = alive_;
    if (now.writable && !flush()) return end();
    if (!now.readable) return;
    const bool more = read();
    const bool good = take_lines();
    if (alive.expired()) return;
    if (!more || !good) end();
}

bool Lines::flush() {
    const ssize_t size = ::send(*fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (size < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (size > 0) out_.erase(0, static_cast<std::size_t>(size));
    if (out_.size() > most_buffered) return false;
    loop_.interest(*fd_, {.readable = true, .writable = !out_.empty()});
    return true;
}

bool Lines::read() {
    char bytes[64 * 1024];
    const ssize_t size = ::recv(*fd_, bytes, sizeof bytes, 0);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    in_.append(bytes, static_cast<std::size_t>(size));
    return size > 0 && in_.size() <= most_buffered;
}

bool Lines::take_lines() {
    const std::weak_ptr<bool> alive = alive_;
    while (true) {
        const std::size_t end = in_.find('\n', scanned_);
        scanned_ = end == std::string::npos ? in_.size() : 0;
        if (end == std::string::npos) return true;
        Json value = Json::parse(
            in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false
        );
        in_.erase(0, end + 1);
        if (value.is_discarded()) return false;
        const auto call = calls_.on_value;  // it may destroy us, and itself with us
        call(std::move(value));
        if (alive.expired()) return true;
    }
}

void Lines::end() {
    loop_.forget(*fd_);
    fd_.reset();
    const std::function<void()> call = calls_.on_end;
    if (call) call();
}

}  // namespace swell::proxy
