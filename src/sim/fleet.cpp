#include "sim/fleet.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "spec/kinds/autoscaling.hpp"

namespace swell::sim {

namespace {

/// FNV-1a: the same everywhere, unlike std::hash.
std::uint64_t hash_of(const std::string& text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3ULL;
    }
    return hash;
}

std::uint64_t part_seed(std::uint64_t seed, const std::string& ns) {
    return Rng(seed ^ hash_of(ns)).next();
}

spec::Deployment deployment(const std::string& ns, const std::string& name) {
    spec::Deployment made;
    made.metadata.ns = ns;
    made.metadata.name = name;
    made.spec.replicas = 2;
    made.spec.selector.match_labels["app"] = name;
    made.spec.pod_template.metadata.labels["app"] = name;
    spec::Container container;
    container.name = "main";
    container.image = name + ":1";
    container.resources.requests["cpu"] = Quantity::from_milli(500);
    container.resources.limits["cpu"] = Quantity::from_milli(500);
    made.spec.pod_template.spec.containers = {container};
    return made;
}

spec::HorizontalPodAutoscaler autoscaler(const std::string& ns, const std::string& name) {
    spec::HorizontalPodAutoscaler made;
    made.metadata.ns = ns;
    made.metadata.name = name;
    made.spec.scale_target_ref = {.api_version = "apps/v1", .kind = "Deployment", .name = name};
    made.spec.min_replicas = 2;
    made.spec.max_replicas = 10;
    spec::MetricSpec metric;
    metric.type = "Resource";
    metric.resource.emplace();
    metric.resource->name = "cpu";
    metric.resource->target.type = "Utilization";
    metric.resource->target.average_utilization = 70;
    made.spec.metrics = {metric};
    return made;
}

/// A minute a row. With 10 ms a request and half a core a pod, a pod at 70 % serves 35 a second.
Trace wave(Rng& rng) {
    constexpr int minutes = 24 * 60;
    constexpr double pod_rate = 35;
    const double low = pod_rate * (1 + 2 * rng.unit());
    const double high = pod_rate * (4 + 5 * rng.unit());
    const double phase = rng.unit();
    std::vector<Trace::Row> rows;
    rows.reserve(minutes);
    int burst = 0;
    for (int minute = 0; minute < minutes; ++minute) {
        const double turn = static_cast<double>(minute) / minutes + phase;
        const double day = (1 - std::cos(2 * std::numbers::pi * turn)) / 2;
        if (rng.unit() < 0.003) burst = 10;
        const double jump = burst-- > 0 ? 1.5 : 1;
        const double noise = 1 + 0.1 * (2 * rng.unit() - 1);
        rows.push_back({std::chrono::minutes(minute), (low + (high - low) * day) * jump * noise});
    }
    return Trace(std::move(rows));
}

}  // namespace

std::vector<Part> parts_of(
    const std::vector<spec::Object>& objects, const std::vector<Load>& loads, std::uint64_t seed
) {
    std::map<std::string, Part> by_namespace;
    for (const spec::Object& object : objects)
        by_namespace[object.metadata().ns].objects.push_back(object);
    for (const Load& load : loads) by_namespace[load.deployment.ns].loads.push_back(load);
    std::vector<Part> parts;
    for (auto& [ns, part] : by_namespace) {
        part.seed = part_seed(seed, ns);
        parts.push_back(std::move(part));
    }
    return parts;
}

Part made_up_part(int index, int services, std::uint64_t seed) {
    const std::string ns = "team-" + std::to_string(index);
    Part part;
    part.seed = part_seed(seed, ns);
    Rng rng(part.seed);
    const int first = index * services_in_part;
    for (int i = first; i < std::min(first + services_in_part, services); ++i) {
        const std::string name = "service-" + std::to_string(i);
        part.objects.push_back(deployment(ns, name));
        part.objects.push_back(autoscaler(ns, name));
        part.loads.push_back({{spec::kind_of<spec::Deployment>().name, ns, name}, wave(rng)});
    }
    return part;
}

}  // namespace swell::sim
