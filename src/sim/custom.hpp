#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "spec/kinds/apps.hpp"

namespace swell::sim {

/// What the model can tell of a service beside what its pods use. Each is of the time between two
/// scrapes, or of the moment of the last one.
struct Observed {
    double requests_per_second = 0;  ///< that arrived
    double queue_length = 0;         ///< requests that wait, at the scrape
    double latency_seconds = 0;      ///< mean, of those served; 0 when there were none
};

/// The model's custom and external metrics, by the names that a manifest uses for them.
///
///     requests_per_second   of pods: what each served; of a Service or Deployment, and external:
///                           what arrived
///     queue_length          of a Service or Deployment, and external; of pods: an even share
///     latency_seconds       same; of pods: the service's own
///
/// The annotation `sim.swell.dev/metrics: http_requests=requests_per_second, backlog=queue_length`
/// of a Deployment gives its metrics other names beside their own.
class MetricNames {
  public:
    enum class Series { requests_per_second, queue_length, latency_seconds };

    /// Errors  invalid: `deployment/shop: sim.swell.dev/metrics: …`
    static Result<MetricNames> of(const spec::Deployment& deployment);

    std::optional<Series> find(std::string_view name) const;

  private:
    std::map<std::string, Series, std::less<>> others_;
};

double value_of(MetricNames::Series series, const Observed& observed);

/// As the original's API says it, and what there is.
///
/// of  `pods`, `services/shop`; empty for external metrics
Error unknown_metric(std::string_view name, const std::string& of);

}  // namespace swell::sim
