#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "proxy/balance/least_request.hpp"
#include "proxy/worker_io.hpp"

/// The worker's side towards endpoints.
namespace swell::proxy {

namespace {

constexpr Duration suspicion = std::chrono::seconds{1};
// Servers close idle connections after a few seconds. A request that must not be sent twice keeps
// well away from that moment.
constexpr Duration fresh_enough = std::chrono::seconds{1};

// Above any count of requests, so that a suspect is chosen only among suspects.
constexpr std::uint32_t suspect_load = 1u << 30;

bool nothing_to_read(int fd) {
    char byte = 0;
    const ssize_t size = ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return size < 0 && errno == EAGAIN;
}

}  // namespace

/// Null when no endpoint is ready.
Place* Worker::pick(Client& client) {
    const std::vector<Place*>& ready = client.service->ready;
    if (ready.empty()) return nullptr;
    const Instant now = loop_.now();
    const auto active = [&](std::size_t at) {
        const Place& place = *ready[at];
        const bool suspect = place.suspect_until > now || &place == client.avoid;
        return place.counts.in_flight + (suspect ? suspect_load : 0);
    };
    std::size_t chosen = least_request(ready.size(), active, rng_);
    if (active(chosen) >= suspect_load) {
        for (std::size_t i = 0; i < ready.size(); ++i) {
            if (active(i) < active(chosen)) chosen = i;
        }
    }
    return ready[chosen];
}

/// A spare connection, the one used last. Null: there is none, or none good enough.
Upstream* Worker::idle_upstream(Place& place, bool idempotent) {
    while (!place.idle.empty()) {
        Upstream* upstream = place.idle.back();
        if (!idempotent) {
            if (loop_.now() - upstream->idle_since > fresh_enough) return nullptr;
            if (!nothing_to_read(upstream->fd)) {
                close_upstream(*upstream);
                continue;
            }
        }
        place.idle.pop_back();
        return upstream;
    }
    return nullptr;
}

/// Null, with errno, when it failed at once.
Upstream* Worker::connect(Place& place) {
    Fd fd(::socket(place.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) return nullptr;
    const int on = 1;
    ::setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto* address = reinterpret_cast<const sockaddr*>(&place.address);
    if (::connect(*fd, address, place.address_size) != 0 && errno != EINPROGRESS) {
        const int why = errno;
        fd.reset();
        errno = why;
        return nullptr;
    }
    Upstream* upstream = upstreams_.take();
    upstream->fd = fd.release();
    upstream->place = &place;
    upstream->connecting = true;
    loop_.watch(upstream->fd, {.readable = true}, [this, upstream](Loop::Ready ready) {
        upstream_ready(*upstream, ready);
    });
    return upstream;
}

void Worker::attach(Client& client, Upstream& upstream) {
    client.upstream = &upstream;
    client.phase = Phase::awaiting;
    upstream.client = &client;
    upstream.scan = {};
    upstream.wrote = false;
    upstream.keep_alive = true;
    const Duration wait = upstream.connecting ? bounds_.connect : bounds_.upstream_stall;
    upstream.deadline = loop_.now() + wait;
    ++upstream.place->counts.in_flight;
}

void Worker::upstream_ready(Upstream& upstream, Loop::Ready ready) {
    if (ready.writable) flush_upstream(upstream);
    if (ready.readable && upstream.fd >= 0) read_upstream(upstream);
}

void Worker::read_upstream(Upstream& upstream) {
    const ssize_t size = ::recv(upstream.fd, scratch_.data(), scratch_.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    // Whatever comes while it waits for work, an end or bytes nobody asked for, spoils it.
    if (upstream.client == nullptr) return close_upstream(upstream);
    if (size == 0) return upstream_eof(upstream);
    if (size < 0) return upstream_lost(upstream, Reason::upstream_closed);
    Client& client = *upstream.client;
    const std::string_view bytes(scratch_.data(), static_cast<std::size_t>(size));
    if (client.phase == Phase::tunnel) {
        client.deadline = loop_.now() + bounds_.tunnel_idle;
        text_.clear();
        return return_bytes(upstream, bytes);
    }
    upstream.deadline = loop_.now() + bounds_.upstream_stall;
    read_response(upstream, bytes);
}

void Worker::upstream_eof(Upstream& upstream) {
    Client& client = *upstream.client;
    const bool ends_here = client.phase == Phase::streaming && client.response_body.may_end();
    if (!ends_here) return upstream_lost(upstream, Reason::upstream_closed);
    if (client.mode == BodyMode::chunk && !write_client(client, http::last_chunk)) {
        return abort(client, Reason::client_closed);
    }
    complete(client, false);
}

/// The connection failed under a request: tries another, or answers, or breaks off.
void Worker::upstream_lost(Upstream& upstream, Reason reason) {
    Client& client = *upstream.client;
    Place& place = *upstream.place;
    if (client.phase == Phase::tunnel) return end_tunnel(client);
    if (client.phase == Phase::streaming) return abort(client, Reason::response_cut);
    // A refusal that a write was told of comes to the read as a mere end.
    if (upstream.connecting) reason = Reason::connect_failed;
    const Failure failure{
        .response_begun = !upstream.in.empty() || client.answered || reason == Reason::bad_response,
        .written = upstream.wrote,
        .replayable = client.replayable,
        .idempotent = client.idempotent,
        .reused = upstream.reused,
        .tries = client.tries,
    };
    if (upstream.connecting) place.suspect_until = loop_.now() + suspicion;
    const bool again = may_retry(failure);
    ++(again ? place.counts.retries : place.counts.errors[static_cast<std::size_t>(reason)]);
    release(client, false);
    if (again) {
        ++client.service->counts.retries;
        client.avoid = &place;
        return resend(client);
    }
    static constexpr const char* closed = "the endpoint closed the connection without an answer";
    const char* what = reason == Reason::bad_response     ? "the endpoint's answer is no HTTP/1.1"
                       : reason == Reason::connect_failed ? "no endpoint could be reached"
                                                          : closed;
    refuse(client, reason, status_of(reason), what);
    if (client.phase == Phase::idle) process(client);
}

/// One side has ended: what is on its way to the client goes out, then it is over.
void Worker::end_tunnel(Client& client) {
    release(client, false);
    client.under_way = false;
    --client.service->counts.in_flight;
    client.phase = Phase::flushing;
    if (client.out.empty()) end_client(client);
}

/// It is connected, if it was not before: from here on the endpoint has the time of an answer.
void Worker::bytes_sent(Upstream& upstream) {
    upstream.wrote = true;
    upstream.connecting = false;
    if (upstream.client != nullptr && upstream.client->phase != Phase::tunnel)
        upstream.deadline = loop_.now() + bounds_.upstream_stall;
}

void Worker::write_upstream(Upstream& upstream, std::string_view bytes) {
    if (bytes.empty() || upstream.broken) return;
    if (!upstream.out.empty()) {
        upstream.out.append(bytes);
        return;
    }
    const ssize_t size = ::send(upstream.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && errno != EAGAIN && errno != EINTR) {
        // What it has sent before it broke may be an answer: the read that follows tells.
        upstream.broken = true;
        return;
    }
    const std::size_t sent = size < 0 ? 0 : static_cast<std::size_t>(size);
    if (sent > 0) bytes_sent(upstream);
    if (sent == bytes.size()) return;
    upstream.out.append(bytes.substr(sent));
    upstream.out_at = 0;
    loop_.interest(upstream.fd, {.readable = true, .writable = true});
}

void Worker::flush_upstream(Upstream& upstream) {
    const std::string_view rest = std::string_view(upstream.out).substr(upstream.out_at);
    const ssize_t size =
        rest.empty() ? 0 : ::send(upstream.fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size > 0) {
        bytes_sent(upstream);
        upstream.out_at += static_cast<std::size_t>(size);
    }
    if (size < 0) upstream.broken = true;
    if (!upstream.broken && upstream.out_at < upstream.out.size()) return;
    upstream.out.clear();
    upstream.out_at = 0;
    const bool paused = upstream.client != nullptr && !upstream.client->out.empty();
    loop_.interest(upstream.fd, {.readable = !paused});
    Client* client = upstream.client;
    if (client == nullptr || upstream.broken) return;
    if (!client->request_body.done()) pump_request(*client);
    if (client->phase == Phase::idle) return process(*client);
    if (client->phase != Phase::closed) watch_client(*client);
}

void Worker::close_upstream(Upstream& upstream) {
    if (upstream.fd < 0) return;
    std::erase(upstream.place->idle, &upstream);
    loop_.forget(upstream.fd);
    ::close(std::exchange(upstream.fd, -1));
    upstreams_.give(&upstream);
}

void Worker::upstream_timeout(Upstream& upstream) {
    if (upstream.client == nullptr) return close_upstream(upstream);
    Client& client = *upstream.client;
    if (upstream.connecting) return upstream_lost(upstream, Reason::connect_failed);
    const bool client_is_slow = !client.out.empty() || !client.request_body.done();
    if (client_is_slow) {
        // The client's own deadline speaks.
        upstream.deadline = loop_.now() + bounds_.upstream_stall;
        return;
    }
    ++upstream.place->counts.errors[static_cast<std::size_t>(Reason::upstream_timeout)];
    if (client.phase != Phase::awaiting) return abort(client, Reason::upstream_timeout);
    release(client, false);
    refuse(client, Reason::upstream_timeout, 504, "the endpoint did not answer in time");
    if (client.phase == Phase::idle) process(client);
}

}  // namespace swell::proxy
