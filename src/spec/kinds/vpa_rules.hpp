#pragma once

#include "spec/kinds/vpa.hpp"
#include "spec/object.hpp"

namespace swell::spec {

/// The rules of autoscaling.k8s.io/v1 across the fields of each policy, with its feature gates as
/// they are by default; one that is absent is in order.
///
/// path  of the policy, for the problems: `spec.updatePolicy`
void validate(
    const std::optional<PodUpdatePolicy>& policy, const std::string& path, Problems& problems
);
void validate(
    const std::optional<PodResourcePolicy>& policy, const std::string& path, Problems& problems
);

}  // namespace swell::spec
