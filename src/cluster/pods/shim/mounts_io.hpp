#pragma once

#include <vector>

#include "base/result.hpp"
#include "cluster/pods/shim/shim_spec.hpp"

namespace swell::cluster::pods {

/// Makes the calling process's new mount namespace its own: nothing it mounts reaches the machine,
/// and /proc shows its PID namespace. Errors  unavailable: this machine does not let us.
Result<void> make_mounts_private();

/// Shows the volumes where the container wants them. Call in a namespace of its own.
///
/// A mount point that is missing is made without writing to the machine: an overlay over its
/// nearest existing folder, kept in memory; when that folder is `/`, a new root in memory into
/// which every entry of the old one is bound. Errors  unavailable, invalid: names the mount that
/// failed.
Result<void> mount_volumes(const std::vector<Mount>& mounts);

}  // namespace swell::cluster::pods
