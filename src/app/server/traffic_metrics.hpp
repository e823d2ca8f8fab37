#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/server/traffic_window.hpp"
#include "base/clock.hpp"
#include "cluster/cluster.hpp"
#include "control/metric_names.hpp"
#include "metrics/pod_metrics.hpp"
#include "proxy/stats.hpp"
#include "spec/selector.hpp"

namespace swell::app {

/// The embedded world's metrics: what pods use, from their runtime; and as custom and external
/// metrics (control/metric_names.hpp) what the proxy before the Services counts, all but
/// `queue_length`. Each value is of the last seconds (traffic_window.hpp) and says so.
///
/// Older than TrafficWindow::silence, no value is given: `unavailable`, until the proxy answers.
class TrafficMetrics final : public metrics::Metrics {
  public:
    TrafficMetrics(
        const Clock& clock, const cluster::Cluster& cluster, const metrics::Metrics& usage
    )
        : clock_(clock), cluster_(cluster), usage_(usage) {}

    /// What the proxy counts now; once a second or so.
    void take(const proxy::Stats& stats) { window_.take(clock_.now(), stats); }

    Result<std::vector<metrics::PodMetrics>> pods(
        std::string_view ns, const metrics::Matches& matches
    ) const override {
        return usage_.pods(ns, matches);
    }
    Result<Snapshot> snapshot(
        std::string_view ns, const metrics::Matches& matches, std::string_view question
    ) const override {
        return usage_.snapshot(ns, matches, question);
    }

    /// What each pod was sent by all Services together. A pod that has no two samples yet, or is
    /// behind no Service, has no value. The metric's own labels are the pod's.
    /// Errors  not_found: there is no such metric, and which there are; invalid: the annotation of
    /// a Deployment; unavailable.
    Result<std::vector<metrics::MetricValue>> of_pods(
        std::string_view ns, const metrics::Metric& metric, const metrics::Matches& matches
    ) const override;

    /// Of a Service: of all its ports. Of a Deployment: of all Services that select its pods, with
    /// what they sent to other pods. Errors as of_pods; not_found also: the object has none.
    Result<metrics::MetricValue> of_object(
        std::string_view ns, const metrics::Metric& metric, const metrics::Described& object
    ) const override;

    /// What of_object says of each Deployment behind a Service; the series' labels are those of its
    /// pods and `deployment`. Errors as of_pods; an annotation only where it might be missed.
    Result<std::vector<metrics::MetricValue>> external(
        std::string_view ns, const metrics::Metric& metric
    ) const override;

  private:
    using Series = control::MetricNames::Series;
    struct Workload;  // a Deployment, and how its metrics are called

    Result<void> answers() const;
    std::vector<Workload> workloads(std::string_view ns) const;
    std::vector<std::string> services_of(std::string_view ns, const spec::Labels& pods) const;
    std::optional<TrafficRates> rates_of(
        std::string_view ns, const std::vector<std::string>& services
    ) const;

    const Clock& clock_;
    const cluster::Cluster& cluster_;
    const metrics::Metrics& usage_;
    TrafficWindow window_;
};

}  // namespace swell::app
