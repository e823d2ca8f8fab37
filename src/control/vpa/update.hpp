#pragma once

#include <span>
#include <vector>

#include "control/vpa/capping.hpp"
#include "control/vpa/contention.hpp"

namespace swell::control::vpa {

/// The updater's flags of the same names.
struct UpdaterConfig {
    std::int32_t min_replicas = 2;
    double eviction_tolerance = 0.5;
    double pod_update_threshold = 0.1;
    Duration lifetime_threshold = std::chrono::hours(12);  ///< in-recommendation-bounds-eviction-…
    Duration evict_after_oom_threshold = std::chrono::minutes(10);
};

/// How much a pod needs other resources.
struct Priority {
    bool outside_range = false;  ///< a request is missing, below its lower or above its upper bound
    bool scale_up = false;       ///< a request is missing, or below its target
    double resource_diff = 0;    ///< sum over resources of |requests - targets| / requests

    /// Scale-ups go first, then larger differences.
    bool operator<(const Priority& other) const;
    bool operator==(const Priority&) const = default;
};

/// Compares what a pod's containers request with what is recommended for it (capped for it).
/// Containers without a recommendation, and those that admission did not see (annotation
/// vpaObservedContainers), do not count. Requests of 0 count as 1 milli-unit in the difference.
Priority priority_of(const spec::Pod& pod, const spec::RecommendedPodResources& recommendation);

/// Why a pod is updated, or not.
enum class Verdict {
    outside_range,
    quick_oom,        ///< a container was killed for memory soon after its start
    long_lived,       ///< within the range, but old, and the difference is worth it
    no_start_time,    ///< within the range; not known how old
    short_lived,      ///< within the range, and young
    small_diff,       ///< within the range, old, and hardly different
    oom_same_target,  ///< an update would not change what the OOM needs
    requirements,     ///< the evictionRequirements do not hold
};
const char* to_text(Verdict verdict);

struct Candidate {
    const spec::Pod* pod = nullptr;
    CappedRecommendation capped;  ///< what it may have
    Priority priority;
    Verdict verdict = Verdict::small_diff;

    bool accepted() const { return verdict <= Verdict::long_lived; }
};

/// What an updater makes of one pod. What is contested is no reason to update it.
Candidate judge(
    const spec::VerticalPodAutoscaler& vpa,
    const spec::Pod& pod,
    const LimitRanges& ranges,
    Instant now,
    const UpdaterConfig& config,
    std::span<const Contested> contested = {}
);

/// Candidates in the order in which they are updated; those not accepted are left out. Equal ones
/// keep their order (the original's keep it up to 12 pods).
///
/// Source  vertical-pod-autoscaler UpdatePriorityCalculator; tests/conformance/vectors/vpa.
std::vector<Candidate> update_order(std::vector<Candidate> candidates);

}  // namespace swell::control::vpa
