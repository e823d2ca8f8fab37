#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaling.hpp"
#include "spec/kinds/quota.hpp"

namespace swell::simulation {

/// Written from Kubernetes' documentation, and not with the controllers' own functions, which these
/// check.

/// A change of replicas that an autoscaler made.
struct Change {
    std::int32_t by = 0;
    Instant at{};
};

/// How far `behavior` (without: the original's fixed rules) lets the replicas go from `current` in
/// one step now.
std::int64_t highest_allowed(
    const spec::HorizontalPodAutoscaler& hpa,
    std::int32_t current,
    const std::vector<Change>& changes,
    Instant now
);
std::int64_t lowest_allowed(
    const spec::HorizontalPodAutoscaler& hpa,
    std::int32_t current,
    const std::vector<Change>& changes,
    Instant now
);
Duration window(const spec::HorizontalPodAutoscaler& hpa, bool up);
bool is_disabled(const spec::HorizontalPodAutoscaler& hpa, bool up);

/// What one metric of a target that stands still asks for. All pods are ready and measured.
struct Seen {
    std::int32_t replicas = 0;
    std::int64_t pods = 0;
    std::int64_t used = 0;       ///< sum over the pods, milli
    std::int64_t requested = 0;  ///< same, of a utilization
    double value = 0;            ///< of Object and External
};
std::int64_t wanted(
    const spec::MetricSpec& metric, const spec::HorizontalPodAutoscaler& hpa, const Seen& seen
);

/// What pods use of a quota's resource: `pods`, `requests.cpu`, `requests.memory`; milli.
std::int64_t used_of(const std::string& resource, const std::vector<spec::Pod>& pods, Instant now);

}  // namespace swell::simulation
