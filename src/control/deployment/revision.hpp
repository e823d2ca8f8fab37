#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "spec/kinds/apps.hpp"

namespace swell::control::deployment {

inline constexpr const char* revision_annotation = "deployment.kubernetes.io/revision";
inline constexpr const char* revision_history_annotation =
    "deployment.kubernetes.io/revision-history";
inline constexpr const char* desired_replicas_annotation =
    "deployment.kubernetes.io/desired-replicas";
inline constexpr const char* max_replicas_annotation = "deployment.kubernetes.io/max-replicas";
inline constexpr const char* change_cause_annotation = "kubernetes.io/change-cause";

/// A number kept in an annotation; empty when it is not there or is none.
std::optional<std::int64_t> number_in(const spec::ObjectMeta& metadata, const char* annotation);

/// The revision of a Deployment or ReplicaSet; 0 when it has none.
std::int64_t revision(const spec::ObjectMeta& metadata);

/// Whether an annotation belongs to one object alone and is not handed between a Deployment and its
/// ReplicaSets: the revision, the sizes, what was last applied.
bool is_private(const std::string& annotation);

/// Gives the ReplicaSet the annotations of its Deployment, and `new_revision` unless it has a
/// higher one; a revision it had before goes into its history.
/// Source  kubernetes deployment util SetNewReplicaSetAnnotations.
void set_annotations(
    spec::ReplicaSet& replica_set, const spec::Deployment& deployment, std::int64_t new_revision
);

/// Notes for which size of the Deployment the ReplicaSet was sized, so that a change of that size
/// is told from a step of a rollout.
void note_size(spec::ReplicaSet& replica_set, std::int64_t desired, std::int64_t max_replicas);

}  // namespace swell::control::deployment
