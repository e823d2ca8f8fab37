#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "spec/object.hpp"

namespace swell::simulation {

/// A number over time, constant from each level to the next.
struct Levels {
    struct Level {
        Duration at{};
        double value = 0;
    };
    std::vector<Level> levels;  ///< at least one, the first at 0; `at` rises

    double at(Duration time) const;
};

/// What a Deployment's pods have to do, and what is measured of it.
struct Load {
    std::string ns, name;
    Levels work;           ///< of all pods together, in milli-cores; also the metric `work`
    Levels queue;          ///< the external metric `queue`
    double idle = 0;       ///< milli-cores that each pod uses besides
    double memory = 0;     ///< MiB that each pod uses
    bool blocked = false;  ///< a LimitRange refuses its pods
};

/// What goes wrong for a while.
struct Fault {
    enum class Kind : std::uint8_t {
        metrics_lost,     ///< the API of the metrics does not answer
        metrics_missing,  ///< of some pods there are none, values of objects are gone
        metrics_stale,    ///< they are of the moment when the fault began
        metrics_negative,
        metrics_infinite,  ///< Inf; of a resource, which is no double, nothing
        metrics_nan,       ///< NaN; same
        metrics_huge,      ///< as large as the type can hold
        pods_crash,
        pods_slow,          ///< nothing becomes ready
        pods_fail,          ///< now and then one ends as Failed
        pods_linger,        ///< they take long to go
        resize_deferred,    ///< the node has no room for what running pods are to have
        resize_infeasible,  ///< it cannot give it to them
        resize_fails,       ///< it tries in vain
        api_unavailable,
        api_overtaken,
        journal_full,
    };
    Kind kind{};
    Duration from{}, until{};
    std::size_t load = 0;  ///< which of the loads; API and journal are everybody's
    double strength = 0;   ///< 0 to 1: share of the pods, or of the writes
};
const char* to_text(Fault::Kind kind);

/// What happens at one moment.
struct Deed {
    enum class Kind : std::uint8_t {
        restart,       ///< of the control plane
        restart_back,  ///< same, and the clock is set back meanwhile, by `value` seconds
        sleep,         ///< the machine sleeps for `value` seconds: every timer is late
        scale,         ///< a person sets the replicas to `value`
        set_max,       ///< of what scales it, to `value`, or its minimum when that is more
        set_min,       ///< to `value`, or its maximum when that is less; 0 counts as 1
        roll_out,      ///< another template
        renew_hpa,     ///< what scales it is deleted and made again
        renew_deployment,
        rival,  ///< a second HPA for one Deployment, until the faults end
        quota,  ///< the quota's pods become `value`
        /// What scales it (`value` odd: what sizes it) observes from now on, or acts (`value` & 2).
        set_mode,
    };
    Kind kind{};
    Duration at{};
    std::size_t load = 0;
    std::int32_t value = 0;
};
const char* to_text(Deed::Kind kind);

/// All that a seed stands for.
struct Scenario {
    std::uint64_t seed = 0;
    std::string manifests;  ///< YAML, valid
    std::vector<Load> loads;
    std::vector<Fault> faults;
    std::vector<Deed> deeds;      ///< by time
    Duration faults_end{};        ///< nothing happens after it, and no load changes
    std::size_t history = 16384;  ///< of the store: a short one makes watches expire
    bool tells_all = false;       ///< every evaluation is journaled, so that windows can be checked
    bool admits = true;           ///< the VPA gives new pods their resources, and so evicts
    bool resizes = true;          ///< it has the door for resizes in place
};

Scenario scenario_of(std::uint64_t seed);

/// For people: the manifests, and what happens when.
std::string to_text(const Scenario& scenario);

}  // namespace swell::simulation
