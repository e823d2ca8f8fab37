#pragma once

#include "spec/kinds/meta.hpp"

namespace swell::spec {

/// One stage of an arrival-rate curve: from the rate before to `rate`, linear over `duration`.
struct LoadStage {
    std::string duration;  ///< `30s`
    double rate = 0;       ///< requests a second at its end

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("duration", s.duration, "How long the stage takes: 30s, 2m.");
        v.required("rate", s.rate, "Requests a second at its end; linear from the rate before.");
    }
    bool operator==(const LoadStage&) const = default;
};

struct LoadTarget {
    std::string service;  ///< name of a Service of the same namespace; or
    std::string url;      ///< http://127.0.0.1:8080
    std::string port;     ///< name or number of the Service's port; its first by default

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("service", s.service, "Name of a Service in the same namespace.");
        v.field("url", s.url, "A base URL, instead of a Service.");
        v.field("port", s.port, "Name or number of the Service's port. Defaults to its first.");
    }
    bool operator==(const LoadTarget&) const = default;
};

struct LoadRequest {
    std::string method = "GET", path = "/", body;
    Labels headers;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("method", s.method, "Defaults to GET.");
        v.field("path", s.path, "Defaults to /. {n} is replaced by the number of the request.");
        v.field("headers", s.headers, "More headers.");
        v.field("body", s.body, "What is sent.");
    }
    bool operator==(const LoadRequest&) const = default;
};

struct LoadTestSpec {
    LoadTarget target;
    std::vector<LoadRequest> requests;  ///< taken in turn; one GET / by default
    std::vector<LoadStage> stages;
    double start_rate = 0;
    std::string timeout = "10s";
    std::int32_t max_connections = 256;
    std::uint64_t seed = 1;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("target", s.target, "Where the requests go.");
        v.field("requests", s.requests, "Taken in turn. Defaults to one GET /.");
        v.required("stages", s.stages, "The curve of the arrival rate.");
        v.field("startRate", s.start_rate, "Requests a second at the start. Defaults to 0.");
        v.field("timeout", s.timeout, "A request that takes longer is an error. Defaults to 10s.");
        v.range(
            "maxConnections",
            s.max_connections,
            1,
            100000,
            "Requests under way at once; an arrival beyond is dropped and counted. Defaults to 256."
        );
        v.field("seed", s.seed, "Of the arrival times. Defaults to 1.");
    }
    bool operator==(const LoadTestSpec&) const = default;
};

struct LoadTestStatus {
    std::string phase;  ///< Pending, Running, Succeeded, Failed
    std::string message;
    std::optional<Instant> start_time, completion_time;
    std::int64_t requests = 0, errors = 0, dropped = 0;
    double p50_seconds = 0, p95_seconds = 0, p99_seconds = 0;  ///< from the intended send time

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("phase", s.phase, "Pending, Running, Succeeded, Failed.");
        v.field("message", s.message, "Why.");
        v.field("startTime", s.start_time, "When it started.");
        v.field("completionTime", s.completion_time, "When it ended.");
        v.field("requests", s.requests, "Requests answered or failed.");
        v.field("errors", s.errors, "Transport errors, timeouts, status 400 and above.");
        v.field("dropped", s.dropped, "Arrivals that found maxConnections under way.");
        v.field("p50Seconds", s.p50_seconds, "Latency from the intended send time.");
        v.field("p95Seconds", s.p95_seconds, "Latency from the intended send time.");
        v.field("p99Seconds", s.p99_seconds, "Latency from the intended send time.");
    }
    bool operator==(const LoadTestStatus&) const = default;
};

/// swell.dev/v1: load with an open model (arrivals do not wait for answers).
struct LoadTest {
    ObjectMeta metadata;
    LoadTestSpec spec;
    LoadTestStatus status;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.required("spec", s.spec, "Where, what and how much.");
        v.field("status", s.status, "How it went.");
    }
    bool operator==(const LoadTest&) const = default;
};

template <>
const Kind& kind_of<LoadTest>();

}  // namespace swell::spec
