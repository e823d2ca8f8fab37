#pragma once

#include <string>

#include "cluster/cluster.hpp"
#include "spec/kinds/autoscaling.hpp"

namespace swell::control::hpa {

/// The scale subresource of a target: what an autoscaler may see and set of it.
struct TargetScale {
    cluster::Object object;
    std::int32_t replicas = 0;         ///< spec.replicas
    std::int32_t status_replicas = 0;  ///< status.replicas
};

/// status.selector of the scale subresource: the text form; empty when the target has none. Made
/// anew by each call, and the same for as long as the target's generation is.
std::string selector_text(const TargetScale& scale);

/// Reads the target: a Deployment or a ReplicaSet.
/// Errors  not_found: `deployments.apps "web" not found`; invalid: no such kind, or one without
/// scale.
Result<TargetScale> read_scale(
    const cluster::Cluster& cluster,
    const std::string& ns,
    const spec::CrossVersionObjectReference& target
);

/// Sets spec.replicas. When another write came first, reads again and retries, five times in all.
/// Errors  those of read_scale; conflict, unavailable.
Result<void> write_scale(
    cluster::Cluster& cluster,
    const std::string& ns,
    const spec::CrossVersionObjectReference& target,
    TargetScale scale,
    std::int32_t replicas
);

}  // namespace swell::control::hpa
