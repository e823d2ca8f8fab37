#include "http/server_io.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "http/server_connection_io.hpp"
#include "http/sockets_io.hpp"

namespace swell::http {

namespace {

/// Connections taken in one turn, so that a flood of them does not starve those that are there.
constexpr int accepts_a_turn = 64;
/// How long to leave the backlog alone when the process has no descriptor left.
constexpr Duration out_of_descriptors = std::chrono::milliseconds{100};

}  // namespace

Server::Server(Loop& loop, Handler handler, Limits limits)
    : loop_(loop), handler_(std::move(handler)), limits_(limits) {}

Server::~Server() {
    loop_.cancel(linger_timer_);
    loop_.cancel(resume_timer_);
    close_listeners();
    drained_ = nullptr;
    // A responder that is destroyed on the way must find no connection to answer.
    const auto connections = std::exchange(connections_, {});
    for (const auto& [fd, connection] : connections) connection->close();
}

Result<std::uint16_t> Server::listen(const std::string& address) {
    auto listening = listen_tcp(address);
    if (!listening) return std::unexpected(listening.error());
    watch_listener(listeners_.emplace_back(std::move(listening->fd), ""));
    return listening->port;
}

Result<void> Server::listen_at(const std::string& path) {
    auto listening = listen_unix(path);
    if (!listening) return std::unexpected(listening.error());
    watch_listener(listeners_.emplace_back(std::move(listening->fd), path));
    return {};
}

void Server::watch_listener(const Listener& listener) {
    const int fd = *listener.fd;
    loop_.watch(fd, {.readable = true}, [this, fd](Loop::Ready) { accept(fd); });
}

void Server::accept(int listener) {
    for (int i = 0; i < accepts_a_turn; ++i) {
        if (connections_.size() >= limits_.connections) {
            pause();
            return;
        }
        Fd fd(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!fd) {
            const bool none_left = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
            if (none_left) {
                pause();
                resume_timer_ = loop_.call_after(out_of_descriptors, [this] { resume(); });
            }
            return;
        }
        const int number = *fd;
        const auto connection = std::make_shared<ServerConnection>(*this, std::move(fd));
        connections_[number] = connection;
        connection->start();
    }
}

void Server::pause() {
    paused_ = true;
    for (const Listener& listener : listeners_) loop_.interest(*listener.fd, {});
}

void Server::resume() {
    if (!std::exchange(paused_, false)) return;
    for (const Listener& listener : listeners_) loop_.interest(*listener.fd, {.readable = true});
}

void Server::closed(int fd) {
    connections_.erase(fd);
    if (connections_.size() < limits_.connections) resume();
    finish_drain();
}

void Server::close_listeners() {
    for (const Listener& listener : listeners_) {
        loop_.forget(*listener.fd);
        if (!listener.path.empty()) ::unlink(listener.path.c_str());
    }
    listeners_.clear();
}

void Server::drain(Duration linger, std::function<void()> done) {
    draining_ = true;
    drained_ = std::move(done);
    linger_timer_ = loop_.call_after(linger, [this] {
        lingered_ = true;
        close_listeners();
        const auto connections = connections_;
        for (const auto& [fd, connection] : connections) {
            if (connection->idle()) connection->close();
        }
        finish_drain();
    });
}

void Server::finish_drain() {
    if (!lingered_ || !connections_.empty() || !drained_) return;
    loop_.call_after({}, std::exchange(drained_, nullptr));
}

}  // namespace swell::http
