#pragma once

#include "control/vpa/capping.hpp"
#include "control/vpa/contention.hpp"

namespace swell::control::vpa {

/// What admission makes of one container; empty lists leave it as it is.
struct ContainerResources {
    std::string container;
    spec::ResourceList requests, limits;
};

struct Admission {
    std::vector<ContainerResources> containers;  ///< one a container of the pod, in its order
    Annotations annotations;                     ///< by container
};

/// Requests and limits of a pod under an autoscaler: the requests become the recommendation capped
/// for the pod; limits keep their proportion to the requests, unless the policy says RequestsOnly.
/// Containers without a recommendation stay as they are.
///
/// Source  vertical-pod-autoscaler recommendationProvider; tests/conformance/vectors/vpa.
Admission resources_for(
    const spec::VerticalPodAutoscaler& vpa, const spec::Pod& pod, const LimitRanges& ranges
);

/// The annotation that names the containers there were when the pod was admitted. The updater looks
/// at these alone: others were put in by somebody after it.
inline constexpr const char* observed_containers = "vpaObservedContainers";
/// The annotation that says what was changed.
inline constexpr const char* updates = "vpaUpdates";

/// The pod as it is to be created: with the requests and limits of resources_for(), and both
/// annotations. With update mode Off it stays as it is, and so does what is contested.
///
/// Whoever creates a pod on behalf of a controller calls this last, with the autoscaler that
/// controls the pod (see match.hpp); VpaController::admit does both.
spec::Pod admit(
    const spec::VerticalPodAutoscaler& vpa,
    spec::Pod pod,
    const LimitRanges& ranges,
    std::span<const Contested> contested = {}
);

/// The annotation of pods that were resized in place.
inline constexpr const char* in_place_updated = "vpaInPlaceUpdated";

/// A running pod as it is to be resized in place: with the requests and limits of resources_for()
/// and the annotation in_place_updated. What is contested stays as it is.
///
/// Source  vertical-pod-autoscaler pkg/updater/inplace
spec::Pod resized(
    const spec::VerticalPodAutoscaler& vpa,
    spec::Pod pod,
    const LimitRanges& ranges,
    std::span<const Contested> contested = {}
);

}  // namespace swell::control::vpa
