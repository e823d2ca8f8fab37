#include "http/sockets_io.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace swell::http {

namespace {

constexpr int backlog = 1024;

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Result<Address> unix_address(const std::string& path) {
    Address out;
    auto& un = reinterpret_cast<sockaddr_un&>(out.storage);
    if (path.size() >= sizeof un.sun_path) {
        return fail(
            Code::invalid,
            path + ": a Unix socket's path has at most " + std::to_string(sizeof un.sun_path - 1) +
                " bytes"
        );
    }
    un.sun_family = AF_UNIX;
    std::memcpy(un.sun_path, path.c_str(), path.size() + 1);
    out.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    return out;
}

Result<Address> tcp_address(const std::string& text) {
    const auto bad = [&] {
        return fail(Code::invalid, '"' + text + "\": not an address, expected IP:PORT");
    };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos) return bad();
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + colon + 1, end, port);
    if (read.ec != std::errc() || read.ptr != end) return bad();
    std::string host = text.substr(0, colon);
    Address out;
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        auto& in6 = reinterpret_cast<sockaddr_in6&>(out.storage);
        if (::inet_pton(AF_INET6, host.c_str(), &in6.sin6_addr) != 1) return bad();
        in6.sin6_family = AF_INET6;
        in6.sin6_port = htons(port);
        out.size = sizeof in6;
        return out;
    }
    auto& in = reinterpret_cast<sockaddr_in&>(out.storage);
    if (::inet_pton(AF_INET, host.c_str(), &in.sin_addr) != 1) return bad();
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    out.size = sizeof in;
    return out;
}

Result<Address> address_of(const std::string& text) {
    return text.find('/') != std::string::npos ? unix_address(text) : tcp_address(text);
}

Result<Fd> make_socket(const Address& address) {
    Fd fd(::socket(address.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) return std::unexpected(errno_error("socket"));
    return fd;
}

/// Whether a process accepts on this Unix socket.
bool somebody_listens(const Address& address) {
    const auto fd = make_socket(address);
    if (!fd) return true;
    if (::connect(**fd, address.get(), address.size) == 0) return true;
    return errno != ECONNREFUSED && errno != ENOENT;
}

/// Makes room for a new socket file, or says who is in the way.
Result<void> clear_stale(const std::string& path, const Address& address) {
    struct stat info{};
    if (::lstat(path.c_str(), &info) != 0) return {};
    if (!S_ISSOCK(info.st_mode)) {
        return fail(Code::exists, path + ": there is a file that is not a socket");
    }
    if (somebody_listens(address)) {
        return fail(Code::exists, path + ": another process listens there");
    }
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return std::unexpected(errno_error(path));
    }
    return {};
}

Result<void> bind_and_listen(int fd, const Address& address, const std::string& text) {
    if (::bind(fd, address.get(), address.size) != 0 || ::listen(fd, backlog) != 0) {
        if (errno == EADDRINUSE) return fail(Code::exists, text + ": address in use");
        return std::unexpected(errno_error(text));
    }
    return {};
}

}  // namespace

Result<Fd> connect_to(const std::string& text) {
    const auto address = address_of(text);
    if (!address) return std::unexpected(address.error());
    auto fd = make_socket(*address);
    if (!fd) return fd;
    const int on = 1;
    if (address->get()->sa_family != AF_UNIX) {
        ::setsockopt(**fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    if (::connect(**fd, address->get(), address->size) != 0 && errno != EINPROGRESS) {
        return std::unexpected(errno_error(text));
    }
    return fd;
}

int connection_error(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
    return error;
}

Result<Listening> listen_tcp(const std::string& text) {
    auto address = tcp_address(text);
    if (!address) return std::unexpected(address.error());
    auto fd = make_socket(*address);
    if (!fd) return std::unexpected(fd.error());
    const int on = 1;
    ::setsockopt(**fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto bound = bind_and_listen(**fd, *address, text);
    if (!bound) return std::unexpected(bound.error());
    if (::getsockname(**fd, address->get(), &address->size) != 0) {
        return std::unexpected(errno_error(text));
    }
    const bool v6 = address->get()->sa_family == AF_INET6;
    const auto port = v6 ? reinterpret_cast<sockaddr_in6&>(address->storage).sin6_port
                         : reinterpret_cast<sockaddr_in&>(address->storage).sin_port;
    return Listening{.fd = std::move(*fd), .port = ntohs(port)};
}

Result<Listening> listen_unix(const std::string& path) {
    const auto address = unix_address(path);
    if (!address) return std::unexpected(address.error());
    const auto room = clear_stale(path, *address);
    if (!room) return std::unexpected(room.error());
    auto fd = make_socket(*address);
    if (!fd) return std::unexpected(fd.error());
    // Before bind, the mode is the one the file is made with: no moment in which others may
    // connect.
    if (::fchmod(**fd, 0600) != 0) return std::unexpected(errno_error(path));
    const auto bound = bind_and_listen(**fd, *address, path);
    if (!bound) return std::unexpected(bound.error());
    return Listening{.fd = std::move(*fd), .port = 0};
}

}  // namespace swell::http
