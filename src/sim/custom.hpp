#pragma once

#include <string>
#include <string_view>

#include "control/metric_names.hpp"

namespace swell::sim {

using control::MetricNames;

/// What the model can tell of a service beside what its pods use. Each is of the time between two
/// scrapes, or of the moment of the last one.
struct Observed {
    double requests_per_second = 0;  ///< that arrived
    double requests_in_flight = 0;  ///< by Little's law: those served a second, times their latency
    double queue_length = 0;        ///< requests that wait, at the scrape
    double latency_seconds = 0;     ///< mean, of those served; 0 when there were none
};

double value_of(MetricNames::Series series, const Observed& observed);

/// The model has all of MetricNames.
///
/// of  `pods`, `Service shop`; empty for external metrics
Error unknown_metric(std::string_view name, const std::string& of);

}  // namespace swell::sim
