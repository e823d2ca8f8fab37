#include "app/server/traffic.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.hpp"
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

proxy::ServiceKey key_of(const spec::Service& service, const spec::ServicePort& port) {
    return {service.metadata.ns, service.metadata.name, port.name};
}

std::vector<proxy::Address> addresses(const spec::Service& service, const spec::ServicePort& port) {
    if (!has_address(service) || port.protocol != "TCP") return {};
    std::vector<proxy::Address> list = {
        {service.spec.cluster_ip, static_cast<std::uint16_t>(port.port)}
    };
    if (on_node(service, port))
        list.push_back({"127.0.0.1", static_cast<std::uint16_t>(port.node_port)});
    return list;
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
    for (const auto& port : service.spec.ports)
        for (const proxy::Address& address : addresses(service, port))
            result.push_back("http://" + to_text(address));
    return result;
}

std::vector<Clash> clashes(const std::vector<spec::Object>& services) {
    std::vector<const spec::Service*> by_age;
    for (const auto& object : services) by_age.push_back(&object.as<spec::Service>());
    std::ranges::stable_sort(by_age, {}, [](const spec::Service* one) {
        const spec::ObjectMeta& metadata = one->metadata;
        return std::tie(metadata.creation_timestamp, metadata.ns, metadata.name);
    });
    std::map<proxy::Address, proxy::ServiceKey> holders;
    std::vector<Clash> found;
    for (const spec::Service* service : by_age)
        for (const auto& port : service->spec.ports)
            for (const proxy::Address& address : addresses(*service, port)) {
                const proxy::ServiceKey key = key_of(*service, port);
                const auto [holder, fresh] = holders.try_emplace(address, key);
                if (!fresh) found.push_back({key, address, holder->second});
            }
    return found;
}

spec::Problems already_allocated(
    const spec::Service& service, const std::vector<spec::Object>& services
) {
    spec::Problems problems;
    bool same_ip = false, keeps_ip = false;
    using NodePort = std::pair<std::int32_t, std::string_view>;
    std::set<NodePort> taken, own;
    for (const auto& object : services) {
        const auto& other = object.as<spec::Service>();
        const bool itself = other.metadata.ns == service.metadata.ns &&
                            other.metadata.name == service.metadata.name;
        const bool has_ip = has_address(service) && has_address(other) &&
                            other.spec.cluster_ip == service.spec.cluster_ip;
        (itself ? keeps_ip : same_ip) |= has_ip;
        for (const auto& port : other.spec.ports)
            if (on_node(other, port)) (itself ? own : taken).emplace(port.node_port, port.protocol);
    }
    const std::string& ip = service.spec.cluster_ip;
    if (same_ip && !keeps_ip)
        problems.push_back(
            {"spec.clusterIPs",
             "Invalid value: [\"" + ip + "\"]: failed to allocate IP " + ip +
                 ": provided IP is already allocated"}
        );
    for (std::size_t i = 0; i < service.spec.ports.size(); ++i) {
        const spec::ServicePort& port = service.spec.ports[i];
        if (!on_node(service, port)) continue;
        const NodePort wanted{port.node_port, port.protocol};
        // One after another: two ports of one Service cannot have the same one either.
        const bool fresh = taken.insert(wanted).second;
        if (!fresh && !own.contains(wanted))
            problems.push_back(
                {"spec.ports[" + std::to_string(i) + "].nodePort",
                 "Invalid value: " + std::to_string(port.node_port) +
                     ": provided port is already allocated"}
            );
    }
    return problems;
}

std::vector<proxy::Service> traffic(
    const std::vector<spec::Object>& services,
    const std::vector<spec::Object>& slices,
    const std::set<std::string>& draining
) {
    std::map<std::pair<std::string, std::string>, const spec::EndpointSlice*> by_name;
    for (const auto& slice : slices)
        by_name[{slice.metadata().ns, slice.metadata().name}] = &slice.as<spec::EndpointSlice>();
    // The proxy refuses a snapshot with one address twice, and all Services would stand still.
    const std::vector<Clash> taken = clashes(services);
    std::vector<proxy::Service> result;
    for (const auto& object : services) {
        const auto& service = object.as<spec::Service>();
        const auto slice = by_name.find({service.metadata.ns, service.metadata.name});
        for (const auto& port : service.spec.ports) {
            proxy::Service row;
            row.key = key_of(service, port);
            row.listen = addresses(service, port);
            std::erase_if(row.listen, [&](const proxy::Address& address) {
                return std::ranges::any_of(taken, [&](const Clash& clash) {
                    return clash.service == row.key && clash.address == address;
                });
            });
            if (row.listen.empty()) continue;
            if (slice != by_name.end())
                row.endpoints = endpoints(*slice->second, port.name, draining);
            result.push_back(std::move(row));
        }
    }
    return result;
}

}  // namespace swell::app
