#include "cluster/pods/probe/redirect.hpp"

#include <algorithm>
#include <charconv>

namespace swell::cluster::pods {

namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::optional<std::int32_t> port_number(std::string_view text) {
    std::int32_t port = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    return port > 0 && port < 65536 ? std::optional(port) : std::nullopt;
}

bool set_authority(Redirect& to, std::string_view authority) {
    const std::size_t colon = authority.rfind(':');
    to.host = authority.substr(0, colon);
    to.port = to.tls ? 443 : 80;
    if (colon != std::string_view::npos) {
        const auto port = port_number(authority.substr(colon + 1));
        if (!port) return false;
        to.port = *port;
    }
    return !to.host.empty();
}

/// A path that does not begin at the root goes on from the folder of the one that was asked for.
std::string path_from(const std::string& target, std::string_view location) {
    if (location.starts_with("/")) return std::string(location);
    const std::string path = target.substr(0, target.find('?'));
    if (location.empty()) return target;
    if (location.starts_with("?")) return path + std::string(location);
    return path.substr(0, path.rfind('/') + 1) + std::string(location);
}

}  // namespace

std::string host_of(const std::string& address) { return address.substr(0, address.rfind(':')); }

std::optional<Redirect> redirect(const http::Request& from, std::string_view location) {
    location = location.substr(0, location.find('#'));
    Redirect to;
    to.tls = take_prefix(location, "https:");
    const bool scheme = to.tls || take_prefix(location, "http:");
    if (take_prefix(location, "//")) {
        const std::size_t end = std::min(location.find_first_of("/?"), location.size());
        to.absolute = true;
        if (!set_authority(to, location.substr(0, end))) return std::nullopt;
        location.remove_prefix(end);
        to.target = (location.starts_with("/") ? "" : "/") + std::string(location);
        return to;
    }
    // Another scheme: a colon before any slash is none of a path.
    const std::size_t colon = location.find(':');
    if (scheme || (colon != std::string_view::npos && colon < location.find_first_of("/?")))
        return std::nullopt;
    if (!set_authority(to, from.address)) return std::nullopt;
    to.target = path_from(from.target, location);
    return to;
}

}  // namespace swell::cluster::pods
