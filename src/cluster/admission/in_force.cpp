#include "cluster/admission/in_force.hpp"

#include <algorithm>

#include "spec/kinds/resources.hpp"

namespace swell::cluster {
namespace {

using spec::ContainerStatus;
using spec::ResourceList;

bool is_infeasible(const spec::PodStatus& status) {
    const auto pending =
        std::ranges::find(status.conditions, "PodResizePending", &spec::Condition::type);
    return pending != status.conditions.end() && pending->reason == "Infeasible";
}

const ContainerStatus* status_of(const spec::PodStatus& status, const std::string& name) {
    for (const auto* list : {&status.container_statuses, &status.init_container_statuses}) {
        const auto one = std::ranges::find(*list, name, &ContainerStatus::name);
        if (one != list->end()) return &*one;
    }
    return nullptr;
}

/// Nearly all pods: whatever way they are counted, it comes to what the spec says.
bool is_as_asked(const spec::PodStatus& status) {
    const auto silent = [](const ContainerStatus& one) {
        return one.allocated_resources.empty() && !one.resources;
    };
    return !is_infeasible(status) && std::ranges::all_of(status.container_statuses, silent) &&
           std::ranges::all_of(status.init_container_statuses, silent);
}

/// The pod's containers as far as sums look at them, with resources of another origin.
///
/// resources_of  (container, its status or nullptr) -> ResourceRequirements
spec::PodSpec with_resources(const spec::Pod& pod, const auto& resources_of) {
    spec::PodSpec all;
    const auto take = [&](const std::vector<spec::Container>& from, auto& to) {
        for (const spec::Container& container : from) {
            spec::Container& one = to.emplace_back();
            one.restart_policy = container.restart_policy;
            one.resources = resources_of(container, status_of(pod.status, container.name));
        }
    };
    take(pod.spec.containers, all.containers);
    take(pod.spec.init_containers, all.init_containers);
    return all;
}

/// What the spec asks for, where it counts.
spec::ResourceRequirements asked(const spec::Container& container, bool infeasible) {
    return infeasible ? spec::ResourceRequirements{} : container.resources;
}

spec::PodSpec granted(const spec::Pod& pod) {
    const bool infeasible = is_infeasible(pod.status);
    return with_resources(pod, [&](const auto& container, const ContainerStatus* status) {
        auto resources = asked(container, infeasible);
        if (status != nullptr && !status->allocated_resources.empty())
            resources.requests = status->allocated_resources;
        return resources;
    });
}

spec::PodSpec in_force(const spec::Pod& pod) {
    const bool infeasible = is_infeasible(pod.status);
    return with_resources(pod, [&](const auto& container, const ContainerStatus* status) {
        auto resources = asked(container, infeasible);
        if (status == nullptr) return resources;
        if (!status->allocated_resources.empty()) resources.requests = status->allocated_resources;
        if (status->resources && !status->resources->requests.empty())
            resources.requests = status->resources->requests;
        if (status->resources && !status->resources->limits.empty())
            resources.limits = status->resources->limits;
        return resources;
    });
}

}  // namespace

ResourceList requests_held(const spec::Pod& pod) {
    if (is_as_asked(pod.status)) return spec::requests_of(pod.spec);
    ResourceList most;
    if (!is_infeasible(pod.status)) most = spec::requests_of_containers(pod.spec);
    spec::raise(most, spec::requests_of_containers(in_force(pod)));
    spec::raise(most, spec::requests_of_containers(granted(pod)));
    return spec::requests_of(pod.spec, std::move(most));
}

ResourceList limits_held(const spec::Pod& pod) {
    if (is_as_asked(pod.status)) return spec::limits_of(pod.spec);
    ResourceList most;
    if (!is_infeasible(pod.status)) most = spec::limits_of_containers(pod.spec);
    spec::raise(most, spec::limits_of_containers(in_force(pod)));
    return spec::limits_of(pod.spec, std::move(most));
}

}  // namespace swell::cluster
