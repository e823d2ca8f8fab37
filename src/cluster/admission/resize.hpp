#pragma once

#include "spec/kinds/core.hpp"
#include "spec/object.hpp"

namespace swell::cluster {

/// What may not change when a pod is resized in place: its quality of service, other resources than
/// cpu and memory, and that something is said at all; containers are the same, in the same order.
///
/// now     with all defaults
/// Source  k8s.io/kubernetes/pkg/apis/core/validation, ValidatePodResize (1.37)
void validate_resize(
    const spec::PodSpec& now, const spec::PodSpec& before, spec::Problems& problems
);

/// activeDeadlineSeconds may be given, and then only come nearer.
void validate_deadline(
    const spec::PodSpec& now, const spec::PodSpec& before, spec::Problems& problems
);

}  // namespace swell::cluster
