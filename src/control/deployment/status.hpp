#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/time.hpp"
#include "spec/kinds/apps.hpp"

namespace swell::control::deployment {

/// The ReplicaSets that a status counts.
struct Counted {
    std::span<const spec::ReplicaSet> all;
    const spec::ReplicaSet* current = nullptr;  ///< the one of the template; nullptr: not made yet
};

/// Counts, and the condition Available.
///
/// deployment  with the conditions so far in its status
spec::DeploymentStatus count(const spec::Deployment& deployment, const Counted& sets, Instant at);

/// count(), and the conditions Progressing and ReplicaFailure: how a rollout is doing.
///
/// Progressing is judged by what changed since `deployment.status`: NewReplicaSetAvailable when the
/// rollout is complete, ReplicaSetUpdated when pods were added, removed or became ready or
/// available, ProgressDeadlineExceeded when that is longer ago than the deadline.
/// Source  kubernetes DeploymentController.syncRolloutStatus.
spec::DeploymentStatus judge(const spec::Deployment& deployment, const Counted& sets, Instant at);

/// All pods are of the template and available, and no other is left.
bool is_complete(const spec::Deployment& deployment, const spec::DeploymentStatus& status);

/// A deadline of 2147483647 is none.
bool has_deadline(const spec::Deployment& deployment);

/// When the deadline of a rollout that does not move will have passed; empty when there is none.
std::optional<Instant> deadline(
    const spec::Deployment& deployment, const spec::DeploymentStatus& status
);

const spec::Condition* find_condition(const spec::DeploymentStatus& status, std::string_view type);

/// Sets a condition, unless one of the same type, status and reason is there. lastTransitionTime
/// is kept while the status stays.
void set_condition(spec::DeploymentStatus& status, spec::Condition condition);

spec::Condition progressing(
    Instant at, const char* status, const char* reason, std::string message
);

}  // namespace swell::control::deployment
