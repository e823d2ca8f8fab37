#include "control/hpa/reading.hpp"

namespace swell::control::hpa {

namespace {

Reading failed(const char* api, const std::string& error) {
    Reading reading;
    reading.error = std::string("unable to fetch metrics from ") + api + " metrics API: " + error;
    return reading;
}

Reading empty(const char* api) {
    Reading reading;
    reading.error = std::string("no metrics returned from ") + api + " metrics API";
    return reading;
}

Reading reading_of(Gathered gathered) {
    Reading reading;
    reading.samples = std::move(gathered.samples);
    reading.request_error = std::move(gathered.request_error);
    reading.distrusted = gathered.absurd;
    return reading;
}

}  // namespace

Reading read_resource(
    const spec::MetricSpec& metric,
    const Result<std::vector<metrics::PodMetrics>>& answer,
    Pods pods,
    const Trust& trust
) {
    if (!answer) return failed("resource", answer.error().what);
    if (answer->empty()) return empty("resource");
    const bool is_container = metric.container_resource.has_value();
    if (!is_container && !metric.resource) return {};
    const std::string& resource =
        is_container ? metric.container_resource->name : metric.resource->name;
    const std::string container = is_container ? metric.container_resource->container : "";
    Gathered gathered = gather(pods, usages_of(*answer, resource, container), trust);
    if (target_of(metric).form == Target::Form::utilization) {
        gather_requests(gathered, pods, resource, container);
    }
    Reading reading = reading_of(std::move(gathered));
    reading.measured = answer->front().timestamp;
    return reading;
}

Reading read_pods_metric(
    const Result<std::vector<NamedUsage>>& answer, Pods pods, const Trust& trust
) {
    if (!answer) return failed("custom", answer.error().what);
    if (answer->empty()) return empty("custom");
    Reading reading = reading_of(gather(pods, *answer, trust));
    reading.measured = answer->front().measured;
    return reading;
}

Reading read_values(
    ValueSource source,
    const Result<std::vector<std::int64_t>>& answer,
    Pods pods,
    std::optional<Instant> measured
) {
    const char* api = source == ValueSource::custom ? "custom" : "external";
    if (!answer) return failed(api, answer.error().what);
    if (answer->empty()) return empty(api);
    Reading reading = reading_of(gather(pods, {}));
    reading.values = *answer;
    reading.measured = measured;
    return reading;
}

}  // namespace swell::control::hpa
