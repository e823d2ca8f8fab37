#include <algorithm>
#include <charconv>

#include "http/characters.hpp"
#include "http/codec.hpp"

namespace swell::http {

Field field_of(std::string_view name) {
    switch (name.size()) {
        case 2:
            return same_name(name, "te") ? Field::te : Field::other;
        case 4:
            return same_name(name, "host") ? Field::host : Field::other;
        case 6:
            return same_name(name, "expect") ? Field::expect : Field::other;
        case 7:
            if (same_name(name, "upgrade")) return Field::upgrade;
            return same_name(name, "trailer") ? Field::trailer : Field::other;
        case 10:
            if (same_name(name, "connection")) return Field::connection;
            return same_name(name, "keep-alive") ? Field::keep_alive : Field::other;
        case 14:
            return same_name(name, "content-length") ? Field::content_length : Field::other;
        case 15:
            return same_name(name, "x-forwarded-for") ? Field::x_forwarded_for : Field::other;
        case 16:
            return same_name(name, "proxy-connection") ? Field::proxy_connection : Field::other;
        case 17:
            if (same_name(name, "transfer-encoding")) return Field::transfer_encoding;
            return same_name(name, "x-forwarded-proto") ? Field::x_forwarded_proto : Field::other;
        default:
            return Field::other;
    }
}

bool same_name(std::string_view left, std::string_view right) {
    if (left.size() != right.size()) return false;
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    };
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (lower(left[i]) != lower(right[i])) return false;
    }
    return true;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_byte);
}

bool is_field_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_value_byte);
}

bool is_hop_by_hop(Field field) {
    switch (field) {
        case Field::connection:
        case Field::keep_alive:
        case Field::proxy_connection:
        case Field::te:
        case Field::trailer:
        case Field::transfer_encoding:
        case Field::upgrade:
            return true;
        default:
            return false;
    }
}

bool is_idempotent(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" ||
           method == "PUT" || method == "DELETE";
}

std::string_view reason_phrase(int status) {
    struct Phrase {
        int status;
        std::string_view text;
    };
    // Source  RFC 9110, 15; RFC 6585.
    static constexpr Phrase phrases[] = {
        {100, "Continue"},
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (const Phrase& phrase : phrases) {
        if (phrase.status == status) return phrase.text;
    }
    return "Unknown";
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

namespace {

void append_fields(std::string& out, std::span<const Header> headers) {
    for (const Header& header : headers) append_field(out, header.name, header.value);
    out.append("\r\n");
}

}  // namespace

void append_response_head(std::string& out, int status, std::span<const Header> headers) {
    char digits[12];
    const auto end = std::to_chars(digits, digits + sizeof digits, status).ptr;
    out.append("HTTP/1.1 ").append(digits, end).append(" ").append(reason_phrase(status));
    out.append("\r\n");
    append_fields(out, headers);
}

void append_request_head(
    std::string& out,
    std::string_view method,
    std::string_view target,
    std::span<const Header> headers
) {
    out.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
    append_fields(out, headers);
}

void append_chunk(std::string& out, std::string_view data) {
    if (data.empty()) return;
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, data.size(), 16).ptr;
    out.append(digits, end).append("\r\n").append(data).append("\r\n");
}

}  // namespace swell::http
