#include "cluster/pods/ports_io.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/fd_io.hpp"

namespace swell::cluster::pods {

bool can_bind(std::uint16_t port) {
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    return socket &&
           ::bind(*socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::optional<std::uint16_t> PortBook::take() {
    const auto count = static_cast<std::uint16_t>(end_ - base_);
    if (count == 0) return std::nullopt;
    // From a random place: a port just given back may still be in a client's mind.
    const auto first = static_cast<std::uint16_t>(rng_.below(count));
    for (std::uint16_t i = 0; i < count; ++i) {
        const auto port = static_cast<std::uint16_t>(base_ + (first + i) % count);
        if (taken_.contains(port) || !can_bind(port)) continue;
        taken_.insert(port);
        return port;
    }
    return std::nullopt;
}

}  // namespace swell::cluster::pods
