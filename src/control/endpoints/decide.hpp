#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spec/kinds/core.hpp"
#include "spec/kinds/discovery.hpp"

namespace swell::control::endpoints {

/// The EndpointSlice of a Service: each pod that may serve, sorted by the pod's name.
///
/// Of a pod   address status.podIP; serving: it is ready; terminating: it is being deleted; ready:
///            serving and not terminating, or always with publishNotReadyAddresses.
/// Of a port  targetPort by name or number of a container port gives the port the pod really
///            listens on (status.ports). A number that it was given no port for is taken as it is.
/// Left out   pods without an address, those that ended, and those with none of the Service's
///            ports.
///
/// pods    pods that the Service selects
/// Source  kubernetes endpointslice reconciler, ShouldPodBeInEndpoints, podToEndpoint.
spec::EndpointSlice decide(const spec::Service& service, std::span<const spec::Pod> pods);

/// Numbers that several of these pods listen on at once on this machine, where one can: the Service
/// names them, and its pods were given no port for them, because they were there before it. Sorted.
///
/// pods  pods that the Service selects
std::vector<std::int32_t> contested_ports(
    const spec::Service& service, std::span<const spec::Pod> pods
);

/// Whether endpoints are made for it: it has a selector and is no ExternalName.
bool is_served(const spec::Service& service);

/// Equal but for what the store sets.
bool same_endpoints(const spec::EndpointSlice& a, const spec::EndpointSlice& b);

}  // namespace swell::control::endpoints
