#include "control/metric_names.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "spec/object.hpp"

namespace swell::control {

namespace {

using Series = MetricNames::Series;

constexpr const char* annotation_everywhere = "swell.dev/metrics";
constexpr const char* annotation_simulated = "sim.swell.dev/metrics";

constexpr std::array<std::pair<std::string_view, Series>, 4> own_names = {{
    {"requests_per_second", Series::requests_per_second},
    {"requests_in_flight", Series::requests_in_flight},
    {"queue_length", Series::queue_length},
    {"latency_seconds", Series::latency_seconds},
}};

std::optional<Series> series_of(std::string_view name) {
    for (const auto& [own, series] : own_names)
        if (own == name) return series;
    return std::nullopt;
}

template <class Wanted>
std::string names_of(Wanted wanted) {
    std::string all;
    for (const auto& [own, series] : own_names)
        if (wanted(series)) all += (all.empty() ? "" : ", ") + std::string(own);
    return all;
}

}  // namespace

Result<MetricNames> MetricNames::of(const spec::Deployment& deployment) {
    MetricNames names;
    for (const char* annotation : {annotation_simulated, annotation_everywhere})
        if (auto read = names.read(deployment, annotation); !read)
            return std::unexpected(std::move(read.error()));
    return names;
}

Result<void> MetricNames::read(const spec::Deployment& deployment, const char* annotation) {
    const auto found = deployment.metadata.annotations.find(annotation);
    if (found == deployment.metadata.annotations.end()) return {};
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
            return refuse(
                "unknown metric " + std::string(metric) + "; there are " +
                names_of([](Series) { return true; })
            );
        others_[std::string(name)] = *series;
    }
    return {};
}

std::optional<Series> MetricNames::find(std::string_view name) const {
    const auto other = others_.find(name);
    return other == others_.end() ? series_of(name) : other->second;
}

Error error_of(const UnknownMetric& metric) {
    std::string what = "the server could not find the metric " + std::string(metric.name);
    if (!metric.of.empty()) what += " for " + metric.of;
    const std::string there = names_of([&](Series series) {
        return std::ranges::find(metric.series, series) != metric.series.end();
    });
    return Error{
        Code::not_found,
        what + "; " + std::string(metric.there_are) + " " + there + ", and the names that " +
            annotation_everywhere + " gives them"
    };
}

}  // namespace swell::control
