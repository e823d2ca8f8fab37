#pragma once

#include <span>
#include <string>

#include "http/message.hpp"

namespace swell::http {

/// What a peer may ask us to hold.
struct Limits {
    std::size_t head_bytes = 64u << 10;
    std::size_t headers = max_headers;  ///< at most max_headers
};

enum class Step : std::uint8_t {
    more,     ///< not all there yet: call again with more bytes
    done,     ///< complete
    refused,  ///< not HTTP as we accept it: answer `status`, then close
};

struct Parsed {
    Step step = Step::more;
    std::size_t consumed = 0;  ///< with done: bytes of the head, its empty line included
    int status = 0;            ///< with refused: 400, 414, 417, 431, 501 or 505
    const char* what = "";     ///< with refused: the reason, for the log and the answer
};

/// Where the search for the end of a head has come to. One for each head, `{}` to begin with, so
/// that a head that comes byte by byte costs as much as one that comes at once.
struct HeadScan {
    std::size_t scanned = 0;
    std::size_t line_start = 0;
    std::size_t start = 0;  ///< bytes of empty lines before a request
};

/// Reads one request head from the front of `bytes`.
///
/// Strict, because every leniency is a way to smuggle: lines end in CRLF, nothing is folded, one
/// Content-Length or Transfer-Encoding but not both, one Host, no space before a colon, no control
/// characters, HTTP/1.0 and 1.1 only. One empty line before the request is passed over.
///
/// bytes   all bytes received since the end of the message before; same front at every call
/// head    meaningful with Step::done, as long as `bytes` stays where it is
/// Source  RFC 9110, RFC 9112
Parsed parse_request(
    std::string_view bytes, RequestHead& head, HeadScan& scan, const Limits& limits = {}
);

/// What a response answers; it decides whether a body follows.
struct Answering {
    bool head = false;     ///< the request was HEAD: never a body
    bool upgrade = false;  ///< the request asked for an upgrade: 101 is allowed
};

/// Reads one response head from the front of `bytes`; a 1xx head is one too, and another follows.
/// As strict as parse_request, but a reason phrase may be missing.
Parsed parse_response(
    std::string_view bytes,
    ResponseHead& head,
    HeadScan& scan,
    Answering answering,
    const Limits& limits = {}
);

/// Tells body from what follows it, in whatever pieces the bytes come.
///
///     while (!body.done()) { piece = body.next(bytes); use(piece.data);
///     bytes.remove_prefix(piece.consumed); }
///
/// Every consumed byte has been checked, so a proxy may pass on the consumed bytes as they are.
class BodyReader {
  public:
    struct Piece {
        Step step = Step::more;
        std::size_t consumed = 0;
        std::string_view data;  ///< decoded bytes, part of the consumed ones
        const char* what = "";  ///< with refused
    };

    BodyReader() = default;  ///< no body: done at once
    BodyReader(Framing framing, std::uint64_t content_length);

    /// Consumes from the front of `bytes` up to the end of one run of data, of the body, or of
    /// `bytes`. more with consumed < bytes.size() means: call again with the rest.
    Piece next(std::string_view bytes);

    bool done() const { return state_ == State::done; }
    /// Whether the body may end by the peer's closing now (until_close), or has ended.
    bool may_end() const { return framing_ == Framing::until_close || done(); }

  private:
    enum class State : std::uint8_t {
        data,  // of a length, or until close
        size_first,
        size,
        extension,
        size_lf,
        chunk,
        chunk_cr,
        chunk_lf,
        trailer_start,
        trailer_name,
        trailer_value,
        trailer_lf,
        last_lf,
        done,
        refused,
    };

    Piece next_counted(std::string_view bytes);
    Piece next_chunked(std::string_view bytes);
    /// One byte outside chunk data; returns the reason when it is refused, else null.
    const char* take(char byte);
    const char* take_size(char byte);
    const char* take_trailer(char byte);

    std::uint64_t left_ = 0;
    std::uint32_t line_ = 0;      // bytes of extension on this line
    std::uint32_t trailers_ = 0;  // bytes of all trailers
    Framing framing_ = Framing::none;
    State state_ = State::done;
    std::uint8_t name_size_ = 0;  // of the trailer's name so far, at most one more than name_ holds
    std::array<char, 20> name_{};
};

/// Status line, fields as given, empty line. The caller gives Content-Length or Transfer-Encoding.
void append_response_head(std::string& out, int status, std::span<const Header> headers);
void append_request_head(
    std::string& out,
    std::string_view method,
    std::string_view target,
    std::span<const Header> headers
);
/// `Name: value\r\n`; the caller vouches for both (is_token, is_field_value).
void append_field(std::string& out, std::string_view name, std::string_view value);
/// One chunk; nothing when `data` is empty, for that would be the last one.
void append_chunk(std::string& out, std::string_view data);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// `Not Found`; `Unknown` for a status without a name.
std::string_view reason_phrase(int status);

bool is_token(std::string_view text);
/// Whether a field may carry it: no CR, LF, NUL or other control character but HTAB.
bool is_field_value(std::string_view text);
bool same_name(std::string_view left, std::string_view right);
/// Calls `use(token)` for each element of a comma-separated list, without white space around it.
template <class Use>
void each_element(std::string_view list, Use use) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        std::string_view element = list.substr(0, comma);
        while (!element.empty() && (element.front() == ' ' || element.front() == '\t')) {
            element.remove_prefix(1);
        }
        while (!element.empty() && (element.back() == ' ' || element.back() == '\t')) {
            element.remove_suffix(1);
        }
        if (!element.empty()) use(element);
        if (comma == std::string_view::npos) return;
        list.remove_prefix(comma + 1);
    }
}

/// Whether a field belongs to one hop and is not passed on: Connection, Keep-Alive,
/// Proxy-Connection, TE, Trailer, Transfer-Encoding, Upgrade. Those that Connection names are the
/// caller's to find.
bool is_hop_by_hop(Field field);
/// GET, HEAD, OPTIONS, TRACE, PUT, DELETE: sending it twice does what sending it once does.
bool is_idempotent(std::string_view method);

}  // namespace swell::http
