#pragma once

#include <string>
#include <vector>

#include "control/replicaset/decide.hpp"
#include "journal/entry.hpp"

namespace swell::control::replicaset {

/// The decision as the journal keeps it, before it is acted on. `names`: of the pods to be created.
journal::Entry explain(
    const Observation& seen, const Decision& decision, const std::vector<std::string>& names
);

}  // namespace swell::control::replicaset
