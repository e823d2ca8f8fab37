#pragma once

#include <vector>

#include "sim/pods.hpp"
#include "sim/trace.hpp"
#include "sim/workload.hpp"

namespace swell::sim {

/// The best that anybody could have done who knew the load beforehand: what a policy is held
/// against. Pure.

/// A number of pods from a moment on, until the next one's.
struct PodsFrom {
    Duration at{};
    int pods = 0;
    bool operator==(const PodsFrom&) const = default;
};

/// The fewest pods, from 1 to `most`, with which no more than `share` of the requests of a steady
/// rate are over the objective or fail; `most` when it takes more.
int pods_needed(const Workload& workload, double rate, double share, int most);

/// When how many pods must be ready so that no more than `share` of the requests of any stretch of
/// the trace are over the objective: pods_needed(), or `least` where that is more. Over `length`;
/// neighbours differ.
std::vector<PodsFrom> needs_of(
    const Workload& workload, const Trace& load, Duration length, double share, int least, int most
);

/// How many pods to want over time, so that what is needed is ready at every moment for the fewest
/// pod-hours. A pod is paid for from its creation to its end: start_up before it serves, and
/// shut_down after it was let go. Those wanted at the start have been there for long.
///
/// Pods are alike and the youngest goes first, so each number k is a problem of its own: the k-th
/// pod is needed during some intervals, and in each gap between two of them it is either kept, for
/// the gap's length, or let go and made again, for shut_down + start_up. The sum over all k of the
/// cheaper ones is the optimum. (Without shut_down it is the sliding maximum of the needs over
/// the start_up that follows.)
///
/// needs   rising times, the first at 0
/// Returns rising times, the first at 0, neighbours differ
std::vector<PodsFrom> cheapest_schedule(const std::vector<PodsFrom>& needs, const PodModel& model);

/// How a service fares whose pods follow a schedule.
struct Fared {
    Served served;
    double replica_hours = 0;
};

/// The same queue and the same pods as in a simulation, but for chance: each pod takes exactly
/// start_up and shut_down, and none crashes.
Fared follow_schedule(
    const Workload& workload,
    const Trace& load,
    Duration length,
    const std::vector<PodsFrom>& schedule,
    const PodModel& model
);

}  // namespace swell::sim
