#pragma once

#include <map>
#include <string>
#include <vector>

#include "spec/kinds/vpa.hpp"

namespace swell::control::vpa {

/// The part of a LimitRange that holds for one type, Container or Pod.
struct LimitRangeItem {
    spec::ResourceList max, min, default_limit;
};

/// What a namespace's LimitRanges say together; absent where they say nothing.
struct LimitRanges {
    std::optional<LimitRangeItem> container, pod;
};

/// What was done to a container's recommendation, in words: `cpu capped to maxAllowed`.
using Annotations = std::map<std::string, std::vector<std::string>>;

struct CappedRecommendation {
    /// Absent when the autoscaler has none.
    std::optional<spec::RecommendedPodResources> recommendation;
    Annotations annotations;  ///< by container; of the target alone
};

/// The requests and limits in force: those of the container's status when it tells them (after a
/// resize in place), else those of the spec.
spec::ResourceRequirements resources_in_force(const spec::Pod& pod, const std::string& container);

/// The recommendation as it may be applied to this pod: within the pod's LimitRange, then each
/// container's within the container's LimitRange, the policy's bounds, and, with RequestsOnly, the
/// container's limit. Containers that the pod has not are left out. Where a LimitRange is for pods,
/// containers without a recommendation appear with their requests.
///
/// Edges   The pod's LimitRange can make a recommendation of 0 bytes one of -1: a quirk. Containers
///         that have neither requests nor a recommendation keep the original from an answer (it
///         ends); here they stay as they are.
/// Source  vertical-pod-autoscaler cappingRecommendationProcessor; tests/conformance/vectors/vpa.
CappedRecommendation cap_for_pod(
    const spec::VerticalPodAutoscaler& vpa, const spec::Pod& pod, const LimitRanges& ranges
);

}  // namespace swell::control::vpa
