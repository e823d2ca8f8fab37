#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "control/hpa/gather.hpp"
#include "control/hpa/propose.hpp"

namespace swell::control::hpa {

/// What each metric source answered, made into a Reading; a source that fails or has nothing is an
/// error in the original's words. Pure.

using Pods = std::span<const spec::Pod* const>;

/// Resource and ContainerResource. `of_pods` is what was gathered of these very pods for this very
/// metric, without usages; when it is empty it is filled. For who reads the same again and again.
Reading read_resource(
    const spec::MetricSpec& metric,
    const Result<std::vector<metrics::PodMetrics>>& answer,
    Pods pods,
    const Trust& trust = {},
    std::optional<Gathered>* of_pods = nullptr
);

Reading read_resource(
    const spec::MetricSpec& metric,
    const Result<metrics::Metrics::Snapshot>& answer,
    Pods pods,
    const Trust& trust = {},
    std::optional<Gathered>* of_pods = nullptr
);

/// Pods: a metric that each pod has.
Reading read_pods_metric(
    const Result<std::vector<NamedUsage>>& answer, Pods pods, const Trust& trust = {}
);

/// Object (one value) and External (one a series), in milli-units.
enum class ValueSource { custom, external };
Reading read_values(
    ValueSource source,
    const Result<std::vector<std::int64_t>>& answer,
    Pods pods,
    std::optional<Instant> measured
);

/// The same from what the door answered: values that are no numbers, or that `trust` refuses, are
/// left out of a Pods metric; of Object and External, where none may be missing, one such is an
/// error that says so.
Reading read_pods_values(
    const Result<std::vector<metrics::MetricValue>>& answer, Pods pods, const Trust& trust = {}
);
Reading read_series(
    ValueSource source,
    const Result<std::vector<metrics::MetricValue>>& answer,
    Pods pods,
    const Trust& trust = {}
);

}  // namespace swell::control::hpa
