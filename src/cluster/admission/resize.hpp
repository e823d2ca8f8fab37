#pragma once

#include "spec/kinds/core.hpp"
#include "spec/object.hpp"

namespace swell::cluster {

/// What a resize makes of a pod's spec: the spec that there is with the resources of `wanted`, by
/// the place of the containers. Where these are others, or fewer or more, they stay for
/// validate_resize() to refuse.
///
/// Source  k8s.io/kubernetes/pkg/registry/core/pod/strategy.go, dropNonResizeUpdates (1.37)
spec::PodSpec with_resources_of(spec::PodSpec before, const spec::PodSpec& wanted);

/// What may not change when a pod is resized in place: its quality of service, other resources than
/// cpu and memory, and that something is said at all; containers are the same, in the same order.
///
/// now     with all defaults
/// Source  k8s.io/kubernetes/pkg/apis/core/validation, ValidatePodResize (1.37)
void validate_resize(
    const spec::PodSpec& now, const spec::PodSpec& before, spec::Problems& problems
);

}  // namespace swell::cluster
