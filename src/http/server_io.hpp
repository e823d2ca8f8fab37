#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/loop_io.hpp"
#include "http/exchange.hpp"

namespace swell::http {

class ServerConnection;

/// Answers one request: at once, later, or in pieces. Copies answer the same request; when the last
/// one goes without an answer, the client gets a 500. Every function does nothing once the client
/// or the server is gone. Belongs to the loop's thread.
class Responder {
  public:
    /// The whole answer. After a first answer, nothing.
    void send(Response response) const;

    /// An answer in pieces: begin, then write as often as needed, then end. HTTP/1.1 clients get
    /// chunks, HTTP/1.0 clients a body that ends with the connection.
    void begin(int status, HeaderList headers) const;
    /// A client that lets more than Limits::unsent_bytes pile up is disconnected.
    void write(std::string_view data) const;
    void end() const;
    /// Bytes written that the client's socket has not taken yet: who has much to say waits for 0.
    std::size_t unsent() const;

    /// Calls `then` (once, from the loop) when the client goes before the answer has ended. Not
    /// called when it is gone already; see gone().
    void on_gone(std::function<void()> then) const;
    bool gone() const;

  private:
    friend class ServerConnection;
    struct Answer;
    explicit Responder(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
    std::shared_ptr<Answer> answer_;
};

/// An HTTP/1.1 server on one loop: keep-alive, chunked bodies, TCP and Unix sockets.
///
/// What it holds is bounded: connections (more wait in the kernel's backlog), head (64 KiB, then
/// 431), body (then 413), time for a request to arrive (then 408), time without one (then closed).
/// One request of a connection is handled at a time; those sent ahead wait in the socket.
class Server {
  public:
    struct Limits {
        std::size_t connections = 1024;
        std::size_t body_bytes = 4u << 20;
        std::size_t unsent_bytes = 4u << 20;
        Duration arrival = std::chrono::seconds{30};
        Duration idle = std::chrono::seconds{75};
    };
    /// Called from the loop. `request.address` is empty.
    using Handler = std::function<void(Request, Responder)>;

    Server(Loop& loop, Handler handler, Limits limits);
    Server(Loop& loop, Handler handler) : Server(loop, std::move(handler), Limits{}) {}
    /// Cuts what is under way; removes the files of its Unix sockets.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// `ip:port`; port 0 takes a free one. Returns the port. Errors  as listen_tcp.
    Result<std::uint16_t> listen(const std::string& address);
    /// Errors  as listen_unix (http/sockets_io.hpp).
    Result<void> listen_at(const std::string& path);

    /// Ends without losing a request: for `linger` all goes on but each answer closes its
    /// connection, then nothing is accepted and idle connections close; calls `done` (from the
    /// loop) when the last request is answered.
    void drain(Duration linger, std::function<void()> done);

    std::size_t connections() const { return connections_.size(); }

  private:
    friend class ServerConnection;
    struct Listener {
        Fd fd;
        std::string path;  // of a Unix socket
    };

    void watch_listener(const Listener& listener);
    void accept(int listener);
    void pause();
    void resume();
    void closed(int fd);
    void close_listeners();
    void finish_drain();

    Loop& loop_;
    Handler handler_;
    Limits limits_;
    std::vector<Listener> listeners_;
    std::unordered_map<int, std::shared_ptr<ServerConnection>> connections_;
    bool paused_ = false;
    bool draining_ = false;
    bool lingered_ = false;
    std::function<void()> drained_;
    Clock::Timer linger_timer_ = 0;
    Clock::Timer resume_timer_ = 0;
};

}  // namespace swell::http
