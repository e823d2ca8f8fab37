#include <algorithm>
#include <cerrno>

#include "proxy/worker_io.hpp"

/// One request on its way to an endpoint, and the response on its way back.
namespace swell::proxy {

namespace {

// Of a body that is sent on as it comes, this much is kept for another try.
constexpr std::size_t most_replayed = 32u << 10;
constexpr Duration suspicion = std::chrono::seconds{1};

}  // namespace

/// Gives the request that was just read (request_) to an endpoint.
void Worker::dispatch(Client& client) {
    while (true) {
        Place* place = pick(client);
        if (place == nullptr) return wait_for_endpoint(client);
        ++client.tries;
        Upstream* upstream = idle_upstream(*place, client.idempotent);
        if (upstream == nullptr) upstream = connect(*place);
        if (upstream != nullptr) {
            attach(client, *upstream);
            return send_request(client);
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            return refuse(client, Reason::overloaded, 503, "the proxy is out of descriptors");
        }
        place->suspect_until = loop_.now() + suspicion;
        ++place->counts.errors[static_cast<std::size_t>(Reason::connect_failed)];
        client.avoid = place;
        if (client.tries >= most_tries) {
            return refuse(client, Reason::connect_failed, 503, "no endpoint could be reached");
        }
        ++client.service->counts.retries;
    }
}

void Worker::wait_for_endpoint(Client& client) {
    Served& service = *client.service;
    if (service.wait_ms == 0 || service.forgotten || stopping_) {
        return refuse(
            client, Reason::no_endpoint, 503, "no endpoint of " + to_text(service.key) + " is ready"
        );
    }
    if (service.waiting.size() >= bounds_.waiting) {
        return refuse(
            client,
            Reason::overloaded,
            503,
            "too many requests wait for an endpoint of " + to_text(service.key)
        );
    }
    client.phase = Phase::waiting;
    client.deadline = loop_.now() + std::chrono::milliseconds{service.wait_ms};
    service.waiting.push_back(&client);
}

void Worker::send_request(Client& client) {
    bool refused = false;
    const std::size_t size = take_body(client, refused);
    if (refused) {
        client.keep_alive = false;
        release(client, true);
        return refuse(client, Reason::bad_request, 400, "the chunked body is broken");
    }
    text_.clear();
    append_forwarded(text_, request_, {.client_ip = client.ip});
    text_.append(client.in, client.taken, size);
    client.taken += size;
    if (client.request_body.done()) client.deadline = Instant::max();
    write_upstream(*client.upstream, text_);
}

/// From the start again, for the request's bytes are all there still.
void Worker::resend(Client& client) {
    http::HeadScan scan;
    http::parse_request(client.in, request_, scan);
    client.request_body = http::BodyReader(request_.framing, request_.content_length);
    client.taken = client.head_size;
    client.phase = Phase::awaiting;
    dispatch(client);
    if (client.phase == Phase::idle) process(client);
}

/// How many bytes of `in` from `taken` on are this request's body.
std::size_t Worker::take_body(Client& client, bool& refused) {
    std::string_view bytes = std::string_view(client.in).substr(client.taken);
    std::size_t size = 0;
    while (!client.request_body.done() && !bytes.empty()) {
        const http::BodyReader::Piece piece = client.request_body.next(bytes);
        size += piece.consumed;
        bytes.remove_prefix(piece.consumed);
        refused = piece.step == http::Step::refused;
        if (refused) return size;
    }
    return size;
}

/// Sends on what has come of the body, unless the endpoint is behind; then it waits in `in`.
void Worker::pump_request(Client& client) {
    Upstream* upstream = client.upstream;
    if (upstream == nullptr || !upstream->out.empty() || upstream->broken) return;
    bool refused = false;
    const std::size_t size = take_body(client, refused);
    if (refused) {
        if (client.answered) return abort(client, Reason::bad_request);
        client.keep_alive = false;
        release(client, false);
        return refuse(client, Reason::bad_request, 400, "the chunked body is broken");
    }
    write_upstream(*upstream, std::string_view(client.in).substr(client.taken, size));
    client.taken += size;
    if (client.request_body.done()) {
        if (client.out.empty()) client.deadline = Instant::max();
    } else if (client.taken >= most_replayed) {
        client.in.erase(0, client.taken);
        client.taken = client.head_size = 0;
        client.replayable = false;
    }
    watch_client(client);
}

void Worker::read_response(Upstream& upstream, std::string_view bytes) {
    text_.clear();
    if (upstream.client->phase == Phase::awaiting) {
        if (!upstream.in.empty()) bytes = upstream.in.append(bytes);
        if (!read_head(upstream, bytes)) return;
    }
    return_bytes(upstream, bytes);
}

/// Reads heads up to the final one, which is then in text_ for the client. Returns false when that
/// is not there yet, or the request has come to its end.
bool Worker::read_head(Upstream& upstream, std::string_view& bytes) {
    Client& client = *upstream.client;
    while (true) {
        const http::Parsed parsed = http::parse_response(
            bytes, response_, upstream.scan, {.head = client.is_head, .upgrade = client.upgrade}
        );
        if (parsed.step == http::Step::refused) {
            upstream_lost(upstream, Reason::bad_response);
            return false;
        }
        if (parsed.step == http::Step::more) {
            if (bytes.size() != upstream.in.size()) upstream.in = std::string(bytes);
            return false;
        }
        bytes.remove_prefix(parsed.consumed);
        upstream.scan = {};
        if (response_.upgrade) {
            begin_tunnel(upstream);
            return true;
        }
        if (response_.status >= 200) {
            begin_response(upstream);
            return true;
        }
        if (!return_informational(client)) return false;
    }
}

bool Worker::return_informational(Client& client) {
    if (client.http10) return true;
    text_.clear();
    append_returned(text_, response_, {});
    client.answered = true;
    if (write_client(client, text_)) return true;
    abort(client, Reason::client_closed);
    return false;
}

void Worker::begin_response(Upstream& upstream) {
    Client& client = *upstream.client;
    const bool keep = client.keep_alive && !client.closing && !stopping_ && !client.eof &&
                      client.request_body.done();
    const Reply reply{.http10 = client.http10, .keep_alive = keep};
    if (!stays(response_, reply)) client.closing = true;
    client.mode = body_mode(response_, reply);
    client.status = response_.status;
    client.response_body = http::BodyReader(response_.framing, response_.content_length);
    client.phase = Phase::streaming;
    client.answered = true;
    upstream.keep_alive = response_.keep_alive;
    text_.clear();
    append_returned(text_, response_, reply);
}

void Worker::begin_tunnel(Upstream& upstream) {
    Client& client = *upstream.client;
    client.status = 101;
    client.phase = Phase::tunnel;
    client.answered = client.closing = true;
    client.service->counts.count(101);
    upstream.place->counts.count(101);
    client.deadline = loop_.now() + bounds_.tunnel_idle;
    upstream.deadline = Instant::max();  // the client's says when it has been silent too long
    write_upstream(upstream, std::string_view(client.in).substr(client.taken));
    client.in.clear();
    client.taken = client.head_size = 0;
    text_.clear();
    append_returned(text_, response_, {});
}

/// Writes text_ and what of `bytes` belongs to the response.
void Worker::return_bytes(Upstream& upstream, std::string_view bytes) {
    Client& client = *upstream.client;
    std::size_t size = client.phase == Phase::tunnel ? bytes.size() : 0;
    bool refused = false;
    while (client.phase == Phase::streaming && !client.response_body.done() && size < bytes.size()
    ) {
        const auto piece = client.response_body.next(bytes.substr(size));
        size += piece.consumed;
        refused = piece.step == http::Step::refused;
        if (refused) break;
        if (client.mode == BodyMode::chunk) http::append_chunk(text_, piece.data);
        if (client.mode == BodyMode::unchunk) text_.append(piece.data);
    }
    const bool raw = client.phase == Phase::tunnel || client.mode == BodyMode::raw;
    const std::string_view body = raw ? bytes.substr(0, size) : std::string_view();
    if (!text_.empty() || !body.empty()) {
        if (!write_client(client, text_, body)) return abort(client, Reason::client_closed);
    }
    upstream.in.clear();
    if (refused) return abort(client, Reason::response_cut);
    if (client.phase == Phase::streaming && client.response_body.done()) {
        return complete(client, size == bytes.size());
    }
    if (!client.out.empty()) {
        loop_.interest(upstream.fd, {.readable = false, .writable = !upstream.out.empty()});
    }
}

/// The response is complete, if not yet with the client.
void Worker::complete(Client& client, bool reusable) {
    Counts& counts = client.upstream->place->counts;
    counts.count(client.status, loop_.precise() - client.started);
    counts.bytes_in += client.bytes_in;
    counts.bytes_out += client.bytes_out;
    release(client, reusable);
    finish(client);
    if (client.phase == Phase::idle) process(client);
}

/// Takes the request's connection to its endpoint away, for another request or for good.
void Worker::release(Client& client, bool reusable) {
    Upstream& upstream = *std::exchange(client.upstream, nullptr);
    Place& place = *upstream.place;
    upstream.client = nullptr;
    --place.counts.in_flight;
    const bool takes = !place.removed && place.endpoint.state == EndpointState::ready && !stopping_;
    const bool clean = upstream.keep_alive && client.request_body.done() && upstream.out.empty() &&
                       upstream.in.empty() && !upstream.broken && !upstream.connecting;
    if (reusable && takes && clean && place.idle.size() < bounds_.idle_kept) {
        upstream.reused = true;
        upstream.idle_since = loop_.now();
        upstream.deadline = upstream.idle_since + bounds_.upstream_idle;
        loop_.interest(upstream.fd, {.readable = true});
        place.idle.push_back(&upstream);
    } else {
        close_upstream(upstream);
    }
    place_idle(place);
}

}  // namespace swell::proxy
