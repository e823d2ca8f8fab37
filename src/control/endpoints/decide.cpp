#include "control/endpoints/decide.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace swell::control::endpoints {

namespace {

bool is_ready(const spec::Pod& pod) {
    return std::ranges::any_of(pod.status.conditions, [](const spec::Condition& condition) {
        return condition.type == "Ready" && condition.status == "True";
    });
}

bool may_serve(const spec::Pod& pod) {
    const bool ended = pod.status.phase == "Succeeded" || pod.status.phase == "Failed";
    return !ended && !pod.status.pod_ip.empty();
}

/// Whether a program of it has been started: its ports are what they will be.
bool has_run(const spec::Pod& pod) {
    return std::ranges::any_of(pod.status.container_statuses, [](const auto& one) {
        return one.state.running || one.state.terminated || one.last_state.terminated;
    });
}

/// The number of a container port by its name; sidecars' ports count too.
std::optional<std::int32_t> container_port(const spec::Pod& pod, const std::string& name) {
    for (const auto* containers : {&pod.spec.containers, &pod.spec.init_containers})
        for (const spec::Container& container : *containers)
            for (const spec::ContainerPort& port : container.ports)
                if (port.name == name) return port.container_port;
    return std::nullopt;
}

std::optional<spec::PodPort> resolve(const spec::ServicePort& port, const spec::Pod& pod) {
    const spec::IntOrString& target = port.target_port;
    std::int32_t wanted = port.port;
    if (target.is_text()) {
        const auto found = container_port(pod, target.text);
        if (!found) return std::nullopt;
        wanted = *found;
    } else if (target.number != 0) {
        wanted = static_cast<std::int32_t>(target.number);
    }
    std::int32_t real = wanted;
    for (const spec::PodPort& given : pod.status.ports)
        if (given.container_port == wanted) real = given.port;
    return spec::PodPort{port.name, wanted, real};
}

spec::Endpoint endpoint(const spec::Service& service, const spec::Pod& pod) {
    spec::Endpoint endpoint;
    endpoint.addresses = {pod.status.pod_ip};
    const bool terminating = pod.metadata.deletion_timestamp.has_value();
    const bool serving = is_ready(pod);
    endpoint.conditions.serving = serving;
    endpoint.conditions.terminating = terminating;
    endpoint.conditions.ready =
        service.spec.publish_not_ready_addresses || (serving && !terminating);
    spec::ObjectReference reference;
    reference.kind = "Pod";
    reference.ns = pod.metadata.ns;
    reference.name = pod.metadata.name;
    reference.uid = pod.metadata.uid;
    endpoint.target_ref = std::move(reference);
    for (const spec::ServicePort& port : service.spec.ports)
        if (const auto resolved = resolve(port, pod)) endpoint.ports.push_back(*resolved);
    return endpoint;
}

}  // namespace

bool is_served(const spec::Service& service) {
    return !service.spec.selector.empty() && service.spec.type != "ExternalName";
}

spec::EndpointSlice decide(const spec::Service& service, std::span<const spec::Pod> pods) {
    spec::EndpointSlice slice;
    slice.metadata.name = service.metadata.name;
    slice.metadata.ns = service.metadata.ns;
    slice.metadata.labels = service.metadata.labels;
    slice.metadata.labels["kubernetes.io/service-name"] = service.metadata.name;
    slice.metadata.labels["endpointslice.kubernetes.io/managed-by"] =
        "endpointslice-controller.k8s.io";
    slice.metadata.owner_references.push_back({
        .api_version = "v1",
        .kind = "Service",
        .name = service.metadata.name,
        .uid = service.metadata.uid,
        .controller = true,
        .block_owner_deletion = true,
    });
    for (const spec::Pod& pod : pods) {
        if (!may_serve(pod)) continue;
        spec::Endpoint found = endpoint(service, pod);
        if (found.ports.empty() && !service.spec.ports.empty()) continue;
        slice.endpoints.push_back(std::move(found));
    }
    std::ranges::sort(slice.endpoints, {}, [](const spec::Endpoint& e) {
        return e.target_ref->name;
    });
    return slice;
}

std::vector<std::int32_t> contested_ports(
    const spec::Service& service, std::span<const spec::Pod> pods
) {
    std::map<std::int32_t, std::set<std::string>> listeners;
    for (const spec::Pod& pod : pods) {
        if (!may_serve(pod) || pod.metadata.deletion_timestamp || !has_run(pod)) continue;
        for (const spec::ServicePort& port : service.spec.ports) {
            const auto resolved = resolve(port, pod);
            if (resolved && resolved->port == resolved->container_port)
                listeners[resolved->port].insert(pod.metadata.name);
        }
    }
    std::vector<std::int32_t> contested;
    for (const auto& [port, names] : listeners)
        if (names.size() > 1) contested.push_back(port);
    return contested;
}

bool same_endpoints(const spec::EndpointSlice& a, const spec::EndpointSlice& b) {
    return a.metadata.labels == b.metadata.labels &&
           a.metadata.owner_references == b.metadata.owner_references &&
           a.address_type == b.address_type && a.endpoints == b.endpoints;
}

}  // namespace swell::control::endpoints
