#pragma once

#include <array>

#include "control/vpa/aggregate.hpp"
#include "spec/kinds/vpa.hpp"

namespace swell::control::vpa {

/// How much is recommended. The recommender's flags of the same names.
struct RecommenderConfig {
    struct Percentiles {
        double lower_bound = 0.5, target = 0.9, upper_bound = 0.95;
    };
    Percentiles cpu, memory;
    double margin_fraction = 0.15;
    double pod_min_cpu_milli = 25;
    double pod_min_memory_mib = 250;
    Duration confidence_interval_cpu = std::chrono::hours(24);
    Duration confidence_interval_memory = std::chrono::hours(24);
    std::int64_t round_cpu_milli = 1;
    std::int64_t round_memory_bytes = 1;
    bool humanize_memory = false;      ///< two decimals of Ki, Mi, …; deprecated in the original
    bool integer_cpu = false;          ///< annotations may ask for whole cores
    spec::ResourceList max_allowed{};  ///< where a policy says nothing
};

/// One number on its way from the histogram to the recommendation, step by step. In milli-cores or
/// bytes.
struct Estimate {
    double fraction = 0;               ///< which percentile
    std::int64_t used = 0;             ///< that percentile
    std::int64_t with_margin = 0;      ///< used + trunc(used * margin_fraction)
    std::optional<double> multiplier;  ///< for the bounds: what confidence makes of them
    std::int64_t scaled = 0;           ///< trunc(with_margin * multiplier)
    std::int64_t least = 0;            ///< the container's part of the pod's minimum
    std::int64_t amount = 0;           ///< max(scaled, least)
};

struct ResourceEstimates {
    Estimate target, lower_bound, upper_bound;
    double confidence = 0;  ///< days of a sample a minute, with the default interval
};

/// What one container's history says, before rounding and policy.
struct ContainerEstimates {
    std::string container;
    std::optional<ResourceEstimates> cpu, memory;  ///< absent: not controlled
    std::int64_t samples = 0;
    std::optional<Instant> first_sample, last_sample;
};

/// How much the history is worth: the lesser of the time between its ends and of its number of
/// samples at one a minute, both over `interval`. 0 without samples.
double confidence_of(const AggregateState& state, Duration interval);

/// Estimates for each container that a policy does not turn off, by name.
///
///     used        = percentile of the histogram, truncated
///     with_margin = used + trunc(used * margin_fraction)
///     upper       * (1 + 1 / confidence)            without history: all there is
///     lower       * (1 + 0.001 / confidence)^-2     without history: nothing
///     amount      = at least trunc(the pod's minimum / number of containers)
///
/// Source  vertical-pod-autoscaler podResourceRecommender; tests/conformance/vectors/vpa.
std::vector<ContainerEstimates> estimate(
    const AggregateStates& states, const spec::VpaSpec& spec, const RecommenderConfig& config
);

/// The estimates as the status shows them: rounded up, whole cores where an annotation asks for
/// them, then within the policy's bounds. uncappedTarget is as before the bounds.
spec::RecommendedPodResources recommend(
    const std::vector<ContainerEstimates>& estimates,
    const spec::VerticalPodAutoscaler& vpa,
    const RecommenderConfig& config
);

}  // namespace swell::control::vpa
