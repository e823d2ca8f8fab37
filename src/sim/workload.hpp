#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace swell::sim {

/// How one service spends its time: what a model of it must know.
struct Workload {
    double cpu_seconds_per_request = 0.010;  ///< mean, > 0
    double variation = 1;  ///< coefficient of variation of the CPU time; 1: exponential, 0: even
    double cores_per_pod = 1;                  ///< what a pod gets at most, > 0
    double idle_cores = 0;                     ///< what a pod uses without requests
    double memory_bytes = 64.0 * 1024 * 1024;  ///< of a pod
    Duration other_latency{};                  ///< of each request, without CPU: waiting for others
    Duration objective = std::chrono::milliseconds(250);  ///< slower than this is late
    Duration give_up = std::chrono::seconds(30);          ///< clients wait no longer
};

/// What waits, as work: requests that arrived and are not served.
struct Queue {
    double waiting = 0;  ///< requests, >= 0
};

/// What became of the requests of one interval.
struct Served {
    double arrived = 0;
    double served = 0;
    double late = 0;         ///< of those that arrived: served, but after the objective
    double failed = 0;       ///< nobody was there, or the client gave up
    double cpu_seconds = 0;  ///< spent by all pods, idling left out
    double latency_sum = 0;  ///< seconds, of those served
    Served& operator+=(const Served& other);
};

/// The requests of an interval in which nothing changes: a fluid queue, in whose stable times
/// requests wait as in M/G/c.
///
/// rate      arrivals a second, >= 0
/// servers   pods that are ready; 0: every request fails
/// queue     goes in and comes back
/// length    of the interval, >= 0
///
/// Work is done at capacity = servers · cores_per_pod / cpu_seconds_per_request. What is more than
/// that waits; whoever would wait longer than give_up has gone. A request is late when its wait,
/// its service and other_latency together are over the objective. The wait is that of the fluid,
/// and on top, below saturation, the M/M/c tail P(W > t) = C(c, a) · exp(-(c - a)/s · t), its rate
/// divided by (1 + variation²)/2. Source  Erlang C; Allen and Cunneen's approximation for general
/// service times.
Served serve(const Workload& workload, double rate, double servers, Queue& queue, Duration length);

/// The chance that a request has to wait: Erlang's C for c servers offered a erlangs, a < c.
/// Servers may be a fraction above 1. Source  the recurrence of Erlang's B.
double erlang_c(double servers, double offered);

}  // namespace swell::sim
