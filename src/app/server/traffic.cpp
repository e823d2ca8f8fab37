#include "app/server/traffic.hpp"

#include <map>

#include "spec/kinds/core.hpp"
#include "spec/kinds/discovery.hpp"

namespace swell::app {

namespace {

bool has_address(const spec::Service& service) {
    return !service.spec.cluster_ip.empty() && service.spec.cluster_ip != "None" &&
           service.spec.type != "ExternalName";
}

bool on_node(const spec::Service& service, const spec::ServicePort& port) {
    return port.node_port != 0 &&
           (service.spec.type == "NodePort" || service.spec.type == "LoadBalancer");
}

std::vector<proxy::Endpoint> endpoints(
    const spec::EndpointSlice& slice,
    const std::string& port_name,
    const std::set<std::string>& draining
) {
    std::vector<proxy::Endpoint> result;
    for (const auto& endpoint : slice.endpoints) {
        if (endpoint.addresses.empty() || !endpoint.target_ref) continue;
        const std::string id = endpoint_id(endpoint.target_ref->ns, endpoint.target_ref->name);
        const bool leaving = endpoint.conditions.terminating || draining.contains(id);
        if (!endpoint.conditions.ready && !leaving) continue;
        for (const auto& port : endpoint.ports) {
            if (port.name != port_name || port.port <= 0) continue;
            result.push_back(
                {id,
                 {endpoint.addresses.front(), static_cast<std::uint16_t>(port.port)},
                 leaving ? proxy::EndpointState::draining : proxy::EndpointState::ready}
            );
            break;
        }
    }
    return result;
}

}  // namespace

std::string endpoint_id(const std::string& ns, const std::string& pod) { return ns + "/" + pod; }

std::vector<std::string> urls(const spec::Object& object) {
    const auto& service = object.as<spec::Service>();
    std::vector<std::string> result;
    if (!has_address(service)) return result;
    for (const auto& port : service.spec.ports) {
        if (port.protocol != "TCP") continue;
        result.push_back("http://" + service.spec.cluster_ip + ":" + std::to_string(port.port));
        if (on_node(service, port))
            result.push_back("http://127.0.0.1:" + std::to_string(port.node_port));
    }
    return result;
}

std::vector<proxy::Service> traffic(
    const std::vector<spec::Object>& services,
    const std::vector<spec::Object>& slices,
    const std::set<std::string>& draining
) {
    std::map<std::pair<std::string, std::string>, const spec::EndpointSlice*> by_name;
    for (const auto& slice : slices)
        by_name[{slice.metadata().ns, slice.metadata().name}] = &slice.as<spec::EndpointSlice>();
    std::vector<proxy::Service> result;
    for (const auto& object : services) {
        const auto& service = object.as<spec::Service>();
        if (!has_address(service)) continue;
        const auto slice = by_name.find({service.metadata.ns, service.metadata.name});
        for (const auto& port : service.spec.ports) {
            if (port.protocol != "TCP") continue;
            proxy::Service row;
            row.key = {service.metadata.ns, service.metadata.name, port.name};
            row.listen.push_back({service.spec.cluster_ip, static_cast<std::uint16_t>(port.port)});
            if (on_node(service, port))
                row.listen.push_back({"127.0.0.1", static_cast<std::uint16_t>(port.node_port)});
            if (slice != by_name.end())
                row.endpoints = endpoints(*slice->second, port.name, draining);
            result.push_back(std::move(row));
        }
    }
    return result;
}

}  // namespace swell::app
