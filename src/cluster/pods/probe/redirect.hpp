#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/exchange.hpp"

namespace swell::cluster::pods {

/// Where the Location of a redirect leads.
struct Redirect {
    std::string host;
    std::int32_t port = 0;
    std::string target;     ///< path and query
    bool tls = false;       ///< https
    bool absolute = false;  ///< it names its host: a Host header made for the first one is over
    bool operator==(const Redirect&) const = default;
};

/// Reads a Location as seen from where it was sent: a URL, or a path there. A fragment is dropped;
/// `..` is left to the server.
///
/// from      the request that was answered; its address is `host:port`
/// Returns   nothing when it is neither http nor https, or has no host or no port number.
std::optional<Redirect> redirect(const http::Request& from, std::string_view location);

/// The host of a `host:port`.
std::string host_of(const std::string& address);

}  // namespace swell::cluster::pods
