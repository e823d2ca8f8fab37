#include <arpa/inet.h>

#include <set>

#include "spec/fields/kind.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/names.hpp"

namespace swell::spec {
namespace {

using fields::in_quotes;

void complete(Service& service) {
    for (ServicePort& port : service.spec.ports)
        if (!port.target_port.is_text() && port.target_port.number == 0)
            port.target_port.number = port.port;
}

void validate_port(const ServiceSpec& spec, std::size_t i, Problems& problems) {
    const ServicePort& port = spec.ports[i];
    const std::string at = "spec.ports[" + std::to_string(i) + "]";
    if (port.name.empty() && spec.ports.size() > 1)
        problems.push_back({at + ".name", "is required when there are several ports"});
    tell(problems, at + ".name", port.name, dns_label);
    validate_port(port.port, at + ".port", problems);
    // A target that is the port itself was told with the port.
    if (port.target_port != IntOrString{.number = port.port, .text = {}})
        validate_port(port.target_port, at + ".targetPort", problems);
    if (port.node_port == 0) return;
    validate_port(port.node_port, at + ".nodePort", problems);
    if (spec.type == "ClusterIP" || spec.type == "ExternalName")
        problems.push_back({at + ".nodePort", "may not be used when `type` is '" + spec.type + "'"}
        );
}

void validate_ports(const ServiceSpec& spec, Problems& problems) {
    std::set<std::string_view> names;
    std::set<std::pair<std::int32_t, std::string_view>> numbers;
    for (std::size_t i = 0; i < spec.ports.size(); ++i) {
        const ServicePort& port = spec.ports[i];
        const std::string at = "spec.ports[" + std::to_string(i) + "]";
        validate_port(spec, i, problems);
        if (!port.name.empty() && !names.insert(port.name).second)
            problems.push_back({at + ".name", "duplicate name " + in_quotes(port.name)});
        if (!numbers.insert({port.port, port.protocol}).second)
            problems.push_back(
                {at + ".port", "duplicate port " + std::to_string(port.port) + "/" + port.protocol}
            );
    }
    const bool headless = spec.cluster_ip == "None";
    if (spec.ports.empty() && !headless && spec.type != "ExternalName")
        problems.push_back({"spec.ports", "is required"});
}

bool is_address(const std::string& text) {
    in6_addr address{};
    return text.find('\0') == std::string::npos &&
           (::inet_pton(AF_INET, text.c_str(), &address) == 1 ||
            ::inet_pton(AF_INET6, text.c_str(), &address) == 1);
}

void validate(const Service& service, Problems& problems) {
    const ServiceSpec& spec = service.spec;
    validate(service.metadata, "metadata", problems, dns_1035_label);
    validate_ports(spec, problems);
    validate_labels(spec.selector, "spec.selector", problems);
    if (spec.type == "ExternalName" && spec.external_name.empty())
        problems.push_back({"spec.externalName", "is required for type ExternalName"});
    tell(problems, "spec.externalName", spec.external_name, dns_subdomain);
    if (!spec.cluster_ip.empty() && spec.cluster_ip != "None" && !is_address(spec.cluster_ip))
        problems.push_back(
            {"spec.clusterIP",
             "must be empty, None, or an IP address, got " + in_quotes(spec.cluster_ip)}
        );
    if (spec.session_affinity == "ClientIP")
        problems.push_back(
            {"spec.sessionAffinity",
             in_quotes(spec.session_affinity) + " is not acted on by Swell: requests of one client "
                                                "go to all pods",
             true}
        );
    if (spec.cluster_ip == "None" && (spec.type == "NodePort" || spec.type == "LoadBalancer"))
        problems.push_back({"spec.clusterIP", "may not be None for type " + spec.type});
}

}  // namespace

template <>
const Kind& kind_of<Service>() {
    static const Kind kind =
        fields::make_kind<Service, complete, validate>({"v1", "Service", "services", {"svc"}});
    return kind;
}

}  // namespace swell::spec
