#pragma once

#include <optional>

#include "spec/object.hpp"

namespace swell::cluster {

/// What `apply` writes for a manifest.
///
/// live          the object as it is, if it is
/// wanted        the manifest, defaulted
/// scaled_by_hpa an HPA owns `spec.replicas`: the live number stays, so that an apply in the middle
/// of
///               the day does not throw a service back to its night size
///
/// The spec is the manifest's. Labels and annotations are merged three ways, as kubectl does: those
/// the last apply set and this one leaves out go, those others set stay. What the system gave a
/// Service (its address) stays.
spec::Object apply(
    const std::optional<spec::Object>& live, const spec::Object& wanted, bool scaled_by_hpa
);

/// Whether an HPA of the same namespace scales this object.
bool scales(const spec::Object& hpa, const spec::Object& target);

}  // namespace swell::cluster
