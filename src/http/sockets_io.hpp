#pragma once

#include <cstdint>
#include <string>

#include "base/fd_io.hpp"
#include "base/result.hpp"

namespace swell::http {

/// Starts a connection, non-blocking; writable means it is decided (connection_error()).
///
/// address  `127.0.0.1:8080`, `[::1]:8080`, or the path of a Unix socket (with a `/`)
/// Errors   invalid: not an address; not_found, unavailable: nobody is there.
Result<Fd> connect_to(const std::string& address);

/// Why a connection that became writable has failed; 0 when it has not.
int connection_error(int fd);

struct Listening {
    Fd fd;
    std::uint16_t port = 0;  ///< TCP: the port in the end
};

/// Listens, non-blocking, on `ip:port`; port 0 takes a free one.
/// Errors  invalid: not an address; exists: the port is taken; unavailable.
Result<Listening> listen_tcp(const std::string& address);

/// Listens on a Unix socket that only its owner may use (mode 0600). A socket file that nobody
/// listens on any more is replaced; any other file is not.
/// Errors  exists: somebody listens there, or it is another kind of file; invalid: path too long.
Result<Listening> listen_unix(const std::string& path);

}  // namespace swell::http
