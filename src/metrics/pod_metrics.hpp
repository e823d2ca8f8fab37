#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace swell::metrics {

struct ContainerUsage {
    std::string name;
    std::map<std::string, Quantity>
        usage;  ///< `cpu` in cores averaged over the window, `memory` in bytes
};

/// As metrics.k8s.io PodMetrics.
struct PodMetrics {
    std::string name;
    std::string ns;
    std::map<std::string, std::string> labels;
    Instant timestamp{};  ///< end of the window
    Duration window{};
    std::vector<ContainerUsage> containers;
};

/// Whether labels are among those asked for.
using Matches = std::function<bool(const std::map<std::string, std::string>&)>;

/// One value of a custom or an external metric. It may be anything that was reported, NaN and
/// infinities too: who reads it decides what to believe.
struct MetricValue {
    std::string pod;  ///< of a metric of pods; else empty
    double value = 0;
    Instant timestamp{};
    Duration window{};  ///< 0 when it is a value of one moment
};

/// Which series of a metric: custom and external metrics are asked for by name and labels.
struct Metric {
    std::string_view name;
    Matches matches;  ///< labels of the series; empty: all
};

/// An object that a metric is about, in the namespace that is asked.
struct Described {
    std::string_view kind, name;
};

/// The door to measured values: Kubernetes' resource, custom and external metrics APIs. What a
/// source does not have it refuses; without custom and external metrics it says that there are
/// none.
class Metrics {
  public:
    virtual ~Metrics() = default;

    /// What pods() answers, shared with whoever asks for the same: nothing is copied. `question`
    /// is `matches` in words, such as the text of a selector: a source may remember who is meant.
    using Snapshot = std::shared_ptr<const std::vector<PodMetrics>>;
    virtual Result<Snapshot> snapshot(
        std::string_view ns, const Matches& matches, [[maybe_unused]] std::string_view question
    ) const {
        auto list = pods(ns, matches);
        if (!list) return std::unexpected(list.error());
        return std::make_shared<const std::vector<PodMetrics>>(*std::move(list));
    }

    /// Newest metrics of the pods of a namespace; `matches` says which labels. Sorted by name.
    /// Errors  unavailable.
    virtual Result<std::vector<PodMetrics>> pods(
        std::string_view ns,
        const std::function<bool(const std::map<std::string, std::string>&)>& matches
    ) const = 0;

    /// A custom metric of each pod whose labels match. Errors  unavailable, not_found.
    virtual Result<std::vector<MetricValue>>
    of_pods(std::string_view, const Metric&, const Matches&) const {
        return fail(Code::unavailable, "there is no source of custom metrics");
    }
    /// A custom metric of one object. Errors  unavailable, not_found.
    virtual Result<MetricValue> of_object(std::string_view, const Metric&, const Described&) const {
        return fail(Code::unavailable, "there is no source of custom metrics");
    }
    /// An external metric: one value a series. Errors  unavailable, not_found.
    virtual Result<std::vector<MetricValue>> external(std::string_view, const Metric&) const {
        return fail(Code::unavailable, "there is no source of external metrics");
    }
};

}  // namespace swell::metrics
