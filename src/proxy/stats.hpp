#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "metrics/instruments/histogram.hpp"
#include "proxy/config.hpp"
#include "proxy/forward.hpp"

namespace swell::proxy {

/// What is counted of one service, or of one endpoint of it. Counts only rise, but for in_flight.
struct Counts {
    /// Responses by status. A handful of codes at most: a list is the fastest map.
    std::vector<std::pair<int, std::uint64_t>> codes;
    std::array<std::uint64_t, reasons> errors{
    };  ///< by Reason: what the proxy itself answered or broke off
    std::uint64_t retries = 0;
    std::uint64_t bytes_in = 0;   ///< of requests, heads included, as they came
    std::uint64_t bytes_out = 0;  ///< of responses, heads included, as they were sent
    std::uint32_t in_flight = 0;
    metrics::Histogram latency;  ///< microseconds, request head read to response sent; no upgrades

    void count(int status);
    std::uint64_t requests() const;
    void add(const Counts& other);
};

struct EndpointStats {
    std::string id;
    EndpointState state = EndpointState::ready;
    Counts counts;
};

struct ServiceStats {
    ServiceKey key;
    Counts counts;
    std::vector<EndpointStats> endpoints;  ///< those of now; what earlier ones did is in `counts`
};

struct Stats {
    std::int64_t version = 0;  ///< of the snapshot in use, 0 for none
    std::uint32_t clients = 0;
    std::uint32_t upstreams = 0;
    std::vector<ServiceStats> services;
};

/// `{"version", "clients", "upstreams", "services": [{"namespace", "name", "port_name",
///   "requests", "codes": {"200": n}, "errors": {"no-endpoint": n}, "retries", "bytes_in",
///   "bytes_out", "in_flight", "latency": histogram, "endpoints": [{"id", "state", the same
///   counts}]}]}`
Json to_json(const Stats& stats);
/// Errors  invalid: names the field.
Result<Stats> stats_from_json(const Json& json);

/// The series in Prometheus' text format: counters and one latency histogram a service, in-flight
/// requests and counters an endpoint. Labels are bounded by the services, their endpoints, the
/// status codes in use and the reasons.
std::string to_prometheus(const Stats& stats);

}  // namespace swell::proxy
