#pragma once

#include "app/cli/options.hpp"

namespace swell::app {

/// Runs a verb against the control plane of the state folder; prints; returns the exit code: 0
/// done, 1 failed (one line on standard error says why), 2 wrong usage.
int run_command(const Options& options);

}  // namespace swell::app
