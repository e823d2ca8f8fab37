#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace swell::http {

/// Fields that a message owns, in their order.
using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// The value of the first field of that name (case ignored).
std::optional<std::string_view> find(const HeaderList& headers, std::string_view name);

/// A whole request. The client adds Content-Length and Connection, which the caller never gives,
/// and Host where the caller gives none.
struct Request {
    std::string method = "GET";
    std::string target = "/";  ///< path and query
    HeaderList headers;
    std::string body;
    std::string address;  ///< client: `127.0.0.1:8080`, `[::1]:8080`, or the path of a Unix socket
};

/// A whole response. The server adds Content-Length and Connection.
struct Response {
    int status = 200;
    HeaderList headers;
    std::string body;
};

Response text_response(int status, std::string body);  ///< text/plain
Response json_response(int status, std::string body);  ///< application/json

/// A request target taken apart: `/a%20b?x=1&y=a+b` is path `/a b`, query {x: 1, y: a b}.
struct Target {
    std::string path;
    std::map<std::string, std::string> query;  ///< the last one wins; no `=`: empty

    /// The query's value, or empty.
    std::string_view value(const std::string& name) const;
};

/// Errors  invalid: an escape that is none, or one that hides a NUL.
Result<Target> parse_target(std::string_view target);

/// Escapes all but letters, digits, `-._~`, for one segment of a path or one value of a query.
std::string percent_encode(std::string_view text);

}  // namespace swell::http
