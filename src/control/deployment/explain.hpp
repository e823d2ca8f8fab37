#pragma once

#include "control/deployment/decide.hpp"
#include "journal/entry.hpp"

namespace swell::control::deployment {

/// Whether a decision changes pods or history, and so belongs into the journal.
bool is_change(const Decision& decision);

/// The decision as the journal keeps it, before it is acted on. Action: `rollout`, `scale-up`,
/// `scale-down`, or `clean-up` when only history goes.
journal::Entry explain(const Observation& seen, const Decision& decision);

}  // namespace swell::control::deployment
