#pragma once

#include "app/cli/options.hpp"
#include "app/server/state_dir_io.hpp"

namespace swell::app {

// Reasons: read from the journal's file itself, so they are there after the run, and while the
// control plane is away. It is asked only when there are none, for when the first one comes.

/// Prints the arithmetic of the decision in force; Errors  not_found: nothing was decided about it.
Result<void> explain_command(const Options& options, const StateDir& dir);
Result<void> history_command(const Options& options, const StateDir& dir);

}  // namespace swell::app
