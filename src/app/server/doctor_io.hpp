#pragma once

#include "app/cli/options.hpp"
#include "app/server/state_dir_io.hpp"

namespace swell::app {

/// `swell doctor`: what this machine can enforce, what it cannot, and how to get it.
Result<void> doctor(const Options& options, const StateDir& dir);

}  // namespace swell::app
