#pragma once

#include <optional>

#include "spec/object.hpp"

namespace swell::cluster {

/// Marks a manifest that says nothing of `spec.replicas`, whose default must not undo a `scale`. It
/// is never stored.
inline constexpr const char* replicas_not_given = "swell.dev/replicas-not-given";

/// What `apply` writes for a manifest.
///
/// live          the object as it is, if it is
/// manifest      defaulted; replicas_not_given among its annotations where that is so
/// scaled_by_hpa an HPA owns `spec.replicas`: the live number stays, so that an apply in the middle
/// of
///               the day does not throw a service back to its night size
///
/// The spec is the manifest's. Labels, annotations and those of a Deployment's template are merged
/// three ways, as kubectl does: those the last apply set and this one leaves out go, those others
/// set stay. Replicas that the manifest does not give stay as they are. What the system gave a
/// Service (its address) stays, and what limit ranges and its own `resources` gave a Pod.
spec::Object apply(
    const std::optional<spec::Object>& live, const spec::Object& manifest, bool scaled_by_hpa
);

/// Whether this is an HPA or Autoscaler of the same namespace that scales the target: one that
/// observes does not.
bool scales(const spec::Object& hpa, const spec::Object& target);

}  // namespace swell::cluster
