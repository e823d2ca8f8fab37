#include "cluster/pods/ports.hpp"

#include <algorithm>

#include "spec/selector.hpp"

namespace swell::cluster::pods {

namespace {

/// Whether a container declares the number.
bool is_declared(const spec::PodSpec& pod, std::int64_t number) {
    for (const auto* list : {&pod.init_containers, &pod.containers})
        for (const spec::Container& container : *list)
            for (const spec::ContainerPort& port : container.ports)
                if (port.container_port == number) return true;
    return false;
}

bool selects(const spec::Service& service, const spec::Pod& pod) {
    return !service.spec.selector.empty() && service.spec.type != "ExternalName" &&
           spec::Selector::from(service.spec.selector).matches(pod.metadata.labels);
}

}  // namespace

std::vector<spec::PodPort> wanted_ports(
    const spec::Pod& pod, const std::vector<const spec::Service*>& services
) {
    std::vector<spec::PodPort> wanted;
    for (const auto* list : {&pod.spec.init_containers, &pod.spec.containers})
        for (const spec::Container& container : *list)
            for (const spec::ContainerPort& port : container.ports)
                wanted.push_back({port.name, port.container_port, 0});
    for (const spec::Service* service : services) {
        if (!selects(*service, pod)) continue;
        for (const spec::ServicePort& port : service->spec.ports) {
            if (port.target_port.is_text()) continue;
            const std::int64_t number =
                port.target_port.number != 0 ? port.target_port.number : port.port;
            const bool known = std::ranges::any_of(wanted, [&](const spec::PodPort& one) {
                return one.container_port == number;
            });
            if (!known) wanted.push_back({"", static_cast<std::int32_t>(number), 0});
        }
    }
    return wanted;
}

std::vector<spec::PodPort> ports_of(const spec::Pod& pod, const spec::Container& container) {
    std::vector<spec::PodPort> ports;
    for (const spec::ContainerPort& port : container.ports) {
        const auto real = real_port(pod, container, {.number = port.container_port, .text = ""});
        ports.push_back({port.name, port.container_port, real.value_or(port.container_port)});
    }
    const auto& all = pod.spec.containers;
    if (all.empty() || all.front().name != container.name) return ports;
    for (const spec::PodPort& given : pod.status.ports)
        if (!is_declared(pod.spec, given.container_port)) ports.push_back(given);
    return ports;
}

std::optional<std::int32_t> real_port(
    const spec::Pod& pod, const spec::Container& container, const spec::IntOrString& port
) {
    std::int64_t number = port.number;
    if (port.is_text()) {
        number = 0;
        for (const spec::ContainerPort& own : container.ports)
            if (own.name == port.text) number = own.container_port;
        for (const spec::PodPort& given : pod.status.ports)
            if (number == 0 && given.name == port.text) return given.port;
        if (number == 0) return std::nullopt;
    }
    for (const spec::PodPort& given : pod.status.ports)
        if (given.container_port == number) return given.port;
    return static_cast<std::int32_t>(number);
}

}  // namespace swell::cluster::pods
