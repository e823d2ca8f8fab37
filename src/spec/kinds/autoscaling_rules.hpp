#pragma once

#include "spec/kinds/autoscaling.hpp"
#include "spec/object.hpp"

namespace swell::spec {

/// The defaults of autoscaling/v2: minReplicas 1, cpu at 80 % without metrics, and each missing
/// part of a behavior that is there. A behavior that is not there stays absent, and so does a
/// scale-down window: the controller's own applies.
void complete(HpaSpec& spec);

/// The rules of autoscaling/v2 across fields; words and bounds of single fields are in describe().
/// minReplicas may be 0, if an Object or External metric can tell when to come back.
///
/// path  of the spec, for the problems: `spec`
void validate(const HpaSpec& spec, const std::string& path, Problems& problems);

}  // namespace swell::spec
