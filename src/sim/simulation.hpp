#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/hpa/decide.hpp"
#include "control/vpa/controller.hpp"
#include "journal/entry.hpp"
#include "sim/pods.hpp"
#include "spec/object.hpp"

namespace swell::sim {

/// Where virtual time begins.
inline constexpr Instant start_of_time{std::chrono::seconds(1'767'225'600)
};  // 2026-01-01T00:00:00Z

struct Options {
    Duration length = std::chrono::hours(24);
    std::uint64_t seed = 1;
    Workload workload;  ///< of services whose manifest says nothing
    PodModel pods;
    Measuring measuring;
    control::hpa::Config hpa;
    control::vpa::Config vpa;
    Duration point{};  ///< distance of a chart's points; 0: no charts
};

/// A load for a Deployment.
struct Load {
    spec::Key deployment;
    Trace trace;
};

/// One moment of a service, for a chart. Rates and shares are means over the time since the point
/// before.
struct Point {
    Duration at{};
    double rate = 0;  ///< requests a second
    int wanted = 0;   ///< spec.replicas
    int ready = 0;
    double late = 0;        ///< share of the requests over the objective, or failed
    double latency_ms = 0;  ///< mean, of those served
    double cpu_cores = 0;
};

/// A change of replicas and why.
struct Scaling {
    Duration at{};
    int before = 0, after = 0;
    std::string summary;
};

/// What a VerticalPodAutoscaler did to the pods of a service.
struct Vertical {
    std::size_t resizes = 0, evictions = 0;  ///< that were done
    std::string recommendation;              ///< the newest: `recommends shop: cpu 126m, …`
};

/// What an HPA that only observes (`swell.dev/mode: Observe`) would have set, at each moment from
/// what there really was.
struct Observer {
    std::string name;                               ///< `hpa/candidate`
    double replica_hours = 0, would_have_been = 0;  ///< of its target, while it was watched
    std::size_t differed = 0;                       ///< times that it came to want another number
};

/// What a VerticalPodAutoscaler that only observes would have done.
struct VerticalObserver {
    std::string name;      ///< `vpa/candidate`
    std::string advice;    ///< the newest: `would set other requests: …`
    std::size_t acts = 0;  ///< times that it would have resized or evicted a pod
};

/// How one service fared.
struct ServiceOutcome {
    std::string name;  ///< `shop`, `prod/shop`
    Served served;
    double replica_hours = 0;     ///< of pods that were there, ready or not
    double core_hours = 0;        ///< that those might have used
    int lowest = 0, highest = 0;  ///< replicas wanted
    std::size_t decisions = 0;    ///< changes of replicas by an autoscaler
    std::size_t flaps = 0;        ///< changes against the one before, soon after it (flap_within)
    std::vector<Scaling> scalings;
    Vertical vertical;
    std::vector<Point> points;
};

struct Outcome {
    Duration length{};
    std::uint64_t seed = 0;
    std::vector<ServiceOutcome> services;  ///< in the order of the loads
    std::size_t evaluations = 0;           ///< runs of an HPA
    /// What autoscalers and Deployments could not do at the end, as their conditions say it:
    /// `hpa/shop: ScalingActive is False: FailedGetPodsMetric: …`; and, whenever it was, scale-outs
    /// that a quota stopped.
    std::vector<std::string> troubles;
    std::vector<Observer> observers;                   ///< by name
    std::vector<VerticalObserver> vertical_observers;  ///< by name
};

inline constexpr Duration flap_within = std::chrono::minutes(6);

/// A cluster in virtual time: the real store, controllers and admission (quotas, limit ranges,
/// vertical autoscalers); pods, load and metrics are models. Same arguments, same outcome, to the
/// last bit.
///
/// objects  validated and defaulted; loads name Deployments among them
/// Errors   invalid: a load for a Deployment that is not there, a workload annotation that cannot
///          be read.
Result<Outcome> simulate(
    const Options& options, const std::vector<spec::Object>& objects, const std::vector<Load>& loads
);

/// The model of a Deployment: what its annotations (`sim.swell.dev/…`) say, else `otherwise`; and
/// its cores from its limits, else its requests, else one.
///
///     sim.swell.dev/cpu-per-request    10ms     duration of CPU time, mean
///     sim.swell.dev/variation          1        coefficient of variation
///     sim.swell.dev/other-latency      20ms     of each request beside its CPU time
///     sim.swell.dev/objective          250ms    slower is late
///     sim.swell.dev/idle-cpu           5m       quantity
///     sim.swell.dev/memory             64Mi     quantity, of a pod
///     sim.swell.dev/metrics            http_requests=requests_per_second   as
///                                      swell.dev/metrics: see control/metric_names.hpp
/// Errors  invalid: `deployment/shop: sim.swell.dev/objective: …`
Result<Workload> workload_of(const spec::Deployment& deployment, const Workload& otherwise);

}  // namespace swell::sim
