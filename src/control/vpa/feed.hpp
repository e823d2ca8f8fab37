#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "cluster/cluster.hpp"
#include "control/vpa/match.hpp"
#include "metrics/pod_metrics.hpp"

namespace swell::control::vpa {

/// Tracks `pods`, with their labels, phases and containers as they are.
/// Pending ones are left out, for they have used nothing yet: a container that never ran is no
/// reason to recommend the minimum. Those that ended count as long as they are there.
///
/// Returns the tracked pods that are no longer there. They are still tracked: what they used and
/// ran out of before they went is to be added first, see forget_pods.
///
/// Source  vertical-pod-autoscaler clusterStateFeeder, newPodClients.
std::vector<PodKey> feed_pods(Model& model, std::span<const spec::Pod* const> pods, Instant now);
/// Ends tracking. The history of these pods' containers stays.
void forget_pods(Model& model, std::span<const PodKey> gone);

/// Adds what was measured: cpu first, as milli-cores and bytes, at the time of the measurement.
/// What was measured before, and what cannot be true, changes nothing.
void feed_usage(Model& model, std::span<const metrics::PodMetrics> usages);

/// Hears of containers that were killed for their memory, from changes of their pods.
///
/// A container counts when it ended with OOMKilled and that end was not known before, be it that it
/// waits for its next start, has started, or never will. What happened before a pod was first heard
/// of, or while it was pending, does not count. Bounded: of more than `bound` not yet taken the
/// oldest are forgotten.
class OomWatch {
  public:
    void heard(const cluster::Change& change);
    /// What was heard since the last call. `amount` is the memory request that was too little: of
    /// a container that has started anew the one before.
    std::deque<Sample> take();

    static constexpr std::size_t bound = 10'000;

  private:
    // Of a container, as last heard.
    struct Known {
        std::optional<Instant> ended;  ///< its newest end
        std::int64_t memory = 0;       ///< its request
    };
    std::map<std::string, std::map<std::string, Known>> known_;  ///< by uid, container
    std::deque<Sample> ooms_;
};

}  // namespace swell::control::vpa
