#include "app/server/watch_over_io.hpp"

#include <algorithm>

#include "app/server/traffic.hpp"
#include "cluster/list.hpp"
#include "metrics/instruments/exposition.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/mode.hpp"
#include "spec/selector.hpp"

namespace swell::app {

namespace {

constexpr Duration period = std::chrono::seconds(1);
constexpr std::size_t windows_kept = 11;   // ten seconds between the ends
constexpr std::size_t history_kept = 600;  // ten minutes of sparkline
constexpr std::size_t decisions_kept = 50;
constexpr std::size_t scalings_kept = 1000;

std::string display_name(const std::string& ns, const std::string& name) {
    return ns == "default" ? name : ns + "/" + name;
}

template <class T>
void keep_last(T& values, std::size_t count) {
    while (values.size() > count) values.erase(values.begin());
}

std::int64_t errors_of(const proxy::Counts& counts) {
    std::int64_t errors = 0;
    for (const auto& [code, times] : counts.codes)
        if (code >= 500) errors += static_cast<std::int64_t>(times);
    return errors;
}

double milli(double in_seconds) { return in_seconds * 1000; }

bool is_scaling(const journal::Entry& entry) {
    return entry.controller == "hpa" && entry.action == "scale";
}

/// The type of a scaling event: which way.
std::string way_of(const journal::Entry& entry) {
    const auto replicas = [](const Json& side) {
        return side.is_object() ? side.value("replicas", 0) : 0;
    };
    const auto before = replicas(entry.before), after = replicas(entry.after);
    return after > before ? "scale_up" : "scale_down";
}

/// What was scaled, which need not be called as its autoscaler is: `Deployment/shop` is `shop`.
std::string scaled_name(const journal::Entry& entry) {
    const Json* const target = entry.observation.is_object() && entry.observation.contains("target")
                                   ? &entry.observation["target"]
                                   : nullptr;
    if (target == nullptr || !target->is_string()) return entry.name;
    const auto& text = target->get_ref<const std::string&>();
    return text.substr(text.find('/') + 1);
}

}  // namespace

metrics::Histogram since(const metrics::Histogram& now, const metrics::Histogram& before) {
    std::map<std::int64_t, std::int64_t> counts;
    now.each([&](std::int64_t value, std::int64_t count) { counts[value] += count; });
    before.each([&](std::int64_t value, std::int64_t count) { counts[value] -= count; });
    metrics::Histogram difference(now.shape());
    for (const auto& [value, count] : counts)
        if (count > 0) difference.record(value, count);
    return difference;
}

WatchOver::WatchOver(
    Loop& loop, cluster::Cluster& cluster, const metrics::Metrics& usage, proxy::Remote& remote
)
    : loop_(loop), cluster_(cluster), usage_(usage), remote_(remote), started_(loop.now()) {}

WatchOver::~WatchOver() { loop_.cancel(timer_); }

void WatchOver::start() { look(); }

void WatchOver::look() {
    remote_.stats([this](Result<proxy::Stats> stats) {
        if (stats) take(*stats);
    });
    for (const auto& workload : workloads()) {
        auto& history = replicas_[workload.name];
        history.push_back(workload.pods);
        keep_last(history, history_kept);
        peak_replicas_ = std::max(peak_replicas_, workload.ready);
    }
    timer_ = loop_.call_after(period, [this] { look(); });
}

void WatchOver::take(const proxy::Stats& stats) {
    stats_ = stats;
    if (on_stats_) on_stats_(stats);
    for (const auto& service : stats.services) {
        Series& series = traffic_[display_name(service.key.ns, service.key.name)];
        Window window{
            loop_.now(),
            static_cast<std::int64_t>(service.counts.requests()),
            errors_of(service.counts),
            service.counts.latency
        };
        // A proxy that was started anew counts from zero.
        if (!series.windows.empty() && window.requests < series.windows.back().requests)
            series.windows.clear();
        series.windows.push_back(std::move(window));
        keep_last(series.windows, windows_kept);
        if (series.windows.size() > 1) {
            const Window &last = series.windows.back(),
                         &previous = series.windows[series.windows.size() - 2];
            const double took = std::max(seconds(last.at - previous.at), 0.001);
            series.rates.push_back(static_cast<double>(last.requests - previous.requests) / took);
            keep_last(series.rates, history_kept);
        }
    }
}

TrafficView WatchOver::traffic_view(const std::string& name, const Series& series) const {
    TrafficView view{.name = name};
    if (series.windows.empty()) return view;
    const Window &last = series.windows.back(), &first = series.windows.front();
    view.requests = last.requests;
    view.errors = last.errors;
    view.rate_history = series.rates;
    if (!series.rates.empty()) view.requests_per_second = series.rates.back();
    if (series.windows.size() > 1) {
        const Window& previous = series.windows[series.windows.size() - 2];
        const double took = std::max(seconds(last.at - previous.at), 0.001);
        view.errors_per_second = static_cast<double>(last.errors - previous.errors) / took;
        const auto shares = metrics::percentiles(since(last.latency, first.latency));
        view.p50_ms = milli(shares.p50);
        view.p95_ms = milli(shares.p95);
        view.p99_ms = milli(shares.p99);
    }
    return view;
}

void WatchOver::decided(const journal::Entry& entry) {
    if (entry.action == "hold") return;
    ++decision_count_;
    decisions_.push_front({entry.at, entry.subject, entry.summary});
    if (decisions_.size() > decisions_kept) decisions_.pop_back();
    if (!is_scaling(entry)) return;
    ++scaling_events_[{display_name(entry.ns, scaled_name(entry)), way_of(entry)}];
    scalings_.push_back({entry.at, entry.subject, entry.summary});
    keep_last(scalings_, scalings_kept);
}

std::int64_t WatchOver::cpu_milli(const spec::Object& object) const {
    const auto selector = spec::Selector::from(object.as<spec::Deployment>().spec.selector);
    if (!selector) return 0;
    const auto pods = usage_.pods(object.metadata().ns, [&](const spec::Labels& labels) {
        return selector->matches(labels);
    });
    std::int64_t total = 0;
    if (pods)
        for (const auto& pod : *pods)
            for (const auto& container : pod.containers)
                if (const auto cpu = container.usage.find("cpu"); cpu != container.usage.end())
                    total += cpu->second.milli_value();
    return total;
}

std::vector<WorkloadView> WatchOver::workloads() const {
    std::vector<WorkloadView> result;
    std::vector<spec::HorizontalPodAutoscaler> hpas;
    for (const auto& object : cluster::list_all(cluster_, spec::horizontal_kinds()))
        hpas.push_back(*spec::horizontal_of(object));
    for (const auto& object : cluster_.list({.kind = spec::kind_of<spec::Deployment>().name})) {
        const auto& deployment = object.as<spec::Deployment>();
        WorkloadView view;
        view.name = display_name(deployment.metadata.ns, deployment.metadata.name);
        view.wanted = deployment.spec.replicas;
        view.ready = deployment.status.ready_replicas;
        view.pods = deployment.status.replicas;
        for (const auto& hpa : hpas) {
            const auto& ref = hpa.spec.scale_target_ref;
            if (hpa.metadata.ns != deployment.metadata.ns || ref.kind != "Deployment" ||
                ref.name != deployment.metadata.name || spec::observes(hpa.metadata))
                continue;
            view.min = hpa.spec.min_replicas.value_or(1);
            view.max = hpa.spec.max_replicas;
            for (const auto& metric : hpa.spec.metrics)
                if (metric.resource && metric.resource->target.average_utilization) {
                    view.metric = metric.resource->name;
                    view.target_percent = *metric.resource->target.average_utilization;
                    break;
                }
            for (const auto& metric : hpa.status.current_metrics)
                if (metric.resource && metric.resource->name == view.metric &&
                    metric.resource->current.average_utilization)
                    view.current_percent = *metric.resource->current.average_utilization;
        }
        view.cpu_milli = cpu_milli(object);
        if (const auto found = replicas_.find(view.name); found != replicas_.end())
            view.replicas_history = found->second;
        result.push_back(std::move(view));
    }
    return result;
}

View WatchOver::view() const {
    View view;
    view.now = loop_.now();
    view.up_for = view.now - started_;
    view.state = state_;
    view.workloads = workloads();
    for (const auto& object : cluster_.list({.kind = spec::kind_of<spec::Service>().name})) {
        const std::string name = display_name(object.metadata().ns, object.metadata().name);
        const auto found = traffic_.find(name);
        TrafficView traffic =
            traffic_view(name, found == traffic_.end() ? Series{} : found->second);
        const auto& reached = object.as<spec::Service>().status.urls;
        if (!reached.empty()) traffic.url = reached.front();
        for (const auto& service : stats_.services)
            if (display_name(service.key.ns, service.key.name) == name)
                traffic.in_flight += service.counts.in_flight;
        view.traffic.push_back(std::move(traffic));
    }
    view.loads = loads_;
    view.decisions.assign(decisions_.begin(), decisions_.end());
    view.warnings = warnings_;
    return view;
}

Summary WatchOver::summary() const {
    Summary summary;
    summary.took = loop_.now() - started_;
    summary.peak_replicas = peak_replicas_;
    summary.decisions = decision_count_;
    summary.scalings = scalings_;
    for (const auto& load : loads_) {
        summary.loaded = true;
        summary.requests += load.requests;
        summary.errors += load.errors;
        summary.dropped += load.dropped;
        summary.p50_ms = std::max(summary.p50_ms, load.p50_ms);
        summary.p95_ms = std::max(summary.p95_ms, load.p95_ms);
        summary.p99_ms = std::max(summary.p99_ms, load.p99_ms);
    }
    return summary;
}

std::string WatchOver::prometheus() const {
    metrics::Exposition page;
    page.family("scaling.replicas", metrics::Type::gauge, "Ready replicas of a service.");
    for (const auto& workload : workloads())
        page.sample({{"service", workload.name}}, workload.ready);
    page.family(
        "scaling.events",
        metrics::Type::counter,
        "Changes of the number of replicas that were decided."
    );
    for (const auto& [event, count] : scaling_events_)
        page.sample({{"service", event.first}, {"type", event.second}}, static_cast<double>(count));
    page.family(
        "swell.pod_cpu_cores",
        metrics::Type::gauge,
        "CPU in use by a container, averaged over the window."
    );
    std::vector<std::pair<metrics::Labels, double>> memory;
    std::map<std::string, bool> namespaces;
    for (const auto& object : cluster_.list({.kind = spec::kind_of<spec::Pod>().name}))
        namespaces[object.metadata().ns] = true;
    for (const auto& [ns, seen] : namespaces) {
        const auto pods = usage_.pods(ns, [](const spec::Labels&) { return true; });
        if (!pods) continue;
        for (const auto& pod : *pods)
            for (const auto& container : pod.containers) {
                const metrics::Labels labels = {
                    {"namespace", ns}, {"pod", pod.name}, {"container", container.name}
                };
                if (const auto cpu = container.usage.find("cpu"); cpu != container.usage.end())
                    page.sample(labels, cpu->second.approximate());
                if (const auto bytes = container.usage.find("memory");
                    bytes != container.usage.end())
                    memory.emplace_back(labels, bytes->second.approximate());
            }
    }
    page.family(
        "swell.pod_memory_bytes",
        metrics::Type::gauge,
        "Memory in use by a container: the working set."
    );
    for (const auto& [labels, bytes] : memory) page.sample(labels, bytes);
    return page.text() + proxy::to_prometheus(stats_);
}

}  // namespace swell::app
