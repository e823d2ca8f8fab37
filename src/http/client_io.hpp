#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/loop_io.hpp"
#include "http/exchange.hpp"

namespace swell::http {

class ClientExchange;

/// An HTTP/1.1 client on one loop, over TCP and Unix sockets, with a pool of idle connections.
///
/// An idempotent request that finds its pooled connection closed by the other side is sent once
/// more, on a new connection. One thread; destroying it forgets what is under way.
class Client {
  public:
    struct Limits {
        std::size_t body_bytes = 64u << 20;  ///< a longer answer is an error; not of a stream
        std::size_t idle_per_address = 8;    ///< connections kept; the oldest goes
        Duration idle = std::chrono::seconds{30};
    };
    /// Names a request under way; 0 names none.
    using Call = std::uint64_t;
    using Done = std::function<void(Result<Response>)>;
    /// A piece of the body as it comes; must not destroy the client.
    using OnData = std::function<void(std::string_view)>;

    Client(Loop& loop, Limits limits);
    explicit Client(Loop& loop) : Client(loop, Limits{}) {}
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Sends the request and calls `done` once, from the loop, never from inside this function.
    ///
    /// within   from now to the last byte of the answer; of a stream, to the end of its head
    /// on_data  makes it a stream: gets the body of a 2xx answer (of any other, the Response does)
    /// Errors   invalid: address, method, target or a header is none; timeout; unavailable: no
    ///          connection, cut off, or not HTTP; what says which address.
    Call request(Request request, Duration within, Done done, OnData on_data = {});

    /// Gives up; `done` is not called. One that is done, or 0, is no error.
    void cancel(Call call);

  private:
    friend class ClientExchange;
    struct Idle {
        Fd fd;
        Clock::Timer timer = 0;
    };

    Fd take_idle(const std::string& address);
    void keep_idle(const std::string& address, Fd fd);
    void drop_idle(const std::string& address, int fd);
    std::unique_ptr<ClientExchange> remove(Call call);

    Loop& loop_;
    Limits limits_;
    Call last_call_ = 0;
    std::unordered_map<Call, std::unique_ptr<ClientExchange>> exchanges_;
    std::map<std::string, std::list<Idle>> idle_;  // oldest first
};

/// Sends one request and waits for its answer, on a loop of its own; for commands.
/// Errors  as Client::request.
Result<Response> fetch(Request request, Duration within, Client::OnData on_data = {});

}  // namespace swell::http
