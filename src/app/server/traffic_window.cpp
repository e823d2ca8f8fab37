#include "app/server/traffic_window.hpp"

#include <algorithm>
#include <utility>

namespace swell::app {

struct TrafficWindow::Sum {
    TrafficRates rates{};
    std::int64_t timed = 0;
    double latency_us = 0;

    void add(const Samples& samples) {
        if (samples.size() < 2) return;
        const Sample &first = samples.front(), &last = samples.back();
        const Duration window = last.at - first.at;
        rates.requests_per_second +=
            static_cast<double>(last.requests - first.requests) / seconds(window);
        double in_flight = 0;
        for (std::size_t i = 1; i < samples.size(); ++i) in_flight += samples[i].in_flight;
        rates.requests_in_flight += in_flight / static_cast<double>(samples.size() - 1);
        timed += last.timed - first.timed;
        latency_us += last.latency_us - first.latency_us;
        rates.at = std::max(rates.at, last.at);
        rates.window = std::max(rates.window, window);
    }

    std::optional<TrafficRates> done() {
        if (rates.window == Duration{}) return std::nullopt;
        if (timed > 0)
            rates.latency_seconds = std::max(0.0, latency_us / 1e6 / static_cast<double>(timed));
        return rates;
    }
};

TrafficWindow::Samples TrafficWindow::with(
    Samples samples, Instant at, const proxy::Counts& counts
) {
    const Sample next{
        .at = at,
        .requests = counts.requests(),
        .timed = counts.latency.count(),
        .latency_us = counts.latency.sum(),
        .in_flight = static_cast<double>(counts.in_flight)
    };
    const bool fell = !samples.empty() && (next.requests < samples.back().requests ||
                                           next.timed < samples.back().timed);
    if (fell) samples.clear();
    samples.push_back(next);
    while (samples.size() > 1 && samples[1].at + length <= at) samples.pop_front();
    return samples;
}

bool TrafficWindow::is_anew(Instant at, const proxy::Stats& stats) const {
    if (!taken_ || at - *taken_ > silence) return true;
    return std::ranges::any_of(stats.services, [&](const proxy::ServiceStats& service) {
        const auto before = services_.find(service.key);
        return before != services_.end() &&
               service.counts.requests() < before->second.back().requests;
    });
}

void TrafficWindow::take(Instant at, const proxy::Stats& stats) {
    if (taken_ && at <= *taken_) return;
    if (is_anew(at, stats)) {
        services_.clear();
        endpoints_.clear();
    }
    taken_ = at;
    // Who is not counted any more is forgotten with what was before.
    Services services;
    std::map<std::string, Services> endpoints;
    for (const proxy::ServiceStats& service : stats.services) {
        services[service.key] = with(std::move(services_[service.key]), at, service.counts);
        for (const proxy::EndpointStats& endpoint : service.endpoints)
            endpoints[endpoint.id][service.key] =
                with(std::move(endpoints_[endpoint.id][service.key]), at, endpoint.counts);
    }
    services_ = std::move(services);
    endpoints_ = std::move(endpoints);
}

std::optional<TrafficRates> TrafficWindow::of_services(
    const std::function<bool(const proxy::ServiceKey&)>& wanted
) const {
    Sum sum;
    for (const auto& [key, samples] : services_)
        if (wanted(key)) sum.add(samples);
    return sum.done();
}

std::optional<TrafficRates> TrafficWindow::of_endpoint(const std::string& id) const {
    Sum sum;
    const auto found = endpoints_.find(id);
    if (found != endpoints_.end())
        for (const auto& [key, samples] : found->second) sum.add(samples);
    return sum.done();
}

}  // namespace swell::app
