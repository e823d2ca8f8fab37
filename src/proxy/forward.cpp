#include "proxy/forward.hpp"

#include <charconv>

namespace swell::proxy {

namespace {

using http::Field;
using http::Framing;
using http::Header;
using http::Headers;
using http::Version;

/// The values of the Connection fields of a head; there are hardly ever more than one.
struct ConnectionNames {
    explicit ConnectionNames(const Headers& headers) {
        for (const Header& header : headers) {
            if (header.field == Field::connection) any = any || !header.value.empty();
        }
        fields = &headers;
    }

    /// Whether Connection names this field, so that it belongs to the hop.
    bool name(const Header& field) const {
        if (!any) return false;
        bool named = false;
        for (const Header& header : *fields) {
            if (header.field != Field::connection) continue;
            // The common values name no field of their own.
            if (header.value.size() == 5 || header.value.size() == 10) {
                if (http::same_name(header.value, "close")) continue;
                if (http::same_name(header.value, "keep-alive")) continue;
            }
            http::each_element(header.value, [&](std::string_view element) {
                named = named || http::same_name(element, field.name);
            });
        }
        return named;
    }

    const Headers* fields = nullptr;
    bool any = false;
};

void append_number(std::string& out, std::uint64_t number) {
    char digits[20];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_length(std::string& out, std::uint64_t length) {
    out.append("Content-Length: ");
    append_number(out, length);
    out.append("\r\n");
}

void append_upgrade(std::string& out, const Headers& headers) {
    out.append("Connection: upgrade\r\n");
    for (const Header& header : headers) {
        if (header.field == Field::upgrade) http::append_field(out, "Upgrade", header.value);
    }
}

bool had_content_length(const Headers& headers) {
    for (const Header& header : headers) {
        if (header.field == Field::content_length) return true;
    }
    return false;
}

void append_status_line(std::string& out, const http::ResponseHead& head) {
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::uint64_t>(head.status));
    out.append(" ").append(head.reason).append("\r\n");
}

/// The fields that say how long the response is and whether the connection stays.
void append_framing(std::string& out, const http::ResponseHead& head, Reply reply) {
    if (head.framing == Framing::none || head.framing == Framing::length) {
        const bool may_state = head.status >= 200 && head.status != 204;
        if (may_state && had_content_length(head.headers)) append_length(out, head.content_length);
    } else if (body_mode(head, reply) == BodyMode::chunk || head.framing == Framing::chunked) {
        if (!reply.http10) out.append("Transfer-Encoding: chunked\r\n");
    }
    if (!stays(head, reply)) {
        out.append("Connection: close\r\n");
    } else if (reply.http10) {
        out.append("Connection: keep-alive\r\n");
    }
}

}  // namespace

void append_forwarded(std::string& out, const http::RequestHead& head, Via via) {
    out.append(head.method).append(" ").append(head.path).append(" HTTP/1.1\r\n");
    http::append_field(out, "Host", head.authority);
    const ConnectionNames connection(head.headers);
    std::string_view forwarded_for;
    bool has_proto = false;
    bool many_forwarded = false;
    for (const Header& header : head.headers) {
        switch (header.field) {
            case Field::host:
            case Field::content_length:
                continue;
            case Field::x_forwarded_for:
                many_forwarded = many_forwarded || !forwarded_for.empty();
                forwarded_for = header.value;
                continue;
            case Field::x_forwarded_proto:
                if (has_proto) continue;
                has_proto = true;
                break;
            default:
                if (http::is_hop_by_hop(header.field) || connection.name(header)) continue;
        }
        http::append_field(out, header.name, header.value);
    }
    out.append("X-Forwarded-For: ");
    if (many_forwarded) {
        for (const Header& header : head.headers) {
            if (header.field != Field::x_forwarded_for || header.value.empty()) continue;
            out.append(header.value).append(", ");
        }
    } else if (!forwarded_for.empty()) {
        out.append(forwarded_for).append(", ");
    }
    out.append(via.client_ip).append("\r\n");
    if (!has_proto) out.append("X-Forwarded-Proto: http\r\n");
    if (head.framing == Framing::chunked) {
        out.append("Transfer-Encoding: chunked\r\n");
    } else if (had_content_length(head.headers)) {
        append_length(out, head.content_length);
    }
    if (head.upgrade) append_upgrade(out, head.headers);
    out.append("\r\n");
}

BodyMode body_mode(const http::ResponseHead& head, Reply reply) {
    if (head.framing == Framing::until_close && !reply.http10) return BodyMode::chunk;
    if (head.framing == Framing::chunked && reply.http10) return BodyMode::unchunk;
    return BodyMode::raw;
}

bool stays(const http::ResponseHead& head, Reply reply) {
    if (!reply.keep_alive) return false;
    const bool ends_by_close =
        reply.http10 && (head.framing == Framing::until_close || head.framing == Framing::chunked);
    return !ends_by_close;
}

void append_returned(std::string& out, const http::ResponseHead& head, Reply reply) {
    append_status_line(out, head);
    const ConnectionNames connection(head.headers);
    for (const Header& header : head.headers) {
        if (header.field == Field::content_length) continue;
        if (http::is_hop_by_hop(header.field) || connection.name(header)) continue;
        http::append_field(out, header.name, header.value);
    }
    if (head.upgrade) {
        append_upgrade(out, head.headers);
    } else if (head.status >= 200) {
        append_framing(out, head, reply);
    }
    out.append("\r\n");
}

std::string_view word(Reason reason) {
    switch (reason) {
        case Reason::bad_request:
            return "bad-request";
        case Reason::connect_unsupported:
            return "connect-unsupported";
        case Reason::request_timeout:
            return "request-timeout";
        case Reason::bad_response:
            return "bad-response";
        case Reason::upstream_closed:
            return "upstream-closed";
        case Reason::no_endpoint:
            return "no-endpoint";
        case Reason::connect_failed:
            return "connect-failed";
        case Reason::overloaded:
            return "overloaded";
        case Reason::upstream_timeout:
            return "upstream-timeout";
        case Reason::client_closed:
            return "client-closed";
        case Reason::response_cut:
            return "response-cut";
    }
    return "bad-request";
}

int status_of(Reason reason) {
    switch (reason) {
        case Reason::bad_request:
            return 400;
        case Reason::connect_unsupported:
            return 405;
        case Reason::request_timeout:
            return 408;
        case Reason::bad_response:
        case Reason::upstream_closed:
        case Reason::response_cut:
            return 502;
        case Reason::no_endpoint:
        case Reason::connect_failed:
        case Reason::overloaded:
            return 503;
        case Reason::upstream_timeout:
            return 504;
        case Reason::client_closed:
            return 499;
    }
    return 500;
}

void append_refusal(std::string& out, const Refusal& refusal) {
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::uint64_t>(refusal.status));
    out.append(" ").append(http::reason_phrase(refusal.status)).append("\r\n");
    http::append_field(out, "Content-Type", "text/plain; charset=utf-8");
    http::append_field(out, "X-Swell-Reason", word(refusal.reason));
    append_length(out, refusal.what.size() + 1);
    if (!refusal.keep_alive) out.append("Connection: close\r\n");
    out.append("\r\n");
    if (!refusal.head) out.append(refusal.what).append("\n");
}

bool may_retry(const Failure& failure) {
    if (failure.response_begun || !failure.replayable || failure.tries >= most_tries) return false;
    if (!failure.written) return true;
    return failure.idempotent && (failure.reused || failure.tries < 2);
}

}  // namespace swell::proxy
