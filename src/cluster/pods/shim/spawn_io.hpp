#pragma once

#include <sys/types.h>

#include <string>

#include "base/fd_io.hpp"
#include "base/result.hpp"

namespace swell::cluster::pods {

/// A started `swell shim`, born with clean signals, /dev/null, a session of its own, and no other
/// descriptors.
struct Spawned {
    pid_t pid = 0;
    Fd pidfd;
    Fd report;  ///< read end, does not block
};

/// Starts `BINARY shim WORD` with `spec` on shim_fd::spec and, if given, the lifeline.
/// Errors  unavailable.
Result<Spawned> spawn_shim(
    const std::string& swell_binary,
    const std::string& mode,
    const std::string& spec,
    const Fd* lifeline
);

}  // namespace swell::cluster::pods
