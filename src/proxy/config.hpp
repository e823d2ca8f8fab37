#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace swell::proxy {

/// An IP address in text (`127.0.0.1`, `::1`) and a port.
struct Address {
    std::string address;
    std::uint16_t port = 0;

    auto operator<=>(const Address&) const = default;
};
/// `127.0.0.1:80`, `[::1]:80`.
std::string to_text(const Address& address);

enum class EndpointState {
    ready,     ///< takes requests
    draining,  ///< finishes those it has, and takes no new one
};

/// One place that answers, a pod's port.
struct Endpoint {
    std::string id;  ///< unique within its service; of one pod in several services the same
    Address address;
    EndpointState state = EndpointState::ready;

    bool operator==(const Endpoint&) const = default;
};

/// Which Service port: the name of everything that is counted.
struct ServiceKey {
    std::string ns;
    std::string name;
    std::string port_name;  ///< may be empty, as in Kubernetes

    auto operator<=>(const ServiceKey&) const = default;
};
/// `default/shop:http`.
std::string to_text(const ServiceKey& key);

struct Service {
    ServiceKey key;
    std::vector<Address> listen;  ///< port 0: any free one, which the answer tells
    std::vector<Endpoint> endpoints;
    std::int64_t wait_ms = 0;  ///< how long a request may wait when no endpoint is ready

    bool operator==(const Service&) const = default;
};

/// All that the proxy is to do; it takes the place of the one before as a whole.
///
///     {"version": 3, "services": [{"namespace": "default", "name": "shop", "port_name": "http",
///       "listen": [{"address": "127.0.0.1", "port": 8080}], "wait_ms": 0,
///       "endpoints": [{"id": "shop-1", "address": "127.0.0.1", "port": 9000, "state": "ready"}]}]}
struct Snapshot {
    std::int64_t version = 0;  ///< > 0; rises
    std::vector<Service> services;

    bool operator==(const Snapshot&) const = default;
};

Json to_json(const Snapshot& snapshot);

/// Errors  invalid: every problem, one a line: `services[0].listen[1].port: must be 0 to 65535`.
Result<Snapshot> snapshot_from_json(const Json& json);

/// What `next` asks of a proxy that serves `current`.
struct Changes {
    struct Listener {
        ServiceKey service;
        Address address;
        bool operator==(const Listener&) const = default;
    };
    struct Place {
        ServiceKey service;
        Endpoint endpoint;
        bool operator==(const Place&) const = default;
    };

    std::vector<Listener> opened = {};  ///< not listened on before
    std::vector<Listener> moved = {};   ///< listened on, for another service
    std::vector<Listener> closed = {};
    std::vector<Place> added = {};           ///< new endpoints, and those at a new address
    std::vector<Place> removed = {};         ///< gone, and those that left for a new address
    std::vector<Place> drained = {};         ///< ready before, draining now
    std::vector<Place> readied = {};         ///< draining before, ready now
    std::vector<ServiceKey> forgotten = {};  ///< services that are gone

    bool operator==(const Changes&) const = default;
};
Changes changes(const Snapshot& current, const Snapshot& next);

/// How one listener fares; `error` is empty when it listens.
struct ListenerStatus {
    ServiceKey service;
    Address address;  ///< as asked for, but with the port it got
    std::string error;

    bool operator==(const ListenerStatus&) const = default;
};

/// The answer to a snapshot that was taken.
struct Applied {
    std::int64_t version = 0;
    std::vector<ListenerStatus> listeners;  ///< in the order of the snapshot
};
Json to_json(const Applied& applied);
Result<Applied> applied_from_json(const Json& json);

}  // namespace swell::proxy
