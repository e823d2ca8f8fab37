#include "sim/custom.hpp"

namespace swell::sim {

using Series = MetricNames::Series;

double value_of(Series series, const Observed& observed) {
    switch (series) {
        case Series::requests_per_second:
            return observed.requests_per_second;
        case Series::requests_in_flight:
            return observed.requests_in_flight;
        case Series::queue_length:
            return observed.queue_length;
        case Series::latency_seconds:
            return observed.latency_seconds;
    }
    return 0;
}

Error unknown_metric(std::string_view name, const std::string& of) {
    static constexpr Series all[] = {
        Series::requests_per_second,
        Series::requests_in_flight,
        Series::queue_length,
        Series::latency_seconds,
    };
    return control::error_of({name, of, "simulated are", all});
}

}  // namespace swell::sim
