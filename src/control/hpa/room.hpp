#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "control/hpa/decide.hpp"
#include "control/hpa/scale.hpp"
#include "journal/entry.hpp"
#include "spec/kinds/core.hpp"

namespace swell::control::hpa {

/// What gives a pod its resources right before it is created (VpaController::admission).
using Admit = std::function<spec::Pod(spec::Pod)>;

/// Rule `quota`: the quotas of the namespace leave no room for all pods that are wanted. `wants 14,
/// quota compute leaves room for 9: requests.cpu used 19 of 20`. Empty when they do.
///
/// admit  may be empty: pods are created as their template says
///
/// The number itself is not held back: Kubernetes asks for it all the same, and the pods come as
/// soon as there is room.
std::optional<journal::Step> explain_room(
    const cluster::Cluster& cluster,
    const TargetScale& target,
    const Admit& admit,
    std::int32_t wanted,
    Instant now
);

/// Says so where people look: in the steps, in condition QuotaLimited as long as it holds, and in
/// an event when what is wanted or what there is room for is news. Kubernetes' own conditions are
/// left as they are: it knows none for this.
void tell_room(Decision& decision, const std::optional<journal::Step>& lack, Instant at);

}  // namespace swell::control::hpa
