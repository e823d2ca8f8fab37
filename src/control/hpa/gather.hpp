#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/hpa/calculate.hpp"
#include "metrics/pod_metrics.hpp"
#include "spec/kinds/core.hpp"

namespace swell::control::hpa {

/// Joins pods and what was measured of them into the calculator's numbers. Pure.
struct Gathered {
    Samples samples;
    std::string request_error;  ///< `missing request for cpu in container app of Pod web-0`
    std::size_t absurd = 0;     ///< usages left out because they cannot be true, or are too old
};

/// A usage of one pod by its name.
struct NamedUsage {
    std::string_view pod;
    std::int64_t usage = 0;
    Instant measured{};
    Duration window{};
};

/// Which usages count; by default all, as in Kubernetes.
struct Trust {
    std::optional<Instant>
        not_before;                ///< older measurements are left out: their pods count as missing
    bool refuse_negative = false;  ///< same for usages below zero
    /// Same for larger ones: sums of such usages would wrap, as the original's do, and an absurdly
    /// high usage would shrink the target.
    std::int64_t at_most = std::numeric_limits<std::int64_t>::max();
};

/// Milli-units of `resource` in each pod's metrics: the sum over its containers, or of `container`
/// alone. A pod with no containers, or with one that lacks the resource, has none.
std::vector<NamedUsage> usages_of(
    std::span<const metrics::PodMetrics> metrics,
    std::string_view resource,
    std::string_view container
);

/// What the pods say by themselves: phase, readiness, times. The same for as long as they are the
/// same objects.
Gathered gather_pods(std::span<const spec::Pod* const> pods);
/// Adds what each requests of a resource (for utilization), of all its containers or of one; the
/// first that lacks it is the error.
void gather_requests(
    Gathered& gathered,
    std::span<const spec::Pod* const> pods,
    std::string_view resource,
    std::string_view container
);
/// Adds the usages, in any order; a later one of the same pod replaces an earlier one. `pods` are
/// those that were gathered.
void gather_usages(
    Gathered& gathered,
    std::span<const spec::Pod* const> pods,
    std::span<const NamedUsage> usages,
    const Trust& trust = {}
);

}  // namespace swell::control::hpa
