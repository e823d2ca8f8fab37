#pragma once

#include <set>
#include <string>
#include <vector>

#include "proxy/config.hpp"
#include "spec/kinds/core.hpp"
#include "spec/object.hpp"

namespace swell::app {

/// What the proxy is to serve: one service for each TCP port of each Service that has an address.
///
/// services  Services; those without an address (`clusterIP` empty or None, ExternalName) are left
///           out, and so are addresses that clashes() finds
/// slices    EndpointSlices, one a Service, with its name
/// draining  endpoint ids (`ns/pod`) that must drain, whatever their slice says
///
/// Ready endpoints are `ready`, terminating ones `draining`, others are not there. Pure; sorted.
std::vector<proxy::Service> traffic(
    const std::vector<spec::Object>& services,
    const std::vector<spec::Object>& slices,
    const std::set<std::string>& draining
);

/// An address that a Service wants and another has.
struct Clash {
    proxy::ServiceKey service;
    proxy::Address address;
    proxy::ServiceKey holder;
};

/// Of each address the Service that was created first is the holder; of those of one moment, the
/// first by name.
std::vector<Clash> clashes(const std::vector<spec::Object>& services);

/// Why a Service is not taken, as Kubernetes says it: it asks anew for a clusterIP or a nodePort
/// that another one has. `services` are those there are; what itself has among them it keeps.
spec::Problems already_allocated(
    const spec::Service& service, const std::vector<spec::Object>& services
);

/// The endpoint id of a pod.
std::string endpoint_id(const std::string& ns, const std::string& pod);

/// Where each port of a Service is reached from this machine: `http://127.77.1.2:8080`.
std::vector<std::string> urls(const spec::Object& service);

}  // namespace swell::app
