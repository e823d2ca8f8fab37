#include "autoscalers.hpp"

#include <algorithm>

namespace swell::simulation {

namespace {

bool is_observing(const spec::ObjectMeta& metadata) {
    const auto mode = metadata.annotations.find("swell.dev/mode");
    return mode != metadata.annotations.end() && mode->second == "Observe";
}

std::vector<cluster::Object> list(
    const cluster::Store& store, const char* kind, const std::string& ns
) {
    cluster::Query query;
    query.kind = kind;
    query.ns = ns;
    return store.list(query);
}

const std::string& target_of(const cluster::Object& autoscaler) {
    if (autoscaler.is<spec::VerticalPodAutoscaler>())
        return autoscaler.as<spec::VerticalPodAutoscaler>().spec.target_ref.name;
    return autoscaler.is<spec::Autoscaler>()
               ? autoscaler.as<spec::Autoscaler>().spec.scale_target_ref.name
               : autoscaler.as<spec::HorizontalPodAutoscaler>().spec.scale_target_ref.name;
}

/// Percentages of what is requested; an averageValue is none.
const std::string* utilization_of(const spec::MetricSpec& metric) {
    const auto is_share = [](const spec::MetricTarget& target) {
        return target.average_utilization && !target.average_value;
    };
    if (metric.resource && is_share(metric.resource->target)) return &metric.resource->name;
    if (metric.container_resource && metric.container_resource->container == "main" &&
        is_share(metric.container_resource->target))
        return &metric.container_resource->name;
    return nullptr;
}

bool controls(const Vertical& vertical, const std::string& resource) {
    const auto& only = vertical.policy().controlled_resources;
    return !only || std::ranges::find(*only, resource) != only->end();
}

}  // namespace

bool Horizontal::observes() const { return is_observing(part.metadata); }
bool Vertical::observes() const { return is_observing(part.metadata); }

std::string Vertical::mode() const {
    const auto& policy = part.spec.update_policy;
    return policy ? policy->update_mode.value_or("Recreate") : "Recreate";
}

bool Vertical::admits() const { return !observes() && mode() != "Off"; }
bool Vertical::evicts() const { return admits() && mode() != "Initial"; }
bool Vertical::resizes() const { return admits() && mode() == "InPlaceOrRecreate"; }
bool Vertical::keeps_limits() const { return policy().controlled_values == "RequestsOnly"; }

std::int32_t Vertical::least() const {
    const auto& policy = part.spec.update_policy;
    return policy ? policy->min_replicas.value_or(2) : 2;
}

const spec::ContainerResourcePolicy& Vertical::policy() const {
    return part.spec.resource_policy->container_policies.front();
}

std::vector<Horizontal> horizontals(
    const cluster::Store& store, const std::string& ns, const std::string& target
) {
    std::vector<Horizontal> found;
    for (const char* kind : {"HorizontalPodAutoscaler", "Autoscaler"})
        for (const cluster::Object& object : list(store, kind, ns))
            if (target_of(object) == target)
                found.push_back({spec::key_of(object), *spec::horizontal_of(object)});
    return found;
}

std::vector<Vertical> verticals(
    const cluster::Store& store, const std::string& ns, const std::string& target
) {
    std::vector<Vertical> found;
    for (const char* kind : {"VerticalPodAutoscaler", "Autoscaler"})
        for (const cluster::Object& object : list(store, kind, ns)) {
            if (target_of(object) != target) continue;
            if (auto part = spec::vertical_of(object))
                found.push_back({spec::key_of(object), *std::move(part)});
        }
    return found;
}

std::set<std::string> contested(const Horizontal& horizontal, const Vertical& vertical) {
    std::set<std::string> found;
    if (vertical.mode() == "Off" || horizontal.observes()) return found;
    for (const spec::MetricSpec& metric : horizontal.part.spec.metrics)
        if (const std::string* resource = utilization_of(metric))
            if (controls(vertical, *resource)) found.insert(*resource);
    return found;
}

std::set<std::string> contested(const cluster::Store& store, const Vertical& vertical) {
    std::set<std::string> found;
    const spec::VerticalPodAutoscaler& part = vertical.part;
    for (const Horizontal& one : horizontals(store, part.metadata.ns, part.spec.target_ref.name))
        found.merge(contested(one, vertical));
    return found;
}

std::set<std::string> sets(const cluster::Store& store, const Vertical& vertical) {
    const std::set<std::string> left = contested(store, vertical);
    std::set<std::string> found;
    for (const char* resource : {"cpu", "memory"})
        if (controls(vertical, resource) && !left.contains(resource)) found.insert(resource);
    return found;
}

const spec::ResourceRequirements& in_force(const spec::Pod& pod) {
    const auto& statuses = pod.status.container_statuses;
    if (!statuses.empty() && statuses.front().resources) return *statuses.front().resources;
    return pod.spec.containers.front().resources;
}

std::int64_t amount(
    const spec::ResourceList& list, const std::string& name, std::int64_t otherwise
) {
    const auto found = list.find(name);
    return found == list.end() ? otherwise : found->second.milli_value();
}

}  // namespace swell::simulation
