#pragma once

#include <string>

#include "base/time.hpp"
#include "control/replicaset/pods.hpp"

namespace swell::control::replicaset {

/// Orders pods by who is deleted first when there are too many.
///
/// In this order of importance: no node before a node; Pending before Unknown before Running; not
/// ready before ready; lower `controller.kubernetes.io/pod-deletion-cost`; more pods on its node;
/// ready for a shorter time; more restarts; newer. Ages are compared by their power of two; pods of
/// about one age are chosen among at random: by uid.
///
/// pods  active pods of one ReplicaSet
/// Source  kubernetes controller.ActivePodsWithRanks. It lets the uid decide at once between two
///         ready times of one power of two, which makes a circle of three pods possible; here the
///         uid comes last.
Pods by_deletion_order(Pods pods, Instant at);

/// Why `victim` goes rather than `next`, the first that stays: `not ready`, `newer`, …
std::string why_first(const spec::Pod& victim, const spec::Pod& next, const Pods& pods, Instant at);

}  // namespace swell::control::replicaset
