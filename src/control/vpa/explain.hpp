#pragma once

#include <string>
#include <vector>

#include "control/vpa/disruption.hpp"
#include "control/vpa/recommend.hpp"
#include "journal/entry.hpp"

// The arithmetic as a person would write it. Every number is one that was computed on the way.

namespace swell::control::vpa {

/// How the recommendation of each container came about. Rules, in this order and only those that
/// spoke:
///
///     history            samples and the time they span
///     percentile         what the histogram says for the target and both bounds
///     safety-margin      what is put on top
///     confidence         how the bounds are widened while there is little history; the upper one
///                        without end at first, and the numbers have the most there is for it
///     pod-minimum        what is raised to the container's part of the pod's minimum
///     min-allowed, max-allowed  what the policy does to the target
///     target             the outcome
std::vector<journal::Step> explain(
    const std::vector<ContainerEstimates>& estimates,
    const spec::RecommendedPodResources& recommendation,
    const RecommenderConfig& config
);

/// Why nothing is recommended. Rules `no-target`, `no-pods`, `no-history`.
journal::Step explain_nothing(const std::string& fault, std::size_t pods);

/// Why this pod is updated, what bounds its targets (LimitRanges, the policy, limits), and that its
/// group can do without it. Rules `update-priority`, `capped`, `disruption-budget`.
std::vector<journal::Step> explain_update(
    const Candidate& candidate, const Disruption::Group& group
);

/// `cpu 63m, memory 500Mi`; `nothing` when empty.
std::string in_words(const spec::ResourceList& list);

}  // namespace swell::control::vpa
