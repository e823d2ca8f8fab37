#pragma once

#include <cstdint>

#include "spec/kinds/apps.hpp"

namespace swell::control::deployment {

/// How far a rolling update may go above and below the wanted replicas.
struct Bounds {
    std::int32_t max_surge = 0;
    std::int32_t max_unavailable = 0;

    bool operator==(const Bounds&) const = default;
};

/// Percentages of `spec.replicas`: maxSurge rounds up, maxUnavailable rounds down. When both come
/// out as 0, one pod may be unavailable, else nothing could ever move. Neither is more than it can
/// be: maxUnavailable is at most `spec.replicas`, and both are 0 for Recreate.
///
/// Source  kubernetes deployment util ResolveFenceposts, MaxSurge, MaxUnavailable.
Bounds bounds(const spec::DeploymentSpec& spec);

}  // namespace swell::control::deployment
