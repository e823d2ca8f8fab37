#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace swell::http {

enum class Version : std::uint8_t { http10, http11 };

/// How long a message's body is.
enum class Framing : std::uint8_t {
    none,         ///< no body at all
    length,       ///< content_length bytes
    chunked,      ///< until the last chunk and its trailers
    until_close,  ///< responses only: until the peer closes
};

/// Fields that decide about a message or a hop; any other is `other`.
enum class Field : std::uint8_t {
    other,
    connection,
    content_length,
    expect,
    host,
    keep_alive,
    proxy_connection,
    te,
    trailer,
    transfer_encoding,
    upgrade,
    x_forwarded_for,
    x_forwarded_proto,
};

struct Header {
    std::string_view name;   ///< as it was written; names compare without case
    std::string_view value;  ///< without the white space around it
    Field field = Field::other;
};

inline constexpr std::size_t max_headers = 128;

/// The fields of a head in their order, at most `max_headers`; never on the heap.
class Headers {
  public:
    const Header* begin() const { return items_.data(); }
    const Header* end() const { return items_.data() + size_; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    /// The value of the first field of that name (case ignored); empty when there is none.
    std::optional<std::string_view> find(std::string_view name) const;

    void clear() { size_ = 0; }
    /// Returns false, and adds nothing, when it is full.
    bool add(const Header& header) {
        if (size_ == items_.size()) return false;
        items_[size_++] = header;
        return true;
    }

  private:
    std::array<Header, max_headers> items_;
    std::size_t size_ = 0;
};

/// A request head as read. Every view points into the buffer that was parsed.
struct RequestHead {
    std::string_view method;     ///< case matters: `GET`
    std::string_view target;     ///< as it was written
    std::string_view path;       ///< origin form, with the query: `/a?b`, or `*`
    std::string_view authority;  ///< from an absolute target, else from Host; may be empty
    Headers headers;
    std::uint64_t content_length = 0;  ///< with Framing::length
    Version version = Version::http11;
    Framing framing = Framing::none;
    bool keep_alive = true;        ///< the client would use the connection again
    bool upgrade = false;          ///< asks to change the protocol (WebSocket)
    bool expect_continue = false;  ///< waits for `100 Continue` before its body
};

/// A response head as read. Every view points into the buffer that was parsed.
struct ResponseHead {
    std::string_view reason;
    Headers headers;
    std::uint64_t content_length = 0;  ///< as stated, also where no body follows (HEAD, 304)
    int status = 0;                    ///< 100 to 599
    Version version = Version::http11;
    Framing framing = Framing::none;
    bool keep_alive = true;
    bool upgrade = false;  ///< 101: what follows is the other protocol's
};

}  // namespace swell::http
