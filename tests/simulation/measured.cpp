#include "measured.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autoscalers.hpp"
#include "control/replicaset/pods.hpp"

namespace swell::simulation {

namespace {

using Kind = Fault::Kind;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::unexpected<Error> no_answer() { return fail(Code::unavailable, "connection refused"); }

std::map<std::string, std::string> labels_of(const Load& load) { return {{"app", load.name}}; }

}  // namespace

std::vector<spec::Pod> Measured::pods_of(const Load& load) const {
    cluster::Query query;
    query.kind = spec::kind_of<spec::Pod>().name;
    query.ns = load.ns;
    query.labels = spec::Selector::from(labels_of(load));
    std::vector<spec::Pod> pods;
    for (const cluster::Object& object : store_.list(query)) pods.push_back(object.as<spec::Pod>());
    return pods;
}

bool Measured::works(const spec::Pod& pod) {
    return control::replicaset::is_active(pod) && control::replicaset::is_ready(pod);
}

std::int64_t Measured::usage(const Load& load, const spec::Pod& pod, std::int64_t working) const {
    double milli = load.idle;
    if (works(pod)) milli += work(load) / static_cast<double>(working);
    const auto& limits = in_force(pod).limits;
    if (const auto limit = limits.find("cpu"); limit != limits.end())
        milli = std::min(milli, static_cast<double>(limit->second.milli_value()));
    return static_cast<std::int64_t>(milli);
}

Instant Measured::told_at(std::size_t load) const {
    const Fault* const stale = faults_.of(Kind::metrics_stale, load);
    const Duration late = stale == nullptr ? Duration{} : faults_.elapsed() - stale->from;
    return clock_.now() - age - late;
}

bool Measured::is_believable(std::size_t load, const std::string& pod) const {
    if (faults_.of(Kind::metrics_lost, load) != nullptr) return false;
    if (told_at(load) < clock_.now() - stale_after) return false;
    for (const Kind kind :
         {Kind::metrics_missing,
          Kind::metrics_negative,
          Kind::metrics_infinite,
          Kind::metrics_nan,
          Kind::metrics_huge})
        if (faults_.hits(kind, load, pod)) return false;
    return true;
}

bool Measured::is_believable(std::size_t load) const {
    if (told_at(load) < clock_.now() - stale_after) return false;
    for (const Kind kind :
         {Kind::metrics_lost,
          Kind::metrics_missing,
          Kind::metrics_negative,
          Kind::metrics_infinite,
          Kind::metrics_nan})
        if (faults_.of(kind, load) != nullptr) return false;
    return true;
}

Result<std::vector<metrics::PodMetrics>> Measured::pods(
    std::string_view ns, const metrics::Matches& matches
) const {
    const std::vector<Load>& loads = faults_.scenario().loads;
    std::vector<metrics::PodMetrics> all;
    for (std::size_t i = 0; i < loads.size(); ++i) {
        const Load& load = loads[i];
        if (load.ns != ns || !matches(labels_of(load))) continue;
        if (faults_.of(Kind::metrics_lost, i) != nullptr) return no_answer();
        const std::vector<spec::Pod> pods = pods_of(load);
        const std::int64_t working = std::ranges::count_if(pods, works);
        for (const spec::Pod& pod : pods) {
            const std::string& name = pod.metadata.name;
            const bool is_hidden = faults_.hits(Kind::metrics_missing, i, name) ||
                                   faults_.hits(Kind::metrics_infinite, i, name) ||
                                   faults_.hits(Kind::metrics_nan, i, name);
            if (pod.status.phase != "Running" || is_hidden) continue;
            Quantity cpu = Quantity::from_milli(usage(load, pod, working));
            Quantity memory =
                Quantity::from_value(static_cast<std::int64_t>(load.memory * 1024 * 1024));
            constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
            if (faults_.hits(Kind::metrics_negative, i, name)) {
                cpu = Quantity::from_milli(-1 - usage(load, pod, working));
                memory = Quantity::from_value(-most);
            }
            if (faults_.hits(Kind::metrics_huge, i, name)) {
                cpu = Quantity::from_milli(name.back() % 2 == 0 ? most : most / 3);
                memory = Quantity::from_value(name.back() % 2 == 0 ? most : most / 7);
            }
            metrics::PodMetrics told;
            told.name = name;
            told.ns = load.ns;
            told.labels = pod.metadata.labels;
            told.timestamp = told_at(i);
            told.window = window;
            told.containers.push_back({"main", {{"cpu", cpu}, {"memory", memory}}});
            all.push_back(std::move(told));
        }
    }
    return all;
}

Result<std::vector<metrics::MetricValue>> Measured::of_pods(
    std::string_view ns, const metrics::Metric& metric, const metrics::Matches& matches
) const {
    const std::vector<Load>& loads = faults_.scenario().loads;
    std::vector<metrics::MetricValue> all;
    if (metric.name != "work") return fail(Code::not_found, "no such metric");
    for (std::size_t i = 0; i < loads.size(); ++i) {
        const Load& load = loads[i];
        if (load.ns != ns || !matches(labels_of(load))) continue;
        if (faults_.of(Kind::metrics_lost, i) != nullptr) return no_answer();
        const std::vector<spec::Pod> pods = pods_of(load);
        const std::int64_t working = std::ranges::count_if(pods, works);
        for (const spec::Pod& pod : pods) {
            const std::string& name = pod.metadata.name;
            if (pod.status.phase != "Running" || faults_.hits(Kind::metrics_missing, i, name))
                continue;
            double value = works(pod) ? work(load) / static_cast<double>(working) : 0;
            if (faults_.hits(Kind::metrics_negative, i, name)) value = -value - 1;
            if (faults_.hits(Kind::metrics_infinite, i, name)) value = infinite;
            if (faults_.hits(Kind::metrics_nan, i, name)) value = nan;
            if (faults_.hits(Kind::metrics_huge, i, name)) value = 1e300;
            all.push_back({name, value, told_at(i), window});
        }
    }
    return all;
}

Result<double> Measured::value(std::size_t index, std::string_view name, const char* base) const {
    const Load& load = faults_.scenario().loads[index];
    if (faults_.of(Kind::metrics_lost, index) != nullptr) return no_answer();
    double value = std::string_view(base) == "work" ? work(load) : queue(load);
    if (name == std::string(base) + "_per_pod") {
        const std::vector<spec::Pod> pods = pods_of(load);
        value /= static_cast<double>(std::max<std::int64_t>(1, std::ranges::count_if(pods, works)));
    } else if (name != base) {
        return fail(Code::not_found, "no such metric");
    }
    if (faults_.of(Kind::metrics_negative, index) != nullptr) value = -value - 1;
    if (faults_.of(Kind::metrics_infinite, index) != nullptr) value = infinite;
    if (faults_.of(Kind::metrics_nan, index) != nullptr) value = nan;
    if (faults_.of(Kind::metrics_huge, index) != nullptr) value = 1e300;
    return value;
}

Result<metrics::MetricValue> Measured::of_object(
    std::string_view ns, const metrics::Metric& metric, const metrics::Described& object
) const {
    const std::vector<Load>& loads = faults_.scenario().loads;
    for (std::size_t i = 0; i < loads.size(); ++i) {
        if (loads[i].ns != ns || loads[i].name != object.name) continue;
        if (faults_.of(Kind::metrics_missing, i) != nullptr)
            return fail(Code::not_found, "no such object");
        const auto told = value(i, metric.name, "work");
        if (!told) return std::unexpected(told.error());
        return metrics::MetricValue{"", *told, told_at(i), {}};
    }
    return fail(Code::not_found, "no such object");
}

Result<std::vector<metrics::MetricValue>> Measured::external(
    std::string_view ns, const metrics::Metric& metric
) const {
    const std::vector<Load>& loads = faults_.scenario().loads;
    std::vector<metrics::MetricValue> all;
    for (std::size_t i = 0; i < loads.size(); ++i) {
        const bool is_asked = !metric.matches || metric.matches(labels_of(loads[i]));
        if (loads[i].ns != ns || !is_asked) continue;
        if (faults_.of(Kind::metrics_missing, i) != nullptr) continue;
        const auto told = value(i, metric.name, "queue");
        if (!told) return std::unexpected(told.error());
        // In two series, which are one sum.
        all.push_back({"", *told / 2, told_at(i), {}});
        all.push_back({"", *told / 2, told_at(i), {}});
    }
    return all;
}

}  // namespace swell::simulation
