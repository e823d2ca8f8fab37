#pragma once

#include "cluster/store/store.hpp"
#include "faults.hpp"
#include "metrics/pod_metrics.hpp"
#include "shifted_clock.hpp"
#include "spec/kinds/core.hpp"

namespace swell::simulation {

/// The metrics of a scenario: of each load's pods what the work makes them use, of its Service
/// `work` and `work_per_pod`, and outside `queue` and `queue_per_pod`; and what the faults make of
/// them. Beside it the truth, for who checks.
class Measured final : public metrics::Metrics {
  public:
    /// Older than this nobody believes a metric.
    static constexpr Duration stale_after = std::chrono::seconds(90);
    static constexpr Duration age = std::chrono::seconds(5);  ///< of a metric that is well
    static constexpr Duration window = std::chrono::seconds(15);

    Measured(const ShiftedClock& clock, const cluster::Store& store, const Faults& faults)
        : clock_(clock), store_(store), faults_(faults) {}

    Result<std::vector<metrics::PodMetrics>> pods(
        std::string_view ns, const metrics::Matches& matches
    ) const override;
    Result<std::vector<metrics::MetricValue>> of_pods(
        std::string_view ns, const metrics::Metric& metric, const metrics::Matches& matches
    ) const override;
    Result<metrics::MetricValue> of_object(
        std::string_view ns, const metrics::Metric& metric, const metrics::Described& object
    ) const override;
    Result<std::vector<metrics::MetricValue>> external(
        std::string_view ns, const metrics::Metric& metric
    ) const override;

    /// A load's pods, in the order of their names, whatever becomes of them.
    std::vector<spec::Pod> pods_of(const Load& load) const;
    /// Those of them that do the work.
    static bool works(const spec::Pod& pod);

    /// What one pod uses in truth, in milli-cores.
    std::int64_t usage(const Load& load, const spec::Pod& pod, std::int64_t working) const;
    double work(const Load& load) const { return load.work.at(faults_.elapsed()); }
    double queue(const Load& load) const { return load.queue.at(faults_.elapsed()); }

    /// Whether what is told of a pod may be believed; of the Service's and the outer metrics, same.
    bool is_believable(std::size_t load, const std::string& pod) const;
    bool is_believable(std::size_t load) const;

  private:
    Instant told_at(std::size_t load) const;
    Result<double> value(std::size_t load, std::string_view name, const char* base) const;

    const ShiftedClock& clock_;
    const cluster::Store& store_;
    const Faults& faults_;
};

}  // namespace swell::simulation
