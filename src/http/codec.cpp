#include "http/codec.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "http/characters.hpp"

namespace swell::http {

namespace {

constexpr std::size_t longest_method = 32;
// A length that cannot overflow sums of offsets; nobody sends 2^62 bytes.
constexpr std::size_t longest_number = 18;

Parsed refuse(int status, const char* what) {
    return {.step = Step::refused, .consumed = 0, .status = status, .what = what};
}

constexpr Parsed good{.step = Step::done, .consumed = 0, .status = 0, .what = ""};

struct Lengths {
    int content_length = 0;
    int transfer_encoding = 0;
    int host = 0;
    bool chunked = false;
    bool close = false;
    bool keep_alive = false;
    bool upgrade_option = false;
    bool upgrade_field = false;
    bool expect = false;
    bool expect_known = true;
    std::uint64_t length = 0;
    std::string_view host_value;
};

bool read_length(std::string_view text, std::uint64_t& length) {
    if (text.empty() || text.size() > longest_number) return false;
    length = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
        length = length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return true;
}

/// Whether a Host may be it: `name`, `name:port`, `[v6]:port`, or nothing.
bool is_authority(std::string_view text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte >= 0x7f || std::strchr("/\\?#@,<>\"{}|^`", c) != nullptr) {
            return false;
        }
    }
    return true;
}

void note_connection(std::string_view value, Lengths& seen) {
    each_element(value, [&seen](std::string_view option) {
        if (same_name(option, "close")) seen.close = true;
        if (same_name(option, "keep-alive")) seen.keep_alive = true;
        if (same_name(option, "upgrade")) seen.upgrade_option = true;
    });
}

/// What a field says about the message. Returns Step::done, or why not.
Parsed note(const Header& header, Lengths& seen) {
    switch (header.field) {
        case Field::connection:
            note_connection(header.value, seen);
            break;
        case Field::content_length:
            if (++seen.content_length > 1) return refuse(400, "more than one Content-Length");
            if (!read_length(header.value, seen.length)) return refuse(400, "bad Content-Length");
            break;
        case Field::transfer_encoding:
            if (++seen.transfer_encoding > 1) return refuse(400, "more than one Transfer-Encoding");
            seen.chunked = same_name(header.value, "chunked");
            break;
        case Field::host:
            if (++seen.host > 1) return refuse(400, "more than one Host");
            if (!is_authority(header.value)) return refuse(400, "bad Host");
            seen.host_value = header.value;
            break;
        case Field::upgrade:
            seen.upgrade_field = !header.value.empty();
            break;
        case Field::expect:
            seen.expect = true;
            seen.expect_known = seen.expect_known && same_name(header.value, "100-continue");
            break;
        default:
            break;
    }
    return good;
}

/// `name: value` without its line end. Returns Step::done, or why not.
Parsed read_field(std::string_view line, Header& header) {
    if (is_blank(line.front())) return refuse(400, "folded header line");
    std::size_t colon = 0;
    while (colon < line.size() && is_token_byte(line[colon])) ++colon;
    if (colon == line.size()) return refuse(400, "header line without a colon");
    if (line[colon] != ':' || colon == 0) return refuse(400, "bad header name");
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
    while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
    for (const char c : value) {
        if (!is_value_byte(c)) return refuse(400, "control character in a header value");
    }
    header.name = line.substr(0, colon);
    header.value = value;
    header.field = field_of(header.name);
    return good;
}

/// The lines after the first, up to the empty one; `block` ends with that one.
Parsed read_fields(std::string_view block, Headers& headers, Lengths& seen, const Limits& limits) {
    headers.clear();
    while (true) {
        const auto* lf = static_cast<const char*>(std::memchr(block.data(), '\n', block.size()));
        const auto size = static_cast<std::size_t>(lf - block.data());
        if (size == 1) return good;
        Header header;
        const Parsed read = read_field(block.substr(0, size - 1), header);
        if (read.step != Step::done) return read;
        if (headers.size() >= limits.headers || !headers.add(header)) {
            return refuse(431, "too many headers");
        }
        if (header.field != Field::other) {
            const Parsed noted = note(header, seen);
            if (noted.step != Step::done) return noted;
        }
        block.remove_prefix(size + 1);
    }
}

/// Looks on for the empty line. done: `consumed` is the end of the head.
Parsed find_end(std::string_view bytes, HeadScan& scan, const Limits& limits) {
    while (true) {
        const std::size_t left = bytes.size() - scan.scanned;
        const void* found =
            left == 0 ? nullptr : std::memchr(bytes.data() + scan.scanned, '\n', left);
        if (found == nullptr) {
            scan.scanned = bytes.size();
            if (bytes.size() <= limits.head_bytes) return {};
            const bool first_line = scan.line_start == scan.start;
            return first_line ? refuse(414, "request line too long")
                              : refuse(431, "head too large");
        }
        const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
        if (at == scan.line_start || bytes[at - 1] != '\r') {
            return refuse(400, "line feed without carriage return");
        }
        if (at >= limits.head_bytes) return refuse(431, "head too large");
        const bool empty_line = at == scan.line_start + 1;
        const bool at_start = scan.line_start == scan.start;
        scan.scanned = at + 1;
        scan.line_start = at + 1;
        if (!empty_line) continue;
        if (!at_start) {
            Parsed end = good;
            end.consumed = at + 1;
            return end;
        }
        if (scan.start > 0) return refuse(400, "empty lines before the message");
        scan.start = at + 1;
    }
}

bool read_version(std::string_view text, Version& version) {
    if (text == "HTTP/1.1") {
        version = Version::http11;
    } else if (text == "HTTP/1.0") {
        version = Version::http10;
    } else {
        return false;
    }
    return true;
}

bool looks_like_version(std::string_view text) {
    return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
           is_digit(text[7]);
}

bool is_target(std::string_view target) {
    for (const char c : target) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte >= 0x7f || c == '#') return false;
    }
    return !target.empty();
}

/// Splits `http://authority/path`. Returns false when it is no absolute form.
bool split_absolute(RequestHead& head) {
    const std::string_view target = head.target;
    std::size_t from = 0;
    if (target.size() > 7 && same_name(target.substr(0, 7), "http://")) from = 7;
    if (target.size() > 8 && same_name(target.substr(0, 8), "https://")) from = 8;
    if (from == 0) return false;
    const std::size_t path = target.find_first_of("/?", from);
    head.authority = target.substr(from, path == std::string_view::npos ? path : path - from);
    // `http://host?q` has no path to forward, and nobody sends it.
    if (path != std::string_view::npos && target[path] == '?') return false;
    head.path = path == std::string_view::npos ? std::string_view("/") : target.substr(path);
    return !head.authority.empty() && is_authority(head.authority);
}

Parsed read_target(RequestHead& head) {
    if (!is_target(head.target)) return refuse(400, "bad request target");
    head.authority = {};
    if (head.target.front() == '/') {
        head.path = head.target;
    } else if (head.method == "CONNECT") {
        head.path = {};
        head.authority = head.target;
        if (!is_authority(head.target)) return refuse(400, "bad request target");
    } else if (head.target == "*" && head.method == "OPTIONS") {
        head.path = head.target;
    } else if (!split_absolute(head)) {
        return refuse(400, "bad request target");
    }
    return good;
}

Parsed read_request_line(std::string_view line, RequestHead& head) {
    std::size_t at = 0;
    while (at < line.size() && is_token_byte(line[at])) ++at;
    if (at == 0 || at == line.size() || line[at] != ' ') return refuse(400, "bad request line");
    if (at > longest_method) return refuse(501, "method too long");
    head.method = line.substr(0, at);
    const std::string_view rest = line.substr(at + 1);
    const std::size_t space = rest.find(' ');
    if (space == std::string_view::npos) return refuse(400, "bad request line");
    head.target = rest.substr(0, space);
    const std::string_view version = rest.substr(space + 1);
    if (!read_version(version, head.version)) {
        return looks_like_version(version) ? refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken")
                                           : refuse(400, "bad request line");
    }
    return read_target(head);
}

/// What the fields mean together.
Parsed settle(RequestHead& head, const Lengths& seen) {
    const bool http11 = head.version == Version::http11;
    if (seen.transfer_encoding > 0 && seen.content_length > 0) {
        return refuse(400, "both Content-Length and Transfer-Encoding");
    }
    if (seen.transfer_encoding > 0 && !http11) {
        return refuse(400, "Transfer-Encoding in HTTP/1.0");
    }
    if (seen.transfer_encoding > 0 && !seen.chunked) {
        return refuse(501, "only Transfer-Encoding: chunked is spoken");
    }
    if (http11 && seen.host == 0) return refuse(400, "no Host");
    if (seen.expect && !seen.expect_known) return refuse(417, "only 100-continue can be expected");
    if (head.authority.empty()) head.authority = seen.host_value;
    head.content_length = seen.length;
    head.framing = seen.chunked      ? Framing::chunked
                   : seen.length > 0 ? Framing::length
                                     : Framing::none;
    head.keep_alive = http11 ? !seen.close : seen.keep_alive && !seen.close;
    head.upgrade = http11 && seen.upgrade_option && seen.upgrade_field;
    head.expect_continue = http11 && seen.expect && head.framing != Framing::none;
    return good;
}

Parsed read_status_line(std::string_view line, ResponseHead& head) {
    if (!read_version(line.substr(0, 8), head.version)) return refuse(502, "bad status line");
    if (line.size() < 12 || line[8] != ' ') return refuse(502, "bad status line");
    if (line.size() > 12 && line[12] != ' ') return refuse(502, "bad status line");
    head.status = 0;
    for (const char c : line.substr(9, 3)) {
        if (!is_digit(c)) return refuse(502, "bad status line");
        head.status = head.status * 10 + (c - '0');
    }
    if (head.status < 100 || head.status > 599) return refuse(502, "bad status");
    head.reason = line.size() > 13 ? line.substr(13) : std::string_view();
    if (!is_field_value(head.reason)) return refuse(502, "bad reason phrase");
    return good;
}

Parsed settle(ResponseHead& head, const Lengths& seen, Answering answering) {
    const bool http11 = head.version == Version::http11;
    if (seen.transfer_encoding > 0 && seen.content_length > 0) {
        return refuse(502, "both Content-Length and Transfer-Encoding");
    }
    if (seen.transfer_encoding > 0 && (!seen.chunked || !http11)) {
        return refuse(502, "only Transfer-Encoding: chunked is spoken, and that in HTTP/1.1");
    }
    if (head.status == 101 && !(answering.upgrade && seen.upgrade_field)) {
        return refuse(502, "101 that nobody asked for");
    }
    head.content_length = seen.length;
    head.upgrade = head.status == 101;
    head.keep_alive = http11 ? !seen.close : seen.keep_alive && !seen.close;
    const bool bodiless =
        answering.head || head.status < 200 || head.status == 204 || head.status == 304;
    if (bodiless) {
        head.framing = Framing::none;
    } else if (seen.chunked) {
        head.framing = Framing::chunked;
    } else if (seen.content_length > 0) {
        head.framing = seen.length > 0 ? Framing::length : Framing::none;
    } else {
        head.framing = Framing::until_close;
        head.keep_alive = false;
    }
    return good;
}

/// The lines common to both kinds of head: finds the end, splits off the first line.
struct Lines {
    Parsed end;
    std::string_view first;
    std::string_view fields;
};

Lines split_lines(std::string_view bytes, HeadScan& scan, const Limits& limits) {
    Lines lines{.end = find_end(bytes, scan, limits), .first = {}, .fields = {}};
    if (lines.end.step != Step::done) return lines;
    const std::string_view head = bytes.substr(scan.start, lines.end.consumed - scan.start);
    const std::size_t lf = head.find('\n');
    lines.first = head.substr(0, lf - 1);
    lines.fields = head.substr(lf + 1);
    return lines;
}

}  // namespace

Parsed parse_request(
    std::string_view bytes, RequestHead& head, HeadScan& scan, const Limits& limits
) {
    // Another protocol (a TLS hello, a port scan) is told so before its first line feed.
    if (!bytes.empty() && !is_token_byte(bytes.front()) && bytes.front() != '\r') {
        return refuse(400, "bad request line");
    }
    const Lines lines = split_lines(bytes, scan, limits);
    if (lines.end.step != Step::done) return lines.end;
    const Parsed line = read_request_line(lines.first, head);
    if (line.step != Step::done) return line;
    Lengths seen;
    const Parsed fields = read_fields(lines.fields, head.headers, seen, limits);
    if (fields.step != Step::done) return fields;
    const Parsed settled = settle(head, seen);
    return settled.step == Step::done ? lines.end : settled;
}

Parsed parse_response(
    std::string_view bytes,
    ResponseHead& head,
    HeadScan& scan,
    Answering answering,
    const Limits& limits
) {
    constexpr std::string_view expected = "HTTP/1.";
    const std::size_t known = std::min(bytes.size(), expected.size());
    if (bytes.substr(0, known) != expected.substr(0, known)) {
        return refuse(502, "not an HTTP/1 response");
    }
    const Lines lines = split_lines(bytes, scan, limits);
    if (lines.end.step == Step::refused) return refuse(502, lines.end.what);
    if (lines.end.step != Step::done) return lines.end;
    const Parsed line = read_status_line(lines.first, head);
    if (line.step != Step::done) return line;
    Lengths seen;
    const Parsed fields = read_fields(lines.fields, head.headers, seen, limits);
    if (fields.step != Step::done) return refuse(502, fields.what);
    const Parsed settled = settle(head, seen, answering);
    return settled.step == Step::done ? lines.end : settled;
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const Header& header : *this) {
        if (same_name(header.name, name)) return header.value;
    }
    return std::nullopt;
}

}  // namespace swell::http
