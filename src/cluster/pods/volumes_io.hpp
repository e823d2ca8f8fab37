#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cluster/pods/expand.hpp"
#include "cluster/pods/shim/shim_spec.hpp"
#include "spec/kinds/core.hpp"

namespace swell::cluster::pods {

/// Where a volume of a pod lies on this machine.
struct VolumeFolder {
    std::string name, path;
    bool read_only = false;  ///< configMap and secret, for containers
};

struct VolumeSources {
    std::function<const spec::ConfigMap*(const std::string&)>
        config_map;  ///< nullptr: there is none
    std::function<const spec::Secret*(const std::string&)> secret;
    std::string folder;         ///< of the pod's volumes; made with mode 0700
    std::string memory_folder;  ///< the same within a tmpfs; empty: there is none, disk is used
};

/// Makes a pod's volumes, or finds them: an emptyDir keeps what it has, the others are brought to
/// what their ConfigMap or Secret says now. A folder that is there stays the same folder, for
/// containers that have it mounted; each file changes in one step.
/// Errors  not_found: a ConfigMap, Secret or key that is not optional; invalid: a path that leads
/// out.
Result<std::vector<VolumeFolder>> make_volumes(const spec::PodSpec& pod, const VolumeSources& from);

/// What a container sees of them. A subPath that is missing is made, as a folder.
/// Errors  not_found: no such volume; invalid: a path that leads out.
Result<std::vector<Mount>> mounts_of(
    const spec::Container& container, const std::vector<VolumeFolder>& volumes
);

/// SWELL_VOLUME_<NAME>: where each volume lies, for programs that cannot be shown it at its
/// mountPath.
Variables volume_variables(const std::vector<VolumeFolder>& volumes);

}  // namespace swell::cluster::pods
