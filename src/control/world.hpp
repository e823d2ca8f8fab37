#pragma once

#include "base/clock.hpp"
#include "base/rng.hpp"
#include "cluster/cluster.hpp"
#include "journal/entry.hpp"
#include "metrics/pod_metrics.hpp"

namespace swell::control {

/// The only doors outside that a controller has; they outlive every controller. `app` opens real
/// ones, tests and `sim` others; a controller cannot tell.
struct World {
    Clock& clock;
    Rng& rng;
    cluster::Cluster& cluster;
    const metrics::Metrics& metrics;
    journal::Journal& journal;
};

}  // namespace swell::control
