#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/deployment/bounds.hpp"
#include "control/deployment/decide.hpp"
#include "control/deployment/status.hpp"

namespace swell::control::deployment {

/// The working copy of one decision: Deployment and ReplicaSets as they will be when what has been
/// decided so far is done.
class Plan {
  public:
    explicit Plan(const Observation& seen);
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;

    const Observation& seen;
    const Bounds limits;
    spec::Deployment deployment;          ///< its status carries conditions set on the way
    spec::ReplicaSet* current = nullptr;  ///< of the template; nullptr: not made yet
    std::vector<spec::ReplicaSet*> old;   ///< the others, oldest first
    Decision decision;

    std::int32_t wanted() const { return deployment.spec.replicas; }
    /// The most pods that may be there; 0 when none are wanted.
    std::int64_t max_pods() const;
    /// Old and current ones that want pods.
    std::vector<spec::ReplicaSet*> active() const;
    std::vector<spec::ReplicaSet*> active_old() const;
    /// Replicas of all, as wanted.
    std::int64_t pods() const;
    /// Pods of all that are there or about to be: a ReplicaSet that was made smaller has its pods
    /// until its status says that they are gone.
    std::int64_t pods_there() const;
    /// Pods of all that are available and stay.
    std::int64_t available() const;
    Counted counted() const { return {sets_, current}; }

    /// Adds the ReplicaSet of the template.
    spec::ReplicaSet& add(spec::ReplicaSet replica_set);
    /// Sizes a ReplicaSet and notes for which size of the Deployment. Returns whether it changed.
    bool scale(spec::ReplicaSet& replica_set, std::int64_t replicas);
    void step(std::string rule, std::string text, Json numbers);
    /// Fills in `decision.writes` from what differs from what was seen.
    void collect_writes();

  private:
    void collect_write(const spec::ReplicaSet& replica_set);

    std::vector<spec::ReplicaSet> sets_;  // by age; reserved, so that pointers stay
};

/// Pods that are available and stay: no more than the ReplicaSet wants.
std::int32_t available(const spec::ReplicaSet& replica_set);

/// A change of size in words: `shop-5d4f 3 → 2`.
std::string change(const spec::ReplicaSet& replica_set, std::int64_t to);

}  // namespace swell::control::deployment
