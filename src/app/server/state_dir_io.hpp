#pragma once

#include <cstdint>
#include <string>

#include "base/fd_io.hpp"
#include "base/result.hpp"

namespace swell::app {

/// The folder of one control plane's state, and what lies where in it.
struct StateDir {
    std::string path;

    std::string objects() const { return path + "/objects.db"; }
    std::string journal() const { return path + "/journal.db"; }
    std::string pods() const { return path + "/pods"; }
    std::string api_socket() const { return path + "/api.sock"; }
    std::string proxy_socket() const { return path + "/proxy.sock"; }
    std::string proxy_snapshot() const { return path + "/proxy.json"; }
    std::string log() const { return path + "/control-plane.log"; }
    std::string proxy_log() const { return path + "/proxy.log"; }
    std::string lock() const { return path + "/lock"; }
    /// Is there while the objects are those of a run in the foreground: what is left of one that
    /// was killed goes with the next start.
    std::string foreground() const { return path + "/foreground"; }

    /// Eight hex digits of the path: names cgroups and address ranges, so that two do not meet.
    std::string tag() const;
    /// `127.B.`: the loopback addresses of this control plane's Services; B from 64 to 127 by the
    /// tag.
    std::string address_prefix() const;
};

/// `given`, else $SWELL_STATE, else $XDG_STATE_HOME/swell, else ~/.local/state/swell; made
/// absolute. Errors  invalid: too long for a Unix socket's name (over 90 bytes).
Result<StateDir> state_dir(const std::string& given);

/// Creates the folder (0700) and takes its lock until the Fd closes. Errors  exists: another
/// process has it (says its pid).
Result<Fd> lock(const StateDir& dir);

/// What its disk still takes from us. Errors  unavailable and the like, as the system says.
Result<std::uint64_t> free_bytes(const StateDir& dir);

}  // namespace swell::app
