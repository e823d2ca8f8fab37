#pragma once

#include "spec/kinds/core.hpp"

// What a pod holds while it is resized: quotas count what its containers were granted and what is in
// force for them, beside what its spec asks for.
//
// Source  k8s.io/component-helpers/resource, PodRequests and PodLimits with UseStatusResources, as
//         k8s.io/kubernetes/pkg/quota/v1/evaluator/core calls them (1.37).

namespace swell::cluster {

/// The largest of what the spec asks for, what was granted (`allocatedResources`) and what is in
/// force (`resources` of the container's status), resource by resource; a resize upwards counts at
/// once, one downwards when it is done. Of a resize that can never be (PodResizePending with reason
/// Infeasible) the spec does not count. A container of which the status says nothing counts with
/// its spec. The pod's own `resources` are those of the spec.
spec::ResourceList requests_held(const spec::Pod& pod);
/// The same of limits, which are never granted, only in force.
spec::ResourceList limits_held(const spec::Pod& pod);

}  // namespace swell::cluster
