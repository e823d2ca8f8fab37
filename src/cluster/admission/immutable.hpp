#pragma once

#include "spec/object.hpp"

namespace swell::cluster {

/// What an update may not change: selectors of Deployments and ReplicaSets, a pod's spec but for
/// images, its deadline, which may only come nearer, and more tolerations (its resources are
/// validate_resize()'s), the data of what says `immutable`, a Service's address once it has one, a
/// claim's spec but for the volume it is bound to and a first storage class; and what is being
/// deleted gets no new finalizers.
///
/// before  of the same kind
/// Source  k8s.io/kubernetes/pkg/apis/{apps,core}/validation, Validate…Update (1.37)
void validate_immutable(
    const spec::Object& now, const spec::Object& before, spec::Problems& problems
);

}  // namespace swell::cluster
