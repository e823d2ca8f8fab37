#include "sim/custom.hpp"

#include <array>
#include <utility>

#include "base/text.hpp"
#include "spec/object.hpp"

namespace swell::sim {

namespace {

using Series = MetricNames::Series;

constexpr const char* annotation = "sim.swell.dev/metrics";

constexpr std::array<std::pair<std::string_view, Series>, 3> own_names = {{
    {"requests_per_second", Series::requests_per_second},
    {"queue_length", Series::queue_length},
    {"latency_seconds", Series::latency_seconds},
}};

std::optional<Series> series_of(std::string_view name) {
    for (const auto& [own, series] : own_names)
        if (own == name) return series;
    return std::nullopt;
}

std::string all_names() {
    std::string all;
    for (const auto& [own, series] : own_names) all += (all.empty() ? "" : ", ") + std::string(own);
    return all;
}

}  // namespace

Result<MetricNames> MetricNames::of(const spec::Deployment& deployment) {
    MetricNames names;
    const auto found = deployment.metadata.annotations.find(annotation);
    if (found == deployment.metadata.annotations.end()) return names;
    const auto refuse = [&](const std::string& what) {
        return fail(
            Code::invalid,
            to_text(key_of(spec::Object(deployment))) + ": " + annotation + ": " + what
        );
    };
    for (const std::string_view pair : split(found->second, ',')) {
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos)
            return refuse("expected NAME=METRIC, got " + std::string(trim(pair)));
        const std::string_view name = trim(pair.substr(0, equals));
        const std::string_view metric = trim(pair.substr(equals + 1));
        const auto series = series_of(metric);
        if (name.empty()) return refuse("a name is missing before =" + std::string(metric));
        if (!series)
            return refuse("unknown metric " + std::string(metric) + "; there are " + all_names());
        names.others_[std::string(name)] = *series;
    }
    return names;
}

std::optional<Series> MetricNames::find(std::string_view name) const {
    const auto other = others_.find(name);
    return other == others_.end() ? series_of(name) : other->second;
}

double value_of(Series series, const Observed& observed) {
    switch (series) {
        case Series::requests_per_second:
            return observed.requests_per_second;
        case Series::queue_length:
            return observed.queue_length;
        case Series::latency_seconds:
            return observed.latency_seconds;
    }
    return 0;
}

Error unknown_metric(std::string_view name, const std::string& of) {
    std::string what = "the server could not find the metric " + std::string(name);
    if (!of.empty()) what += " for " + of;
    return Error{
        Code::not_found,
        what + "; simulated are " + all_names() + ", and the names that " + annotation +
            " gives them"
    };
}

}  // namespace swell::sim
