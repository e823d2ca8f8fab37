#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "spec/kinds/apps.hpp"

namespace swell::control {

/// The custom and external metrics that a service can have, by the names that a manifest uses for
/// them; simulated and measured ones are called the same.
///
///     requests_per_second   of pods: what each served; of a Service or Deployment, and external:
///                           what came
///     requests_in_flight    came and are not answered yet, mean of the window
///     queue_length          of those, the ones that wait for a pod: the model alone knows
///     latency_seconds       mean of those answered in the window; 0 when none was
///
/// An annotation of a Deployment gives its metrics other names beside their own:
/// `swell.dev/metrics: http_requests=requests_per_second, backlog=queue_length`. Where only a
/// simulation shall heed it, it is `sim.swell.dev/metrics`; of a name in both, the former counts.
class MetricNames {
  public:
    enum class Series { requests_per_second, requests_in_flight, queue_length, latency_seconds };

    /// Errors  invalid: `deployment/shop: swell.dev/metrics: …`
    static Result<MetricNames> of(const spec::Deployment& deployment);

    /// The same, whatever the world has of it.
    std::optional<Series> find(std::string_view name) const;

  private:
    Result<void> read(const spec::Deployment& deployment, const char* annotation);

    std::map<std::string, Series, std::less<>> others_;
};

/// As the original's API says it, and what there is.
///
/// of  `pods`, `Service shop`; empty for external metrics
struct UnknownMetric {
    std::string_view name;
    std::string of;
    std::string_view there_are;  ///< in words: `simulated are`
    std::span<const MetricNames::Series> series;
};
Error error_of(const UnknownMetric& metric);

}  // namespace swell::control
