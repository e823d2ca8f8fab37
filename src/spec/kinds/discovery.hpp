#pragma once

#include "spec/kinds/core.hpp"

namespace swell::spec {

/// As in Kubernetes: ready = serving and not terminating.
struct EndpointConditions {
    bool ready = false, serving = false, terminating = false;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("ready", s.ready, "May get new requests.");
        v.required("serving", s.serving, "Passes its readiness probe.");
        v.required("terminating", s.terminating, "Is going away.");
    }
    bool operator==(const EndpointConditions&) const = default;
};

struct Endpoint {
    std::vector<std::string> addresses;
    EndpointConditions conditions;
    std::optional<ObjectReference> target_ref;  ///< the pod
    std::vector<PodPort> ports;  ///< by name of the Service's port: embedded pods differ

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("addresses", s.addresses, "Where it listens.");
        v.required("conditions", s.conditions, "Whether it may be used.");
        v.field("targetRef", s.target_ref, "The pod.");
        v.field(
            "ports", s.ports, "Swell's own: port of this endpoint for each port of the Service."
        );
    }
    bool operator==(const Endpoint&) const = default;
};

/// discovery.k8s.io/v1; one for each Service, with the Service's name.
struct EndpointSlice {
    ObjectMeta metadata;
    std::string address_type = "IPv4";
    std::vector<Endpoint> endpoints;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.required("addressType", s.address_type, "IPv4.");
        v.field("endpoints", s.endpoints, "Pods of the Service.");
    }
    bool operator==(const EndpointSlice&) const = default;
};

template <>
const Kind& kind_of<EndpointSlice>();

}  // namespace swell::spec
