#pragma once

#include <cstdint>
#include <optional>

#include "control/hpa/scale.hpp"
#include "journal/entry.hpp"

namespace swell::control::hpa {

/// Rule `quota`: the quotas of the namespace leave no room for all pods that are wanted. `wants 14,
/// quota compute leaves room for 9: requests.cpu used 19 of 20`. Empty when they do.
///
/// The number itself is not held back: Kubernetes asks for it all the same, and the pods come as
/// soon as there is room.
std::optional<journal::Step> explain_room(
    const cluster::Cluster& cluster, const TargetScale& target, std::int32_t wanted, Instant now
);

}  // namespace swell::control::hpa
