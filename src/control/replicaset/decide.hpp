#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "control/replicaset/pods.hpp"
#include "journal/entry.hpp"
#include "spec/kinds/apps.hpp"

namespace swell::control::replicaset {

/// The most pods created or deleted in one go.
inline constexpr std::int32_t burst = 500;

/// What one look saw. It points at the ReplicaSet and its pods, which outlive it: they are looked
/// at whenever any of them changes.
struct Observation {
    Instant at;
    const spec::ReplicaSet& replica_set;
    Pods pods;  ///< all that belong to it, ended and terminating ones too
};

struct Decision {
    std::int32_t create = 0;  ///< pods to be created
    Pods victims;             ///< pods to be deleted, in this order: some of those observed
    std::vector<journal::Step> steps;
};

/// Pods to be created or deleted so that as many are active as `spec.replicas` says.
///
/// Pods that ended (Succeeded, Failed) or are being deleted do not count. A ReplicaSet that is
/// being deleted needs nothing. At most `burst` at a time.
/// Errors  none.
/// Source  kubernetes ReplicaSetController.manageReplicas.
Decision decide(const Observation& seen);

/// The status after a look, given what went wrong (empty: nothing).
///
/// Conditions  ReplicaFailure with reason FailedCreate or FailedDelete while `failure` says so.
spec::ReplicaSetStatus status(const Observation& seen, const std::string& failure);

/// When to look again though nothing changes: when a pod will have been ready for long enough.
std::optional<Instant> look_again(const Observation& seen);

/// The pod that a ReplicaSet creates, under a name that its controller drew.
spec::Pod pod_of(const spec::ReplicaSet& replica_set, std::string name);

/// The name of a pod: that of the ReplicaSet, cut to 57 characters, `-`, and a suffix of 5.
std::string pod_name(const std::string& replica_set, const std::string& suffix);

}  // namespace swell::control::replicaset
