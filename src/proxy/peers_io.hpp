#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>
#include <list>
#include <memory>
#include <string>

#include "base/loop_io.hpp"
#include "http/codec.hpp"
#include "http/sockets_io.hpp"
#include "proxy/config.hpp"

/// For tests: endpoints and clients that do what a test tells them, on the test's own loop.
namespace swell::proxy::peers {

/// Turns the loop until `done()`; a test that waits in vain fails.
template <class Done>
void turn_until(Loop& loop, Done done, Duration longest = std::chrono::seconds{20}) {
    const Instant end = loop.precise() + longest;
    while (!done()) {
        ASSERT_LT(loop.precise(), end) << "waited in vain";
        loop.run_once(std::chrono::milliseconds{20});
    }
}

/// One end of a connection; what it is sent collects in `in`.
class Conn {
  public:
    Conn(Loop& loop, Fd fd) : loop_(loop), fd_(std::move(fd)) {
        loop_.watch(*fd_, {.readable = true}, [this](Loop::Ready ready) { this->ready(ready); });
    }
    ~Conn() { close(); }
    Conn(const Conn&) = delete;
    Conn& operator=(const Conn&) = delete;

    void send(std::string_view bytes) {
        out_.append(bytes);
        if (fd_) flush();
    }
    void close() {
        if (fd_) loop_.forget(*fd_);
        fd_.reset();
    }
    /// Closes so that the other side gets a reset, not an end.
    void reset() {
        const linger hard{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(*fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close();
    }
    void end_sending() { ::shutdown(*fd_, SHUT_WR); }
    void pause() { loop_.interest(*fd_, {}); }
    void go_on() { loop_.interest(*fd_, {.readable = true, .writable = !out_.empty()}); }
    bool open() const { return static_cast<bool>(fd_); }
    std::size_t unsent() const { return out_.size(); }

    std::string in;
    bool ended = false;
    int requests = 0;                  // taken by Backend::next_request
    std::function<void(Conn&)> on_in;  // after bytes or the end came

  private:
    void ready(Loop::Ready ready) {
        if (ready.writable) flush();
        if (!ready.readable || !fd_) return;
        char bytes[64 * 1024];
        const ssize_t size = ::recv(*fd_, bytes, sizeof bytes, 0);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (size > 0) in.append(bytes, static_cast<std::size_t>(size));
        if (size <= 0) {
            ended = true;
            close();
        }
        const auto call = on_in;  // it may set another one
        if (call) call(*this);
    }
    void flush() {
        const ssize_t size = ::send(*fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
        if (size > 0) out_.erase(0, static_cast<std::size_t>(size));
        loop_.interest(*fd_, {.readable = true, .writable = !out_.empty()});
    }

    Loop& loop_;
    Fd fd_;
    std::string out_;
};

inline std::string ok(std::string_view body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

/// An endpoint. `answer` is called for each whole request, with its bytes.
class Backend {
  public:
    using Answer = std::function<void(Conn&, const std::string& request)>;

    Backend(Loop& loop, Answer answer) : loop_(loop), answer_(std::move(answer)) {
        auto listening = http::listen_tcp("127.0.0.1:0");
        EXPECT_TRUE(listening.has_value());
        fd_ = std::move(listening->fd);
        port = listening->port;
        loop_.watch(*fd_, {.readable = true}, [this](Loop::Ready) { accept(); });
    }
    Backend(Loop& loop, const std::string& body)
        : Backend(loop, [body](Conn& conn, const std::string&) { conn.send(ok(body)); }) {}
    ~Backend() { stop_listening(); }

    void stop_listening() {
        if (fd_) loop_.forget(*fd_);
        fd_.reset();
    }
    Endpoint endpoint(const std::string& id, EndpointState state = EndpointState::ready) const {
        return {.id = id, .address = {"127.0.0.1", port}, .state = state};
    }

    std::uint16_t port = 0;
    int requests = 0;
    std::list<Conn> conns;  // all that ever were

  private:
    void accept() {
        Fd fd(::accept4(*fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!fd) return;
        conns.emplace_back(loop_, std::move(fd)).on_in = [this](Conn& conn) {
            while (conn.open() && take(conn)) {
            }
        };
    }
    bool take(Conn& conn) {
        http::RequestHead head;
        http::HeadScan scan;
        const http::Parsed parsed = http::parse_request(conn.in, head, scan);
        EXPECT_NE(parsed.step, http::Step::refused) << parsed.what << "\n" << conn.in;
        if (parsed.step != http::Step::done) return false;
        http::BodyReader body(head.framing, head.content_length);
        std::size_t size = parsed.consumed;
        while (!body.done() && size < conn.in.size()) {
            size += body.next(std::string_view(conn.in).substr(size)).consumed;
        }
        if (!body.done() && !head.expect_continue) return false;
        const std::string request = conn.in.substr(0, size);
        conn.in.erase(0, size);
        ++requests;
        ++conn.requests;
        answer_(conn, request);
        return true;
    }

    Loop& loop_;
    Fd fd_;
    Answer answer_;
};

inline std::unique_ptr<Conn> client(Loop& loop, std::uint16_t port) {
    auto fd = http::connect_to("127.0.0.1:" + std::to_string(port));
    EXPECT_TRUE(fd.has_value());
    return std::make_unique<Conn>(loop, std::move(*fd));
}

}  // namespace swell::proxy::peers
