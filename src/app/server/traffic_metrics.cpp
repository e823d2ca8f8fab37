#include "app/server/traffic_metrics.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "app/server/traffic.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/core.hpp"

namespace swell::app {

namespace {

using control::MetricNames;
using Series = MetricNames::Series;

constexpr Series measured[] = {
    Series::requests_per_second, Series::requests_in_flight, Series::latency_seconds
};

/// Which of those that are measured a name means, if any.
std::optional<Series> measured_as(std::string_view name, const MetricNames& names = {}) {
    const auto series = names.find(name);
    if (!series || std::ranges::find(measured, *series) == std::end(measured)) return std::nullopt;
    return series;
}

double value_of(Series series, const TrafficRates& rates) {
    switch (series) {
        case Series::requests_per_second:
            return rates.requests_per_second;
        case Series::requests_in_flight:
            return rates.requests_in_flight;
        case Series::latency_seconds:
            return rates.latency_seconds;
        case Series::queue_length:
            break;  // not measured: no name means it
    }
    return 0;
}

metrics::MetricValue told(std::string pod, Series series, const TrafficRates& rates) {
    return {std::move(pod), value_of(series, rates), rates.at, rates.window};
}

std::unexpected<Error> unknown(std::string_view name, std::string of) {
    return std::unexpected(control::error_of({name, std::move(of), "measured here are", measured}));
}

cluster::Query all(const spec::Kind& kind, std::string_view ns) {
    cluster::Query query;
    query.kind = kind.name;
    query.ns = ns;
    return query;
}

/// A Service without a selector has no pods, where an empty selector would have all.
bool selects(const spec::Object& service, const spec::Labels& pods) {
    const auto& selector = service.as<spec::Service>().spec.selector;
    return !selector.empty() && spec::Selector::from(selector).matches(pods);
}

}  // namespace

struct TrafficMetrics::Workload {
    std::string name;
    spec::Labels labels;  // of its pods
    spec::Selector selector;
    Result<MetricNames> names;
};

Result<void> TrafficMetrics::answers() const {
    const auto taken = window_.taken();
    if (!taken) return fail(Code::unavailable, "the proxy has not told yet what it counts");
    const Duration age = clock_.now() - *taken;
    if (age <= TrafficWindow::silence) return {};
    return fail(Code::unavailable, "the proxy has not told for " + to_age(age) + " what it counts");
}

std::vector<TrafficMetrics::Workload> TrafficMetrics::workloads(std::string_view ns) const {
    std::vector<Workload> found;
    for (const auto& object : cluster_.list(all(spec::kind_of<spec::Deployment>(), ns))) {
        const auto& deployment = object.as<spec::Deployment>();
        auto selector = spec::Selector::from(deployment.spec.selector);
        if (!selector) continue;  // the store has none that is not valid
        found.push_back(
            {deployment.metadata.name,
             deployment.spec.pod_template.metadata.labels,
             *std::move(selector),
             MetricNames::of(deployment)}
        );
    }
    return found;
}

std::vector<std::string> TrafficMetrics::services_of(std::string_view ns, const spec::Labels& pods)
    const {
    std::vector<std::string> names;
    for (const auto& service : cluster_.list(all(spec::kind_of<spec::Service>(), ns)))
        if (selects(service, pods)) names.push_back(service.metadata().name);
    return names;
}

std::optional<TrafficRates> TrafficMetrics::rates_of(
    std::string_view ns, const std::vector<std::string>& services
) const {
    return window_.of_services([&](const proxy::ServiceKey& key) {
        return key.ns == ns && std::ranges::find(services, key.name) != services.end();
    });
}

Result<std::vector<metrics::MetricValue>> TrafficMetrics::of_pods(
    std::string_view ns, const metrics::Metric& metric, const metrics::Matches& matches
) const {
    if (auto answer = answers(); !answer) return std::unexpected(std::move(answer.error()));
    const std::vector<Workload> behind = workloads(ns);
    bool is_known = false, is_owned = false;
    for (const Workload& workload : behind) {
        if (!matches(workload.labels)) continue;
        if (!workload.names) return std::unexpected(workload.names.error());
        is_owned = true;
        is_known = is_known || measured_as(metric.name, *workload.names);
    }
    if (!is_owned) is_known = measured_as(metric.name).has_value();
    if (!is_known) return unknown(metric.name, "pods");
    std::vector<metrics::MetricValue> found;
    for (const auto& pod : cluster_.list(all(spec::kind_of<spec::Pod>(), ns))) {
        const spec::Labels& labels = pod.metadata().labels;
        if (!matches(labels) || (metric.matches && !metric.matches(labels))) continue;
        const auto owner = std::ranges::find_if(behind, [&](const Workload& workload) {
            return workload.names && workload.selector.matches(labels);
        });
        const auto series =
            measured_as(metric.name, owner == behind.end() ? MetricNames() : *owner->names);
        const std::string& name = pod.metadata().name;
        const auto rates = window_.of_endpoint(endpoint_id(std::string(ns), name));
        if (series && rates) found.push_back(told(name, *series, *rates));
    }
    return found;
}

Result<metrics::MetricValue> TrafficMetrics::of_object(
    std::string_view ns, const metrics::Metric& metric, const metrics::Described& object
) const {
    if (auto answer = answers(); !answer) return std::unexpected(std::move(answer.error()));
    const std::string named = std::string(object.kind) + " " + std::string(object.name);
    const auto has_none = [&](const char* why) {
        return fail(Code::not_found, named + " has no metrics: " + why);
    };
    const spec::Kind& service_kind = spec::kind_of<spec::Service>();
    const spec::Kind& deployment_kind = spec::kind_of<spec::Deployment>();
    const bool is_service = object.kind == service_kind.name;
    if (!is_service && object.kind != deployment_kind.name)
        return has_none("the proxy counts for Services and for Deployments behind them");
    const auto target = cluster_.get(
        {(is_service ? service_kind : deployment_kind).name,
         std::string(ns),
         std::string(object.name)}
    );
    if (!target) return has_none("it is not there");
    std::vector<std::string> services = {std::string(object.name)};
    std::optional<Series> series;
    bool is_owned = false;
    for (const Workload& workload : workloads(ns)) {
        if (is_service ? !selects(*target, workload.labels) : workload.name != object.name)
            continue;
        if (!workload.names) return std::unexpected(workload.names.error());
        if (!is_service) services = services_of(ns, workload.labels);
        is_owned = true;
        if (!series) series = measured_as(metric.name, *workload.names);
    }
    if (!is_owned) series = measured_as(metric.name);
    if (!series) return unknown(metric.name, named);
    if (services.empty()) return has_none("no Service selects its pods");
    const auto rates = rates_of(ns, services);
    if (!rates) return fail(Code::unavailable, "the proxy has not counted for " + named + " yet");
    return told("", *series, *rates);
}

Result<std::vector<metrics::MetricValue>> TrafficMetrics::external(
    std::string_view ns, const metrics::Metric& metric
) const {
    if (auto answer = answers(); !answer) return std::unexpected(std::move(answer.error()));
    std::vector<metrics::MetricValue> found;
    std::optional<Error> unread;
    const std::vector<Workload> all_workloads = workloads(ns);
    bool is_known = all_workloads.empty() && measured_as(metric.name);
    for (const Workload& workload : all_workloads) {
        // One whose annotation is wrong must not stand in the way of all the others.
        if (!workload.names) unread = workload.names.error();
        const auto series = measured_as(metric.name, workload.names.value_or(MetricNames()));
        is_known = is_known || series;
        spec::Labels labels = workload.labels;
        labels["deployment"] = workload.name;
        if (!series || (metric.matches && !metric.matches(labels))) continue;
        if (const auto rates = rates_of(ns, services_of(ns, workload.labels)))
            found.push_back(told("", *series, *rates));
    }
    if (!is_known && unread) return std::unexpected(*std::move(unread));
    if (!is_known) return unknown(metric.name, "");
    return found;
}

}  // namespace swell::app
