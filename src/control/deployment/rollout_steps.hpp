#pragma once

#include "control/deployment/plan.hpp"

// The steps that a decision is made of; decide() puts them in order.

namespace swell::control::deployment {

enum class Missing { leave, create };

/// Brings the ReplicaSet of the template up to date (annotations, revision, minReadySeconds), or
/// makes it when it is missing and wanted. Sets `decision.revision` and its condition.
void sync_current(Plan& plan, Missing missing);

/// Sizes what is there after a change of `replicas`, or while paused: one ReplicaSet in full,
/// several in proportion. Old ones go to 0 once the current one is full.
void scale_in_proportion(Plan& plan);

/// One step of a rolling update: the current one up as far as maxSurge allows, or the old ones down
/// as far as maxUnavailable allows, those that are not available first.
void roll(Plan& plan);

/// One step of Recreate: the old ones down; when none of their pods runs any more, the current one
/// up.
void recreate(Plan& plan);

/// Removes old ReplicaSets without pods beyond revisionHistoryLimit, lowest revision first.
void clean_up(Plan& plan);

}  // namespace swell::control::deployment
