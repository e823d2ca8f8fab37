#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/time.hpp"

namespace swell::control::hpa {

/// One pod of the target as the calculator sees it: numbers only, so that a thousand of them cost
/// microseconds. Amounts are in thousandths of the metric's unit.
struct PodSample {
    enum class Phase : std::uint8_t { pending, running, succeeded, failed, unknown };
    enum class Ready : std::uint8_t { absent, no, yes, unknown };  ///< absent: no such condition

    std::int64_t usage = 0;    ///< when has_usage
    std::int64_t request = 0;  ///< when the target is a utilization
    Instant measured{};        ///< end of the metric's window
    Duration window{};
    Instant started{};      ///< when has_started
    Instant ready_since{};  ///< when the Ready condition last changed
    Phase phase = Phase::running;
    Ready ready = Ready::absent;
    bool terminating = false;
    bool has_started = false;
    bool has_usage = false;
};

/// The pods of the target, and usages of pods that are not (or no longer) among them: averages
/// count those too.
struct Samples {
    std::vector<PodSample> pods;
    std::vector<std::int64_t> strays;
    bool request_missing = false;  ///< some pod has no request; only a utilization minds
};

struct Tolerances {
    double down = 0.1;
    double up = 0.1;

    /// 1 - down <= ratio <= 1 + up; not for NaN.
    bool is_within(double ratio) const { return 1.0 - down <= ratio && ratio <= 1.0 + up; }
};

/// What the calculator knows beside the pods.
struct Terms {
    Instant now{};
    std::int32_t current = 0;  ///< replicas
    Tolerances tolerances;
    Duration cpu_initialization_period = std::chrono::minutes(5);
    Duration initial_readiness_delay = std::chrono::seconds(30);
    bool is_cpu = false;  ///< only cpu is ignored while a pod starts up
    /// Beyond the original, which turns more than 2147483647 replicas into the smallest number in
    /// some of its formulas, and so shrinks the target to its minimum: whether they are capped in
    /// all of them.
    bool caps_overflow = false;
};

/// How the pods were sorted.
struct Groups {
    std::int32_t ready = 0;    ///< counted
    std::int32_t unready = 0;  ///< pending, or starting up: not counted, 0 when growing
    std::int32_t missing = 0;  ///< without metric: the target when shrinking, 0 when growing
    std::int32_t ignored = 0;  ///< terminating or failed
    bool operator==(const Groups&) const = default;
};

/// Why there is no number.
enum class Failure : std::uint8_t {
    none,
    no_pods,            ///< no pods returned by selector while calculating replica count
    no_usages,          ///< did not receive metrics for targeted pods (pods might be unready)
    request_missing,    ///< the caller knows of which pod
    nothing_in_common,  ///< no metrics returned matched known pods
};

/// The original's words for a failure.
const char* text(Failure failure);

/// Which rule gave the number; the rest of the Calculation are its numbers.
enum class Rule : std::uint8_t {
    within_tolerance,      ///< first ratio within tolerance: current
    usage_ratio,           ///< ceil(ratio × pods)
    filled_in_within,      ///< with missing and unready pods filled in, within tolerance: current
    filled_in_other_side,  ///< filled in, the ratio is on the other side of 1: current
    filled_in_wrong_way,   ///< filled in, the number would move against the ratio: current
    filled_in_ratio,       ///< ceil(second ratio × pods filled in)
    per_pod,               ///< ceil(value / target)
    per_pod_within,        ///< value / (target × pods) within tolerance: pods
    from_zero,             ///< ceil(ratio), there are no pods yet
};

struct Calculation {
    Failure failure = Failure::none;
    Rule rule = Rule::within_tolerance;
    std::int32_t replicas = 0;
    std::int32_t utilization = 0;  ///< percent; of utilizations only
    std::int64_t usage = 0;        ///< average a pod; of Value the value
    double ratio = 0;              ///< usage / target before anything was filled in
    double filled_ratio = 0;       ///< of rules filled_in_…
    std::int64_t counted = 0;      ///< entries in the second ratio, or ready pods in the first
    std::int64_t used = 0;         ///< sum over the counted pods
    std::int64_t requested = 0;    ///< same, of utilizations
    Groups groups;
};

/// Replicas that bring the average utilization back to `target` percent of the requests.
///
///     utilization = trunc(100 · Σ usage / Σ request);  ratio = utilization / target
///     desired     = ceil(ratio · ready pods), `current` when the ratio is within tolerance
///
/// Missing pods count as max(100, target) percent of their request when shrinking and as 0 when
/// growing; unready ones as 0 when growing. Then the ratio may not change its direction. Source
/// kubernetes ReplicaCalculator.GetResourceReplicas, and tests/conformance/vectors/hpa.
Calculation for_utilization(const Samples& samples, std::int32_t target, const Terms& terms);

/// The same for an average per pod: AverageValue of Resource and ContainerResource, and Pods.
/// Source  ReplicaCalculator.GetRawResourceReplicas, GetMetricReplicas.
Calculation for_average(const Samples& samples, std::int64_t target, const Terms& terms);

/// Replicas for one value of the whole target (Object and External with Value).
///
///     desired = ceil(value / target · running and ready pods), at most 2147483647
///
/// With no replicas: ceil(value / target), without a cap (see Terms). Errors  no_pods.
Calculation for_value(
    const Samples& samples, std::int64_t value, std::int64_t target, const Terms& terms
);

/// Replicas for a value that all pods share (Object and External with AverageValue): ceil(value /
/// target). `pods` is scale.status.replicas. `is_capped`: at most 2147483647, as External is and
/// Object is not (see Terms).
Calculation for_shared_value(
    std::int64_t value,
    std::int64_t target,
    std::int32_t pods,
    const Tolerances& tolerances,
    bool is_capped
);

/// Sum of an external metric's series, as the original adds them: past the largest number it stays
/// there.
std::int64_t sum_of_values(std::span<const std::int64_t> values);
/// Same, but any sum below 0 counts as overflow and becomes the largest number: a negative external
/// metric with AverageValue scales to the maximum. A quirk of the original that is kept.
std::int64_t sum_of_shared_values(std::span<const std::int64_t> values);

}  // namespace swell::control::hpa
