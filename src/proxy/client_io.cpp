#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

#include "proxy/worker_io.hpp"

/// The worker's side towards clients.
namespace swell::proxy {

namespace {

// A whole head of the codec's limit fits, and a little more, so that too long a head is seen as
// one.
constexpr std::size_t most_buffered = (64u << 10) + 4096;
// What an idle connection may keep for its next request.
constexpr std::size_t kept_capacity = 4096;

constexpr Instant never = Instant::max();

}  // namespace

void Worker::client_ready(Client& client, Loop::Ready ready) {
    if (ready.writable) flush_client(client);
    if (ready.readable && client.phase != Phase::closed) read_client(client);
}

void Worker::read_client(Client& client) {
    const std::size_t buffered = client.in.size();
    const std::size_t room = buffered < most_buffered ? most_buffered - buffered : 0;
    const bool blocked = client.phase == Phase::tunnel && !client.upstream->out.empty();
    if (room == 0 || blocked || client.phase == Phase::flushing) {
        // Until there is room again, or for ever: asking epoll no more is cheaper than being told.
        return loop_.interest(client.fd, {.readable = false, .writable = !client.out.empty()});
    }
    const ssize_t size = ::recv(client.fd, scratch_.data(), std::min(room, scratch_.size()), 0);
    if (size == 0) return client_eof(client);
    if (size < 0) {
        if (errno != EAGAIN && errno != EINTR) abort(client, Reason::client_closed);
        return;
    }
    if (client.phase == Phase::lingering) return;
    client.bytes_in += static_cast<std::uint64_t>(size);
    client.in.append(scratch_.data(), static_cast<std::size_t>(size));
    advance(client);
}

/// Brings epoll up to date; most of the time there is nothing to tell it.
void Worker::watch_client(Client& client) {
    const bool room = client.in.size() < most_buffered && client.phase != Phase::flushing;
    loop_.interest(client.fd, {.readable = !client.eof && room, .writable = !client.out.empty()});
}

void Worker::client_eof(Client& client) {
    client.eof = true;
    watch_client(client);
    switch (client.phase) {
        case Phase::idle:
        case Phase::head:
        case Phase::lingering:
        case Phase::tunnel:
            return close_client(client);
        case Phase::waiting:
        case Phase::awaiting:
        case Phase::streaming:
            // A client that has said all may still listen. One that has gone is found out by
            // writing.
            if (!client.request_body.done()) abort(client, Reason::client_closed);
            return;
        case Phase::flushing:
        case Phase::closed:
            return;
    }
}

void Worker::advance(Client& client) {
    switch (client.phase) {
        case Phase::idle:
        case Phase::head:
            return process(client);
        case Phase::waiting:
        case Phase::awaiting:
        case Phase::streaming:
            if (!client.request_body.done()) {
                client.deadline = loop_.now() + bounds_.client_stall;
                pump_request(client);
            }
            return;
        case Phase::tunnel:
            client.deadline = loop_.now() + bounds_.tunnel_idle;
            write_upstream(*client.upstream, client.in);
            client.in.clear();
            return;
        default:
            return;
    }
}

/// Takes up the requests that are there, one after the other.
void Worker::process(Client& client) {
    while ((client.phase == Phase::idle || client.phase == Phase::head) && client.out.empty()) {
        if (client.in.empty()) {
            if (client.eof || client.closing) return end_client(client);
            client.phase = Phase::idle;
            return;
        }
        const http::Parsed parsed = http::parse_request(client.in, request_, client.scan);
        if (parsed.step == http::Step::more) {
            if (client.eof) return close_client(client);
            if (client.phase == Phase::idle) {
                client.deadline = loop_.now() + bounds_.request_head;
            }
            client.phase = Phase::head;
            return watch_client(client);
        }
        start(client);
        if (parsed.step == http::Step::refused) {
            refuse(client, Reason::bad_request, parsed.status, parsed.what);
        } else {
            begin(client, parsed.consumed);
        }
    }
}

void Worker::start(Client& client) {
    // A snapshot may have given the listener to another service since the last request.
    if (client.listener != nullptr && client.listener->service != client.service) {
        --client.service->clients;
        client.service = client.listener->service;
        ++client.service->clients;
    }
    client.started = loop_.precise();
    client.under_way = true;
    ++client.service->counts.in_flight;
    client.request_body = http::BodyReader();
    client.is_head = client.keep_alive = client.answered = false;
    client.status = 0;
}

void Worker::begin(Client& client, std::size_t head_size) {
    client.head_size = head_size;
    client.taken = head_size;
    client.request_body = http::BodyReader(request_.framing, request_.content_length);
    client.replayable = true;
    client.idempotent = http::is_idempotent(request_.method);
    client.is_head = request_.method == "HEAD";
    client.upgrade = request_.upgrade;
    client.expects_continue = request_.expect_continue;
    client.http10 = request_.version == http::Version::http10;
    client.keep_alive = request_.keep_alive;
    client.tries = 0;
    client.avoid = nullptr;
    client.deadline = never;
    if (request_.framing != http::Framing::none) {
        client.deadline = loop_.now() + bounds_.client_stall;
    }
    if (request_.method == "CONNECT") {
        client.keep_alive = false;
        return refuse(
            client,
            Reason::connect_unsupported,
            405,
            "CONNECT is not served: this is no forward proxy"
        );
    }
    dispatch(client);
}

/// Writes what it can and keeps the rest. Returns false when the client is gone.
bool Worker::write_client(Client& client, std::string_view first, std::string_view second) {
    client.bytes_out += first.size() + second.size();
    std::size_t sent = 0;
    if (client.out.empty()) {
        iovec parts[] = {
            {const_cast<char*>(first.data()), first.size()},
            {const_cast<char*>(second.data()), second.size()},
        };
        msghdr message{};
        message.msg_iov = parts;
        message.msg_iovlen = second.empty() ? 1 : 2;
        const ssize_t size = ::sendmsg(client.fd, &message, MSG_NOSIGNAL);
        if (size < 0 && errno != EAGAIN && errno != EINTR) return false;
        sent = size < 0 ? 0 : static_cast<std::size_t>(size);
        if (sent == first.size() + second.size()) return true;
    }
    const std::size_t from_first = std::min(sent, first.size());
    client.out.append(first.substr(from_first)).append(second.substr(sent - from_first));
    client.deadline = loop_.now() + bounds_.client_stall;
    watch_client(client);
    return true;
}

void Worker::flush_client(Client& client) {
    const std::string_view rest = std::string_view(client.out).substr(client.out_at);
    const ssize_t size = ::send(client.fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size < 0) {
        if (errno != EAGAIN && errno != EINTR) abort(client, Reason::client_closed);
        return;
    }
    client.deadline = loop_.now() + bounds_.client_stall;
    client.out_at += static_cast<std::size_t>(size);
    if (client.out_at < client.out.size()) return;
    client.out.clear();
    client.out_at = 0;
    if (client.out.capacity() > kept_capacity) client.out.shrink_to_fit();
    watch_client(client);
    switch (client.phase) {
        case Phase::flushing:
            return end_client(client);
        case Phase::idle:
        case Phase::head:
            client.deadline = loop_.now() + bounds_.client_idle;
            return process(client);
        default:
            if (client.request_body.done()) client.deadline = never;
            if (client.phase == Phase::tunnel) {
                client.deadline = loop_.now() + bounds_.tunnel_idle;
            }
            if (client.upstream != nullptr) {
                const bool pending = !client.upstream->out.empty();
                if (client.phase != Phase::tunnel) {
                    client.upstream->deadline = loop_.now() + bounds_.upstream_stall;
                }
                loop_.interest(client.upstream->fd, {.readable = true, .writable = pending});
            }
    }
}

/// Answers in the endpoint's place and ends the request.
void Worker::refuse(Client& client, Reason reason, int status, std::string_view what) {
    bool bad_body = false;
    client.taken += take_body(client, bad_body);
    const bool keep = client.keep_alive && client.request_body.done() && !bad_body &&
                      !client.closing && !stopping_ && !client.eof;
    ++client.service->counts.errors[static_cast<std::size_t>(reason)];
    client.status = status;
    if (!keep) client.closing = true;
    text_.clear();
    append_refusal(
        text_,
        {.reason = reason,
         .status = status,
         .what = what,
         .keep_alive = keep,
         .head = client.is_head}
    );
    if (!write_client(client, text_)) return abort(client, Reason::client_closed);
    finish(client);
}

/// The response is on its way; the next request may come. The caller calls process().
void Worker::finish(Client& client) {
    Counts& counts = client.service->counts;
    counts.count(client.status, loop_.precise() - client.started);
    counts.bytes_in += client.bytes_in;
    counts.bytes_out += client.bytes_out;
    --counts.in_flight;
    client.under_way = false;
    client.bytes_in = client.bytes_out = 0;
    if (!client.request_body.done()) client.closing = true;
    if (client.closing || stopping_) {
        client.closing = true;
        client.phase = Phase::flushing;
        if (client.out.empty()) end_client(client);
        return;
    }
    next_request(client);
}

void Worker::next_request(Client& client) {
    if (client.taken >= client.in.size()) {
        client.in.clear();
        if (client.in.capacity() > kept_capacity) client.in.shrink_to_fit();
    } else {
        client.in.erase(0, client.taken);
    }
    client.head_size = client.taken = 0;
    client.scan = {};
    client.phase = Phase::idle;
    if (client.out.empty()) client.deadline = loop_.now() + bounds_.client_idle;
    watch_client(client);
}

/// All is sent: closes, but in a way that the client can still read it. What it has sent and we
/// have not read would make the kernel reset the connection, and take the response with it.
void Worker::end_client(Client& client) {
    const bool read_all = client.request_body.done() && client.in.size() <= client.taken;
    if (client.eof || read_all) return close_client(client);
    ::shutdown(client.fd, SHUT_WR);
    client.phase = Phase::lingering;
    client.in.clear();
    client.deadline = loop_.now() + bounds_.linger;
    watch_client(client);
}

/// The request cannot be brought to its end: both sides are closed.
void Worker::abort(Client& client, Reason reason) {
    if (client.under_way && client.phase != Phase::tunnel) {
        const int status = client.status != 0 ? client.status : status_of(reason);
        ++client.service->counts.errors[static_cast<std::size_t>(reason)];
        client.service->counts.count(status);
        if (client.upstream != nullptr) {
            ++client.upstream->place->counts.errors[static_cast<std::size_t>(reason)];
            client.upstream->place->counts.count(status);
        }
    }
    close_client(client);
}

void Worker::close_client(Client& client) {
    if (client.phase == Phase::closed) return;
    if (client.phase == Phase::waiting) std::erase(client.service->waiting, &client);
    if (client.upstream != nullptr) release(client, false);
    Counts& counts = client.service->counts;
    if (client.under_way) --counts.in_flight;
    counts.bytes_in += client.bytes_in;
    counts.bytes_out += client.bytes_out;
    client.phase = Phase::closed;
    loop_.forget(client.fd);
    ::close(client.fd);
    --client.service->clients;
    clients_.give(&client);
    if (stopping_) check_stopped();
}

void Worker::client_timeout(Client& client) {
    switch (client.phase) {
        case Phase::head:
            start(client);
            return refuse(
                client, Reason::request_timeout, 408, "the request's head did not come in time"
            );
        case Phase::waiting:
            std::erase(client.service->waiting, &client);
            return refuse(client, Reason::no_endpoint, 503, "no endpoint became ready in time");
        case Phase::awaiting:
            if (client.request_body.done()) return;
            client.keep_alive = false;
            release(client, false);
            return refuse(
                client, Reason::request_timeout, 408, "the request's body did not come in time"
            );
        default:
            return abort(client, Reason::client_closed);
    }
}

}  // namespace swell::proxy
