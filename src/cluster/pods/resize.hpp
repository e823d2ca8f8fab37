#pragma once

#include <string>

#include "cluster/pods/environment.hpp"
#include "journal/entry.hpp"
#include "spec/kinds/core.hpp"
#include "spec/object.hpp"

// A pod whose spec asks for other resources than it runs with: resized in place, as kubelet does.
//
//     spec ──grant──► granted (allocatedResources) ──cgroup, or a restart──► in force (resources)
//
// What cannot be granted is the condition PodResizePending, what is not yet in force
// PodResizeInProgress.
//
// Source  kubernetes pkg/kubelet/allocation, canResizePod; kuberuntime, computePodResizeAction
//         (1.37). A node there also defers a resize for which other pods leave no room; here pods
//         are not admitted to the machine by what they request, and neither are their resizes.

namespace swell::cluster::pods {

/// Why a pod can never have the resources that its spec asks for, as PodResizePending says it with
/// reason Infeasible; empty when it can.
///
/// why_no_groups  why containers have no control groups; empty: they have
std::string infeasible(
    const spec::PodSpec& wanted, const Machine& machine, const std::string& why_no_groups
);

/// What a running container has to go through.
enum class Change {
    none,      ///< nothing that its control group is told
    in_place,  ///< its control group is told
    restart,   ///< its resizePolicy wants it to be started anew
};

/// container  for its resizePolicy
///
/// A change of the cpu request, cpu limit or memory limit counts; the memory request is told to
/// nobody.
Change change_of(
    const spec::Container& container,
    const spec::ResourceRequirements& in_force,
    const spec::ResourceRequirements& granted
);

/// Why a container is stopped whose resizePolicy wants it: `resize requires restart`.
inline constexpr const char* resize_restart = "resize requires restart";

/// The decision to give a running container other resources in place, as the journal keeps it.
journal::Entry resize_entry(
    const spec::Key& pod,
    const std::string& container,
    const spec::ResourceRequirements& in_force,
    const spec::ResourceRequirements& granted,
    Instant now
);

}  // namespace swell::cluster::pods
