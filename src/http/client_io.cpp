#include "http/client_io.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "http/codec.hpp"
#include "http/sockets_io.hpp"

namespace swell::http {

namespace {

constexpr std::size_t read_bytes = 64u << 10;

bool is_host(std::string_view name) { return same_name(name, "Host"); }

/// Host for a Unix socket, where the address says nothing to the server.
std::string_view host_of(const std::string& address) {
    return address.find('/') != std::string::npos ? std::string_view("localhost") : address;
}

Result<std::string> request_bytes(const Request& request) {
    std::vector<Header> fields;
    // There may be one Host alone, and it comes first: the caller's own where he gives one.
    const auto own_host = find(request.headers, "Host");
    fields.push_back({.name = "Host", .value = own_host.value_or(host_of(request.address))});
    const std::string length = std::to_string(request.body.size());
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name) || !is_field_value(value)) {
            return fail(Code::invalid, "header \"" + name + "\": not a header");
        }
        if (!is_host(name)) fields.push_back({.name = name, .value = value});
    }
    const bool has_body = request.method != "GET" && request.method != "HEAD";
    if (has_body || !request.body.empty()) {
        fields.push_back({.name = "Content-Length", .value = length});
    }
    std::string out;
    append_request_head(out, request.method, request.target, fields);
    // Our own reader knows best what is a request line.
    RequestHead head;
    HeadScan scan;
    const Parsed parsed = parse_request(out, head, scan);
    if (parsed.step != Step::done || parsed.consumed != out.size()) {
        return fail(Code::invalid, request.method + ' ' + request.target + ": not a request");
    }
    return out + request.body;
}

}  // namespace

/// One request under way: connects, sends, reads. The client owns it until it is finished.
class ClientExchange {
  public:
    ClientExchange(
        Client& client,
        Client::Call call,
        Request request,
        Client::Done done,
        Client::OnData on_data
    )
        : client_(client),
          call_(call),
          request_(std::move(request)),
          done_(std::move(done)),
          on_data_(std::move(on_data)) {}
    ~ClientExchange() {
        client_.loop_.cancel(timer_);
        if (fd_) client_.loop_.forget(*fd_);
    }
    ClientExchange(const ClientExchange&) = delete;
    ClientExchange& operator=(const ClientExchange&) = delete;

    void start(Duration within);

  private:
    void begin(bool fresh);
    void ready(Loop::Ready ready);
    void send();
    void read();
    /// Takes what has come. True when the answer is complete; an error has finished it already.
    bool take();
    bool take_head();
    bool take_body();
    bool streams() const { return on_data_ && response_.status / 100 == 2; }
    void broken(const std::string& what);
    void finish(Result<Response> result);
    std::string where() const { return request_.address + ": "; }

    Client& client_;
    Client::Call call_;
    Request request_;
    Client::Done done_;
    Client::OnData on_data_;
    Fd fd_;
    Clock::Timer timer_ = 0;
    std::string out_;
    std::size_t sent_ = 0;
    std::string in_;
    HeadScan scan_;
    BodyReader body_;
    Response response_;
    bool reused_ = false;
    bool connecting_ = false;
    bool heard_ = false;     // a byte of the answer has come
    bool has_head_ = false;  // and its head
    bool keep_alive_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // watched while callers are told
};

void ClientExchange::start(Duration within) {
    // "As long as it takes" must not overflow the time line.
    const Duration longest = std::min<Duration>(within, std::chrono::hours{24 * 365});
    timer_ = client_.loop_.call_after(longest, [this] {
        finish(fail(Code::timeout, where() + "no answer in time"));
    });
    auto bytes = request_bytes(request_);
    if (!bytes) {
        // From the loop: the caller has not been told the number of its call yet.
        client_.loop_.cancel(timer_);
        timer_ = client_.loop_.call_after({}, [this, error = bytes.error()] {
            finish(std::unexpected(error));
        });
        return;
    }
    out_ = std::move(*bytes);
    begin(false);
}

void ClientExchange::begin(bool fresh) {
    sent_ = 0;
    if (!fresh) fd_ = client_.take_idle(request_.address);
    reused_ = static_cast<bool>(fd_);
    connecting_ = !reused_;
    if (!reused_) {
        auto fd = connect_to(request_.address);
        if (!fd) {
            client_.loop_.cancel(timer_);
            timer_ = client_.loop_.call_after({}, [this, error = fd.error()] {
                finish(std::unexpected(error));
            });
            return;
        }
        fd_ = std::move(*fd);
    }
    client_.loop_.watch(*fd_, {.readable = true, .writable = true}, [this](Loop::Ready ready) {
        this->ready(ready);
    });
}

void ClientExchange::ready(Loop::Ready ready) {
    if (std::exchange(connecting_, false)) {
        const int error = connection_error(*fd_);
        if (error != 0) {
            errno = error;
            finish(std::unexpected(errno_error(request_.address)));
            return;
        }
    }
    if (ready.writable) send();
    if (ready.readable && fd_) read();
}

void ClientExchange::send() {
    while (sent_ < out_.size()) {
        const ssize_t size = ::send(*fd_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN) return;
        // A server may answer (413, say) and close before it has read all: its answer counts.
        if (size < 0) break;
        sent_ += static_cast<std::size_t>(size);
    }
    client_.loop_.interest(*fd_, {.readable = true});
}

void ClientExchange::read() {
    std::array<char, read_bytes> bytes;
    const ssize_t size = ::recv(*fd_, bytes.data(), bytes.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) {
        if (has_head_ && body_.may_end()) {
            finish(std::move(response_));
        } else {
            broken("the connection was closed before the answer was complete");
        }
        return;
    }
    heard_ = true;
    in_.append(bytes.data(), static_cast<std::size_t>(size));
    if (take()) {
        if (keep_alive_ && in_.empty() && sent_ == out_.size()) {
            client_.loop_.forget(*fd_);
            client_.keep_idle(request_.address, std::move(fd_));
        }
        finish(std::move(response_));
    }
}

bool ClientExchange::take() {
    while (!has_head_) {
        if (!take_head()) return false;
    }
    return take_body();
}

bool ClientExchange::take_head() {
    ResponseHead head;
    const Parsed parsed =
        parse_response(in_, head, scan_, {.head = request_.method == "HEAD", .upgrade = false});
    if (parsed.step == Step::refused) {
        broken(parsed.what);
        return false;
    }
    if (parsed.step != Step::done) return false;
    if (head.status >= 200) {
        has_head_ = true;
        keep_alive_ = head.keep_alive;
        response_.status = head.status;
        for (const Header& header : head.headers) {
            response_.headers.emplace_back(header.name, header.value);
        }
        body_ = BodyReader(head.framing, head.content_length);
        if (streams()) client_.loop_.cancel(std::exchange(timer_, 0));
    }
    in_.erase(0, parsed.consumed);
    scan_ = {};
    return true;
}

bool ClientExchange::take_body() {
    std::size_t consumed = 0;
    while (!body_.done() && consumed < in_.size()) {
        const BodyReader::Piece piece = body_.next(std::string_view(in_).substr(consumed));
        if (piece.step == Step::refused) {
            broken(piece.what);
            return false;
        }
        consumed += piece.consumed;
        if (!streams()) {
            response_.body += piece.data;
        } else if (!piece.data.empty()) {
            // Whoever is told may give up from inside; then we are gone when the call returns.
            const std::weak_ptr<bool> here = alive_;
            on_data_(piece.data);
            if (here.expired()) return false;
        }
        if (response_.body.size() > client_.limits_.body_bytes) {
            broken("the answer is too large");
            return false;
        }
    }
    in_.erase(0, consumed);
    return body_.done();
}

void ClientExchange::broken(const std::string& what) {
    if (reused_ && !heard_ && is_idempotent(request_.method)) {
        client_.loop_.forget(*fd_);
        fd_.reset();
        begin(true);
        return;
    }
    finish(fail(Code::unavailable, where() + what));
}

void ClientExchange::finish(Result<Response> result) {
    const auto self = client_.remove(call_);
    const auto done = std::move(done_);
    if (fd_) client_.loop_.forget(*fd_);
    fd_.reset();
    done(std::move(result));
}

Client::Client(Loop& loop, Limits limits) : loop_(loop), limits_(limits) {}

Client::~Client() {
    exchanges_.clear();
    for (auto& [address, connections] : idle_) {
        for (const Idle& idle : connections) {
            loop_.cancel(idle.timer);
            loop_.forget(*idle.fd);
        }
    }
}

Client::Call Client::request(Request request, Duration within, Done done, OnData on_data) {
    const Call call = ++last_call_;
    const auto at = exchanges_.emplace(
        call,
        std::make_unique<ClientExchange>(
            *this, call, std::move(request), std::move(done), std::move(on_data)
        )
    );
    at.first->second->start(within);
    return call;
}

void Client::cancel(Call call) { remove(call); }

std::unique_ptr<ClientExchange> Client::remove(Call call) {
    auto found = exchanges_.extract(call);
    return found.empty() ? nullptr : std::move(found.mapped());
}

Fd Client::take_idle(const std::string& address) {
    const auto found = idle_.find(address);
    if (found == idle_.end()) return {};
    Idle idle = std::move(found->second.back());
    found->second.pop_back();
    if (found->second.empty()) idle_.erase(found);
    loop_.cancel(idle.timer);
    loop_.forget(*idle.fd);
    return std::move(idle.fd);
}

void Client::keep_idle(const std::string& address, Fd fd) {
    const int number = *fd;
    const auto drop = [this, address, number] { drop_idle(address, number); };
    auto& connections = idle_[address];
    // Readable, when nothing was asked, is the other side's goodbye.
    loop_.watch(number, {.readable = true}, [drop](Loop::Ready) { drop(); });
    connections.push_back({.fd = std::move(fd), .timer = loop_.call_after(limits_.idle, drop)});
    if (connections.size() > limits_.idle_per_address) drop_idle(address, *connections.front().fd);
}

void Client::drop_idle(const std::string& address, int fd) {
    const auto found = idle_.find(address);
    if (found == idle_.end()) return;
    auto& connections = found->second;
    for (auto idle = connections.begin(); idle != connections.end(); ++idle) {
        if (*idle->fd != fd) continue;
        loop_.cancel(idle->timer);
        loop_.forget(fd);
        connections.erase(idle);
        break;
    }
    if (connections.empty()) idle_.erase(found);
}

Result<Response> fetch(Request request, Duration within, Client::OnData on_data) {
    Loop loop;
    Client client(loop);
    std::optional<Result<Response>> answer;
    client.request(
        std::move(request),
        within,
        [&](Result<Response> result) {
            answer = std::move(result);
            loop.stop();
        },
        std::move(on_data)
    );
    loop.run();
    return std::move(*answer);
}

}  // namespace swell::http
