#include "sim/workload.hpp"

#include <algorithm>
#include <cmath>

namespace swell::sim {

namespace {

/// A pod of less than one core is one slow server; one of more has as many as it has cores.
struct Station {
    double servers;          // in all pods
    double service_seconds;  // mean, of one request on one of them
};

Station station_of(const Workload& workload, double pods) {
    const double per_pod = std::max(1.0, workload.cores_per_pod);
    const double speed = std::min(1.0, workload.cores_per_pod);
    return {pods * per_pod, workload.cpu_seconds_per_request / speed};
}

/// The chance of waiting longer than `wait` in a stable queue.
double chance_over(const Workload& workload, const Station& station, double rate, double wait) {
    if (wait < 0) return 1;
    constexpr double fullest = 0.999;
    const double offered = std::min(rate * station.service_seconds, fullest * station.servers);
    const double spread = (1 + workload.variation * workload.variation) / 2;
    const double decay = (station.servers - offered) / (station.service_seconds * spread);
    return erlang_c(station.servers, offered) * std::exp(-decay * wait);
}

double mean_wait(const Workload& workload, const Station& station, double rate) {
    constexpr double fullest = 0.999;
    const double offered = std::min(rate * station.service_seconds, fullest * station.servers);
    const double spread = (1 + workload.variation * workload.variation) / 2;
    return erlang_c(station.servers, offered) * station.service_seconds * spread /
           (station.servers - offered);
}

/// A stretch in which the fluid rises, falls, or stays at zero.
void stretch(
    const Workload& workload,
    const Station& station,
    double rate,
    double capacity,
    Queue& queue,
    double length,
    Served& sum
) {
    const double arrived = rate * length;
    const double before = queue.waiting;
    const double after = std::max(0.0, before + (rate - capacity) * length);
    const double most = capacity * seconds(workload.give_up);
    queue.waiting = std::min(after, std::max(most, 0.0));
    const double gone = after - queue.waiting;
    const double done = before + arrived - after;
    // Those who arrive in this stretch find a wait between the two ends.
    const double first = before / capacity, last = queue.waiting / capacity;
    const double patience =
        seconds(workload.objective) - seconds(workload.other_latency) - station.service_seconds;
    const double waits = (first + last) / 2;
    double late = 0;
    if (std::max(first, last) > patience && first != last) {
        const double share = (std::max(first, last) - std::max(patience, std::min(first, last))) /
                             std::abs(last - first);
        late = std::clamp(share, 0.0, 1.0);
    } else if (first > patience) {
        late = 1;
    }
    late += (1 - late) * chance_over(workload, station, rate, patience - waits);
    sum.arrived += arrived;
    sum.served += done;
    sum.failed += gone;
    sum.late += late * std::max(0.0, arrived - gone);
    sum.cpu_seconds += done * workload.cpu_seconds_per_request;
    sum.latency_sum += done * (waits + mean_wait(workload, station, rate) +
                               station.service_seconds + seconds(workload.other_latency));
}

}  // namespace

Served& Served::operator+=(const Served& other) {
    arrived += other.arrived;
    served += other.served;
    late += other.late;
    failed += other.failed;
    cpu_seconds += other.cpu_seconds;
    latency_sum += other.latency_sum;
    return *this;
}

double erlang_c(double servers, double offered) {
    if (offered <= 0) return 0;
    const int whole = static_cast<int>(std::min(servers, 10'000.0));
    // 1/B(k) = 1 + k/a · 1/B(k-1)
    double inverse = 1;
    for (int k = 1; k <= whole; ++k) inverse = 1 + inverse * k / offered;
    const double busy = std::min(offered / servers, 1.0);
    const double blocked = 1 / inverse;
    return blocked / (1 - busy * (1 - blocked));
}

Served serve(const Workload& workload, double rate, double servers, Queue& queue, Duration length) {
    Served sum;
    const double whole = seconds(length);
    if (whole <= 0) return sum;
    if (servers <= 0) {
        sum.arrived = rate * whole;
        sum.failed = sum.arrived + queue.waiting;
        queue.waiting = 0;
        return sum;
    }
    const Station station = station_of(workload, servers);
    const double capacity = servers * workload.cores_per_pod / workload.cpu_seconds_per_request;
    double left = whole;
    if (queue.waiting > 0 && rate < capacity) {
        const double drain = std::min(left, queue.waiting / (capacity - rate));
        stretch(workload, station, rate, capacity, queue, drain, sum);
        if (drain < left) queue.waiting = 0;
        left -= drain;
    }
    if (left > 0) stretch(workload, station, rate, capacity, queue, left, sum);
    return sum;
}

}  // namespace swell::sim
