#pragma once

#include <string>
#include <vector>

#include "control/hpa/normalize.hpp"
#include "control/hpa/propose.hpp"
#include "journal/entry.hpp"

namespace swell::control::hpa {

// The arithmetic of a run in words and numbers: one step for each rule that spoke. Everything that
// shows a decision prints these; nothing recomputes them.

struct MetricSeen {
    const spec::MetricSpec& metric;
    const Reading& reading;
    const Proposal& proposal;
    const Terms& terms;
};

/// Rules `usage`, `pods-not-counted`, `distrusted`, `filled-in`, `within-tolerance`, `usage-ratio`;
/// or `metric-unknown`.
void explain_metric(const MetricSeen& seen, std::vector<journal::Step>& steps);
/// Rule `highest-metric`.
journal::Step explain_highest(
    const std::string& name, std::int32_t replicas, std::size_t metrics, std::size_t invalid
);
/// Rules `stabilization-window`, `scale-up-limit`, `scale-down-limit`, `max-replicas`,
/// `min-replicas`.
void explain_limits(
    const Normalized& normalized,
    std::int32_t asked,
    const Bounds& bounds,
    std::vector<journal::Step>& steps
);
/// Rule `target-unreadable`.
journal::Step explain_unreadable(const std::string& target, const std::string& error);
/// Rule `disabled`.
journal::Step explain_disabled();
/// Rules `above-max-replicas`, `below-min-replicas`.
journal::Step explain_bound(const char* rule, std::int32_t current, std::int32_t bound);
/// Rule `no-number`.
journal::Step explain_no_number(const std::string& error, std::int32_t current);

}  // namespace swell::control::hpa
