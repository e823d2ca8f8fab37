#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "spec/object.hpp"

namespace swell::app {

/// `swell describe`: everything about an object for a person, then its events, oldest first. Values
/// of Secrets are not shown, only their sizes.
std::string describe(
    const spec::Object& object, const std::vector<spec::Object>& events, Instant now
);

/// `maxReplicas` -> `Max Replicas`, `clusterIP` -> `Cluster IP`.
std::string title(std::string_view field);

}  // namespace swell::app
