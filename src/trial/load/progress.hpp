#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"
#include "metrics/instruments/histogram.hpp"

namespace swell::trial {

/// Requests that failed, by the first thing that was wrong.
struct Failures {
    std::int64_t connect = 0;    ///< no connection came about
    std::int64_t transport = 0;  ///< cut off, or not HTTP
    std::int64_t timeout = 0;    ///< no complete answer in time
    std::int64_t status_4xx = 0;
    std::int64_t status_5xx = 0;

    std::int64_t total() const { return connect + transport + timeout + status_4xx + status_5xx; }
};

/// What the last full second was like.
struct Window {
    double sent = 0, done = 0, failed = 0;  ///< a second
    metrics::Percentiles response_time;     ///< seconds; 0 when nothing was done
};

/// How far a load is and how the service does. Every arrival is in exactly one of sent and dropped,
/// and every sent request is, in the end, in exactly one of done and failures: 4xx and 5xx are in
/// failures only.
struct Progress {
    Duration elapsed{};    ///< since the start; stands still once finished
    Duration length{};     ///< of the schedule
    double rate = 0;       ///< arrivals a second intended now
    std::int64_t due = 0;  ///< arrivals so far
    std::int64_t sent = 0;
    std::int64_t done = 0;  ///< answered with a status below 400
    Failures failures;
    std::int64_t dropped = 0;  ///< arrivals that found max_connections under way
    std::int64_t resent = 0;   ///< sent again, for their kept connection had been closed
    std::int64_t in_flight = 0;
    std::int64_t connections = 0;
    Window last_second;

    // In microseconds. Answers of any status count, and timeouts with the time they took; failed
    // connections do not, for a refusal is quick and would flatter.
    metrics::Histogram response_time;   ///< from the intended send time: what a user waits
    metrics::Histogram service_time;    ///< from the actual one
    metrics::Histogram schedule_error;  ///< actual minus intended send time

    bool finished = false;  ///< the schedule is over and the last request has been answered
};

}  // namespace swell::trial
