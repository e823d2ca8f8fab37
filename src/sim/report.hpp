#pragma once

#include <string>
#include <vector>

#include "sim/simulation.hpp"

namespace swell::sim {

/// What a person reads of a simulation. Pure; no time of day, no name of a machine: same outcome,
/// same bytes.

/// One side of a comparison; one alone has an empty label.
struct Side {
    std::string label;
    const Outcome& outcome;
};

/// A table, a line a service, with their sum:
///
///     SERVICE  REPLICAS  REPLICA-HOURS  REQUESTS  OVER  FAILED  DECISIONS  FLAPS
///
/// OVER is the share of the requests that were late or failed, FAILED of those that failed. Two
/// sides stand below each other, and a line says the difference. Below, a line for each service
/// that was sized vertically: `shop: resized in place 4 pods, evicted none; 9.2 core-hours; …`.
std::string table(const std::vector<Side>& sides);

/// The points of all charts:
/// `side,service,time_s,rps,wanted,ready,late_share,latency_ms,cpu_cores`.
std::string csv(const std::vector<Side>& sides);

/// One page with charts of load, replicas and latency and the list of decisions; needs no network
/// and no script.
std::string html(const std::vector<Side>& sides);

/// Share of the requests that were late or failed; 0 without requests.
double share_over_objective(const Served& served);

}  // namespace swell::sim
