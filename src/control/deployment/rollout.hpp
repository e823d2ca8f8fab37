#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "spec/kinds/apps.hpp"

// What `swell rollout` says and writes. Pure: the caller gives the Deployment and the ReplicaSets
// of its namespace, and writes what comes back. Wording as kubectl's.

namespace swell::control::deployment {

struct RolloutStatus {
    std::string text;  ///< one line, without a newline
    bool done = false;
};

/// How far the rollout is: `Waiting for deployment "shop" rollout to finish: 1 out of 3 new
/// replicas have been updated...`, `deployment "shop" successfully rolled out`.
///
/// revision  0, or the revision that must be the running one
/// Errors    invalid: the running revision is another. timeout: `deployment "shop" exceeded its
///           progress deadline`.
Result<RolloutStatus> rollout_status(const spec::Deployment& deployment, std::int64_t revision = 0);

struct Revision {
    std::int64_t number = 0;
    std::string change_cause;  ///< of annotation kubernetes.io/change-cause; may be empty
    spec::ReplicaSet replica_set;
};

/// The revisions that are kept, lowest first. Those of other owners are left out.
std::vector<Revision> rollout_history(
    const spec::Deployment& deployment, std::span<const spec::ReplicaSet> replica_sets
);

/// The table `REVISION  CHANGE-CAUSE`, a line a revision, `<none>` where there is no cause.
std::string history_table(const std::vector<Revision>& history);

/// Errors  not_found: `unable to find specified revision 7 in history`.
Result<Revision> find_revision(const std::vector<Revision>& history, std::int64_t number);

/// The Deployment to be written to go back to `to_revision`; 0 means the one before the newest.
/// The revision comes back as the newest, under the next number.
///
/// Errors  invalid: paused. not_found: no such revision, or none but the newest. exists: the
///         template is that of the revision already.
Result<spec::Deployment> undo(
    const spec::Deployment& deployment,
    std::span<const spec::ReplicaSet> replica_sets,
    std::int64_t to_revision = 0
);

/// The Deployment to be written to replace all pods: annotation kubectl.kubernetes.io/restartedAt
/// in its template. Errors  invalid: paused.
Result<spec::Deployment> restart(const spec::Deployment& deployment, Instant at);

/// Errors  exists: it is already.
Result<spec::Deployment> pause(const spec::Deployment& deployment);
Result<spec::Deployment> resume(const spec::Deployment& deployment);

}  // namespace swell::control::deployment
