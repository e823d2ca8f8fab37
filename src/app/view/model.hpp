#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"

namespace swell::app {

/// One workload as the live view shows it.
struct WorkloadView {
    std::string name;  ///< `tiles`, with its namespace when not default: `prod/tiles`
    int wanted = 0, ready = 0, pods = 0;  ///< pods: all that exist, terminating ones too
    std::optional<int> min, max;          ///< of its HPA
    std::string metric;                   ///< `cpu`
    std::optional<int> current_percent, target_percent;
    std::int64_t cpu_milli = 0;         ///< used by all its pods
    std::vector<int> replicas_history;  ///< one a second, newest last
};

/// One Service's traffic over the last second (latencies: the last ten).
struct TrafficView {
    std::string name, url;
    double requests_per_second = 0, errors_per_second = 0;
    double p50_ms = 0, p95_ms = 0, p99_ms = 0;
    std::int64_t requests = 0, errors = 0, in_flight = 0;
    std::vector<double> rate_history;
};

/// One load test.
struct LoadView {
    std::string name, phase;
    double rate_wanted = 0, rate_done = 0;
    Duration elapsed{}, total{};
    std::int64_t requests = 0, errors = 0, dropped = 0;
    double p50_ms = 0, p95_ms = 0, p99_ms = 0;
};

struct DecisionView {
    Instant at{};
    std::string subject, summary;
};

/// All of one screen.
struct View {
    Instant now{};
    Duration up_for{};
    std::string state;  ///< `running`, `stopping`
    std::vector<WorkloadView> workloads;
    std::vector<TrafficView> traffic;
    std::vector<LoadView> loads;
    std::vector<DecisionView> decisions;  ///< newest first
    std::vector<std::string> warnings;
};

/// What remains to be said when it is over.
struct Summary {
    Duration took{};
    int peak_replicas = 0;
    std::int64_t requests = 0, errors = 0, dropped = 0, decisions = 0;
    std::uint64_t seed = 0;
    double p50_ms = 0, p95_ms = 0, p99_ms = 0;
    bool loaded = false;                 ///< whether a load test ran; else there are no latencies
    std::vector<DecisionView> scalings;  ///< in order
};

Json to_json(const View& view);
Json to_json(const Summary& summary);

}  // namespace swell::app
