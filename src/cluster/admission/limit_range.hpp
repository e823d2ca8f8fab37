#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spec/kinds/quota.hpp"

// What the limit ranges of a namespace make of a pod, and what they refuse.
//
// Source  k8s.io/kubernetes/plugin/pkg/admission/limitranger (1.37).

namespace swell::cluster {

/// Gives every container that does not say the default limits and requests, and writes down in the
/// annotation `kubernetes.io/limit-ranger` which. Of several ranges the last that gave something
/// is the one written down: the original's.
void set_defaults(const std::vector<spec::LimitRange>& ranges, spec::Pod& pod);

/// What the first range that is broken says, all of it: `maximum cpu usage per Container is 1, but
/// limit is 2`, or `[…, …]`. Empty when nothing is broken, and for kinds without limits.
///
/// object  a pod after set_defaults(), or a claim
std::optional<std::string> broken_limits(
    const std::vector<spec::LimitRange>& ranges, const spec::Object& object
);

}  // namespace swell::cluster
