#include "control/hpa/reading.hpp"

#include <cmath>
#include <cstdio>

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

// Thousandths, rounded up as a quantity's are; what is beyond them is the largest there is.
std::int64_t milli_of(double value) {
    constexpr double beyond = 0x1.0p63;
    const double milli = std::ceil(value * 1000);
    if (milli >= beyond) return std::numeric_limits<std::int64_t>::max();
    if (milli < -beyond) return std::numeric_limits<std::int64_t>::min();
    return static_cast<std::int64_t>(milli);
}

std::string text_of(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

// Why a value is not believed; empty when it is.
std::string doubt(const metrics::MetricValue& value, const Trust& trust) {
    const bool is_negative = trust.refuse_negative && value.value < 0;
    if (!std::isfinite(value.value) || is_negative)
        return "the value " + text_of(value.value) + " cannot be true";
    if (trust.not_before && value.timestamp < *trust.not_before)
        return "the value of " + to_rfc3339_seconds(value.timestamp) + " is too old";
    return {};
}

Reading reading_of(Gathered gathered) {
    Reading reading;
    reading.samples = std::move(gathered.samples);
    reading.request_error = std::move(gathered.request_error);
    reading.distrusted = gathered.absurd;
    return reading;
}

Reading read_measured(
    const spec::MetricSpec& metric,
    std::span<const metrics::PodMetrics> measured,
    Pods pods,
    const Trust& trust,
    std::optional<Gathered>* of_pods
) {
    if (measured.empty()) return empty("resource");
    const bool is_container = metric.container_resource.has_value();
    if (!is_container && !metric.resource) return {};
    const std::string& resource =
        is_container ? metric.container_resource->name : metric.resource->name;
    const std::string_view container =
        is_container ? metric.container_resource->container : std::string_view();
    Gathered gathered;
    if (of_pods != nullptr && *of_pods) {
        gathered = **of_pods;
    } else {
        gathered = gather_pods(pods);
        if (target_of(metric).form == Target::Form::utilization)
            gather_requests(gathered, pods, resource, container);
        if (of_pods != nullptr) *of_pods = gathered;
    }
    gather_usages(gathered, pods, usages_of(measured, resource, container), trust);
    Reading reading = reading_of(std::move(gathered));
    reading.measured = measured.front().timestamp;
    return reading;
}

}  // namespace

Reading read_resource(
    const spec::MetricSpec& metric,
    const Result<std::vector<metrics::PodMetrics>>& answer,
    Pods pods,
    const Trust& trust,
    std::optional<Gathered>* of_pods
) {
    if (!answer) return failed("resource", answer.error().what);
    return read_measured(metric, *answer, pods, trust, of_pods);
}

Reading read_resource(
    const spec::MetricSpec& metric,
    const Result<metrics::Metrics::Snapshot>& answer,
    Pods pods,
    const Trust& trust,
    std::optional<Gathered>* of_pods
) {
    if (!answer) return failed("resource", answer.error().what);
    return read_measured(metric, **answer, pods, trust, of_pods);
}

Reading read_pods_metric(
    const Result<std::vector<NamedUsage>>& answer, Pods pods, const Trust& trust
) {
    if (!answer) return failed("custom", answer.error().what);
    if (answer->empty()) return empty("custom");
    Gathered gathered = gather_pods(pods);
    gather_usages(gathered, pods, *answer, trust);
    Reading reading = reading_of(std::move(gathered));
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
    Reading reading = reading_of(gather_pods(pods));
    reading.values = *answer;
    reading.measured = measured;
    return reading;
}

Reading read_pods_values(
    const Result<std::vector<metrics::MetricValue>>& answer, Pods pods, const Trust& trust
) {
    if (!answer) return failed("custom", answer.error().what);
    std::vector<NamedUsage> usages;
    usages.reserve(answer->size());
    std::size_t no_numbers = 0;
    for (const metrics::MetricValue& one : *answer) {
        if (std::isfinite(one.value))
            usages.push_back({one.pod, milli_of(one.value), one.timestamp, one.window});
        else
            ++no_numbers;
    }
    Reading reading = read_pods_metric(Result<std::vector<NamedUsage>>(usages), pods, trust);
    reading.distrusted += no_numbers;
    return reading;
}

Reading read_series(
    ValueSource source,
    const Result<std::vector<metrics::MetricValue>>& answer,
    Pods pods,
    const Trust& trust
) {
    using Values = Result<std::vector<std::int64_t>>;
    if (!answer) return read_values(source, Values(std::unexpected(answer.error())), pods, {});
    std::vector<std::int64_t> values;
    for (const metrics::MetricValue& one : *answer) {
        if (const std::string why = doubt(one, trust); !why.empty()) {
            Reading reading =
                read_values(source, Values(fail(Code::unavailable, why)), pods, one.timestamp);
            reading.distrusted = 1;
            return reading;
        }
        values.push_back(milli_of(one.value));
    }
    const std::optional<Instant> measured =
        answer->empty() ? std::nullopt : std::optional(answer->front().timestamp);
    return read_values(source, Values(std::move(values)), pods, measured);
}

}  // namespace swell::control::hpa
