#pragma once

#include <memory>
#include <string>

#include "http/codec.hpp"
#include "http/server_io.hpp"

namespace swell::http {

/// What the copies of a Responder share.
struct Responder::Answer {
    enum class State { open, streaming, ended };

    explicit Answer(std::weak_ptr<ServerConnection> to) : connection(std::move(to)) {}
    ~Answer();
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;

    std::weak_ptr<ServerConnection> connection;
    State state = State::open;
    bool chunked = true;  // while streaming
    bool gone = false;
    std::function<void()> on_gone;
};

/// One accepted connection: reads a request, waits for its answer, sends it, and again.
class ServerConnection : public std::enable_shared_from_this<ServerConnection> {
  public:
    ServerConnection(Server& server, Fd fd);
    ~ServerConnection();

    void start();
    /// Whether it is between requests, with nothing to send.
    bool idle() const { return state_ == State::reading && in_.empty() && unsent() == 0; }
    void close();

  private:
    friend class Responder;
    friend struct Responder::Answer;
    enum class State { reading, body, answering, closing, closed };

    void ready(Loop::Ready ready);
    void read();
    void take();
    bool take_head();
    bool take_body();
    void refuse(int status, const char* what);
    void dispatch();
    void send_head(int status, const HeaderList& headers, std::string_view framing);
    void answered();
    void flush();
    void keep_bounded();
    void update_interest();
    void await_bytes(Duration longest);
    std::size_t unsent() const { return out_.size() - sent_; }

    Server& server_;
    Fd fd_;
    State state_ = State::reading;
    std::string in_;
    std::string out_;
    std::size_t sent_ = 0;
    HeadScan scan_;
    BodyReader body_;
    Request request_;
    Version version_ = Version::http11;
    bool keep_alive_ = true;
    bool head_only_ = false;
    bool taking_ = false;  // inside take(): an answer given at once must not take the next request
    Clock::Timer timer_ = 0;
    std::weak_ptr<Responder::Answer> answer_;
};

}  // namespace swell::http
