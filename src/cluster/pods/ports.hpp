#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "spec/kinds/core.hpp"

namespace swell::cluster::pods {

/// The container ports that a pod is to be given ports of this machine for, `port` left at 0.
///
/// Those that its containers declare, in their order; then each number that a Service which
/// selects the pod has as targetPort and nobody declares, once, without a name. To Kubernetes a
/// declaration is information only; here two replicas would both listen on that number.
///
/// services  of the pod's namespace
std::vector<spec::PodPort> wanted_ports(
    const spec::Pod& pod, const std::vector<const spec::Service*>& services
);

/// The ports of one of the pod's containers, with the ones really given (`status.ports`; the number
/// itself where none is): what it declares; then, for the first container, what nobody declares.
std::vector<spec::PodPort> ports_of(const spec::Pod& pod, const spec::Container& container);

/// The port really given to a container port, by number or name; the number itself when the pod has
/// no such port, empty for an unknown name.
std::optional<std::int32_t> real_port(
    const spec::Pod& pod, const spec::Container& container, const spec::IntOrString& port
);

}  // namespace swell::cluster::pods
