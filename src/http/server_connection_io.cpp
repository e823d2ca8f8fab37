#include "http/server_connection_io.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace swell::http {

namespace {

constexpr std::size_t read_bytes = 64u << 10;
/// How many bytes of later requests we hold while one is answered.
constexpr std::size_t ahead_bytes = 64u << 10;
/// How long a client may take to read our last answer before we close.
constexpr Duration farewell = std::chrono::seconds{2};

}  // namespace

ServerConnection::ServerConnection(Server& server, Fd fd) : server_(server), fd_(std::move(fd)) {
    const int on = 1;  // refused by Unix sockets, which need none
    ::setsockopt(*fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

ServerConnection::~ServerConnection() { close(); }

void ServerConnection::start() {
    server_.loop_.watch(*fd_, {.readable = true}, [this](Loop::Ready ready) {
        this->ready(ready);
    });
    await_bytes(server_.limits_.idle);
}

void ServerConnection::close() {
    if (state_ == State::closed) return;
    state_ = State::closed;
    server_.loop_.cancel(std::exchange(timer_, 0));
    const int fd = *fd_;
    server_.loop_.forget(fd);
    fd_.reset();
    if (const auto answer = answer_.lock();
        answer && answer->state != Responder::Answer::State::ended) {
        answer->gone = true;
        // From the loop, for we may be inside the write() of the one who wants to know.
        if (answer->on_gone) {
            server_.loop_.call_after({}, std::exchange(answer->on_gone, nullptr));
        }
    }
    server_.closed(fd);  // last: it may let go of us
}

void ServerConnection::ready(Loop::Ready ready) {
    const auto self = shared_from_this();
    if (ready.writable) flush();
    if (ready.readable && state_ != State::closed) read();
}

void ServerConnection::read() {
    std::array<char, read_bytes> bytes;
    const ssize_t size = ::recv(*fd_, bytes.data(), bytes.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) {
        // A client that has closed its side gets no answer any more: nobody would know it was read.
        close();
        return;
    }
    if (state_ == State::closing) return;
    if (state_ == State::reading && in_.empty()) await_bytes(server_.limits_.arrival);
    in_.append(bytes.data(), static_cast<std::size_t>(size));
    take();
}

void ServerConnection::take() {
    taking_ = true;
    bool more = true;
    while (more) {
        if (state_ == State::reading) {
            more = take_head();
        } else if (state_ == State::body) {
            more = take_body();
        } else {
            more = false;
        }
    }
    taking_ = false;
    if (state_ != State::closed) flush();
}

bool ServerConnection::take_head() {
    if (in_.empty()) return false;
    RequestHead head;
    const Parsed parsed = parse_request(in_, head, scan_);
    if (parsed.step == Step::refused) refuse(parsed.status, parsed.what);
    if (parsed.step != Step::done) return false;
    request_ = {};
    request_.method = head.method;
    request_.target = head.path;
    for (const Header& header : head.headers) {
        request_.headers.emplace_back(header.name, header.value);
    }
    version_ = head.version;
    keep_alive_ = head.keep_alive;
    head_only_ = head.method == "HEAD";
    if (head.framing == Framing::length && head.content_length > server_.limits_.body_bytes) {
        refuse(413, "body too large");
        return false;
    }
    body_ = BodyReader(head.framing, head.content_length);
    if (head.expect_continue && in_.size() == parsed.consumed)
        out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    in_.erase(0, parsed.consumed);
    scan_ = {};
    state_ = State::body;
    return true;
}

bool ServerConnection::take_body() {
    std::size_t consumed = 0;
    while (!body_.done() && consumed < in_.size()) {
        const BodyReader::Piece piece = body_.next(std::string_view(in_).substr(consumed));
        if (piece.step == Step::refused) {
            refuse(400, piece.what);
            return false;
        }
        consumed += piece.consumed;
        request_.body += piece.data;
        if (request_.body.size() > server_.limits_.body_bytes) {
            refuse(413, "body too large");
            return false;
        }
    }
    in_.erase(0, consumed);
    if (!body_.done()) return false;
    dispatch();
    return true;
}

void ServerConnection::dispatch() {
    state_ = State::answering;
    server_.loop_.cancel(std::exchange(timer_, 0));
    const auto answer = std::make_shared<Responder::Answer>(weak_from_this());
    answer_ = answer;
    server_.handler_(std::move(request_), Responder(answer));
}

void ServerConnection::refuse(int status, const char* what) {
    keep_alive_ = false;
    const Response response = text_response(status, std::string(what) + '\n');
    HeaderList headers = response.headers;
    headers.emplace_back("Content-Length", std::to_string(response.body.size()));
    send_head(status, headers, {});
    out_ += response.body;
    answered();
}

void ServerConnection::send_head(int status, const HeaderList& headers, std::string_view framing) {
    std::vector<Header> fields;
    for (const auto& [name, value] : headers) {
        // A value with a line feed would be a field, or a response, of its own.
        if (is_token(name) && is_field_value(value))
            fields.push_back({.name = name, .value = value});
    }
    if (!framing.empty()) fields.push_back({.name = "Transfer-Encoding", .value = framing});
    keep_alive_ = keep_alive_ && !server_.draining_;
    if (!keep_alive_) fields.push_back({.name = "Connection", .value = "close"});
    if (keep_alive_ && version_ == Version::http10) {
        fields.push_back({.name = "Connection", .value = "keep-alive"});
    }
    append_response_head(out_, status, fields);
}

void ServerConnection::answered() {
    state_ = keep_alive_ ? State::reading : State::closing;
    await_bytes(keep_alive_ ? server_.limits_.idle : farewell);
    if (!taking_ && state_ == State::reading) {
        const auto self = shared_from_this();
        take();
    } else if (!taking_) {
        flush();
    }
}

void ServerConnection::flush() {
    while (unsent() > 0) {
        const ssize_t size = ::send(*fd_, out_.data() + sent_, unsent(), MSG_NOSIGNAL);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN) break;
        if (size < 0) {
            close();
            return;
        }
        sent_ += static_cast<std::size_t>(size);
    }
    if (unsent() == 0) {
        out_.clear();
        sent_ = 0;
        // Closing outright with bytes unread would reset the connection and lose our last answer.
        if (state_ == State::closing) ::shutdown(*fd_, SHUT_WR);
        if (idle() && server_.lingered_) {
            close();
            return;
        }
    } else if (sent_ > read_bytes) {
        out_.erase(0, std::exchange(sent_, 0));
    }
    update_interest();
}

void ServerConnection::keep_bounded() {
    if (state_ != State::closed && unsent() > server_.limits_.unsent_bytes) close();
}

void ServerConnection::update_interest() {
    const bool enough = state_ == State::answering && in_.size() >= ahead_bytes;
    server_.loop_.interest(*fd_, {.readable = !enough, .writable = unsent() > 0});
}

void ServerConnection::await_bytes(Duration longest) {
    server_.loop_.cancel(timer_);
    timer_ = server_.loop_.call_after(longest, [this] {
        const auto self = shared_from_this();
        timer_ = 0;
        const bool half = state_ == State::body || (state_ == State::reading && !in_.empty());
        if (half) {
            refuse(408, "the request took too long to arrive");
        } else {
            close();
        }
    });
}

Responder::Answer::~Answer() {
    const auto to = connection.lock();
    if (!to || gone || state == State::ended) return;
    if (state == State::streaming) {
        to->close();  // so that the client sees a body cut short, and not a complete one
        return;
    }
    to->refuse(500, "no answer");
}

void Responder::send(Response response) const {
    if (answer_->state != Answer::State::open) return;
    answer_->state = Answer::State::ended;
    const auto to = answer_->connection.lock();
    if (!to || answer_->gone) return;
    const bool bodiless = response.status < 200 || response.status == 204 || response.status == 304;
    if (!bodiless) {
        response.headers.emplace_back("Content-Length", std::to_string(response.body.size()));
    }
    to->send_head(response.status, response.headers, {});
    if (!bodiless && !to->head_only_) to->out_ += response.body;
    to->answered();
}

void Responder::begin(int status, HeaderList headers) const {
    if (answer_->state != Answer::State::open) return;
    answer_->state = Answer::State::streaming;
    const auto to = answer_->connection.lock();
    if (!to || answer_->gone) return;
    answer_->chunked = to->version_ == Version::http11;
    if (!answer_->chunked) to->keep_alive_ = false;
    to->send_head(status, headers, answer_->chunked ? "chunked" : "");
    if (!to->taking_) to->flush();
}

std::size_t Responder::unsent() const {
    const auto connection = answer_->connection.lock();
    return connection ? connection->unsent() : 0;
}

void Responder::write(std::string_view data) const {
    const auto to = answer_->connection.lock();
    if (!to || answer_->gone || answer_->state != Answer::State::streaming || to->head_only_)
        return;
    if (answer_->chunked) {
        append_chunk(to->out_, data);
    } else {
        to->out_ += data;
    }
    to->flush();
    to->keep_bounded();
}

void Responder::end() const {
    if (answer_->state != Answer::State::streaming) return;
    answer_->state = Answer::State::ended;
    const auto to = answer_->connection.lock();
    if (!to || answer_->gone) return;
    if (answer_->chunked && !to->head_only_) to->out_ += last_chunk;
    to->answered();
}

void Responder::on_gone(std::function<void()> then) const { answer_->on_gone = std::move(then); }

bool Responder::gone() const {
    return answer_->gone ||
           (answer_->connection.expired() && answer_->state != Answer::State::ended);
}

}  // namespace swell::http
