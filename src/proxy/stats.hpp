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

/// Latencies of the responses of one status class, by the bounds of the Prometheus series.
struct LatencyBuckets {
    /// Upper bounds in microseconds: from a fast cache hit to the longest a person waits, about
    /// three a decade, as Prometheus' own default has them.
    static constexpr std::array<std::int64_t, 16> bounds_us = {
        500,
        1'000,
        2'500,
        5'000,
        10'000,
        25'000,
        50'000,
        100'000,
        250'000,
        500'000,
        1'000'000,
        2'500'000,
        5'000'000,
        10'000'000,
        30'000'000,
        60'000'000,
    };
    std::array<std::uint64_t, bounds_us.size() + 1> counts{};  ///< not cumulative; last: above all
    double sum_us = 0;

    void record(std::int64_t latency_us);
    std::uint64_t count() const;
    void add(const LatencyBuckets& other);
};

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

    std::array<LatencyBuckets, 6> by_class{};  ///< [2]: of 2xx; for to_prometheus() alone

    void count(int status);
    /// count(), and how long it took.
    void count(int status, Duration latency);
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

/// The series in Prometheus' text format: counters and a latency histogram a service; counters,
/// in-flight requests and a latency histogram a status class (`code="2xx"`) an endpoint. Labels are
/// bounded by the services, their endpoints, the status codes in use and the reasons.
std::string to_prometheus(const Stats& stats);

}  // namespace swell::proxy
