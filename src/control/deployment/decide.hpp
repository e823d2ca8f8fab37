#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "journal/entry.hpp"
#include "spec/kinds/apps.hpp"

namespace swell::control::deployment {

/// What one look saw. It points at the objects, which outlive it.
struct Observation {
    Instant at;
    const spec::Deployment& deployment;
    std::vector<const spec::ReplicaSet*> replica_sets;  ///< its own, in any order
    /// UIDs of ReplicaSets of which pods still run, terminating ones too. Only Recreate asks.
    std::set<std::string> running;
};

/// A ReplicaSet to be created or updated.
struct Write {
    spec::ReplicaSet replica_set;
    bool create = false;
    std::int32_t before = 0;  ///< replicas
    std::string event;        ///< message of the event ScalingReplicaSet; empty: none
};

struct Decision {
    std::vector<Write> writes;               ///< in this order
    std::vector<spec::ReplicaSet> removals;  ///< beyond the history limit
    std::optional<std::int64_t> revision;    ///< for the Deployment's annotation
    spec::DeploymentStatus status;
    std::optional<Instant> look_again;  ///< when a deadline passes though nothing changes
    /// With this status there is nothing left to be done until something changes: the next look
    /// would find the same.
    bool settles = false;
    std::vector<journal::Step> steps;
};

/// The next step of a Deployment: a ReplicaSet for its template, sizes, what is too old, status.
///
///     pods in all       <= replicas + maxSurge
///     pods available    >= replicas - maxUnavailable
///
/// A change of `replicas` during a rollout is shared out among the ReplicaSets in proportion, so
/// that it does not hasten the rollout. A paused Deployment is sized but not rolled.
///
/// Differs from the original where a status lags behind a scale: pods that a ReplicaSet is about to
/// lose are not available any more, so that not too many go, and are still there, so that not too
/// many come.
/// Errors  none.
/// Source  kubernetes DeploymentController.syncDeployment and what it calls.
Decision decide(const Observation& seen);

/// The status when the ReplicaSet could not be created.
spec::DeploymentStatus with_create_failure(
    const spec::Deployment& deployment,
    const std::string& replica_set,
    const std::string& error,
    Instant at
);

}  // namespace swell::control::deployment
