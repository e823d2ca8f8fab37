#pragma once

#include "app/cli/options.hpp"
#include "app/server/state_dir_io.hpp"

namespace swell::app {

/// `swell up`: in the foreground runs manifests with a live view until they are done or Ctrl-C;
/// with
/// --detach leaves the control plane running. Returns the exit code.
int up(const Options& options, const StateDir& dir);

/// `swell server`: the control plane alone, what --detach leaves running. Returns the exit code.
int serve(const Options& options, const StateDir& dir);

/// `swell down`: ends the control plane of this folder, its pods and its proxy; pods of a control
/// plane that was killed too.
/// Errors  timeout: it was asked, and is not done within --timeout, 2m by default; exists: it does
/// not answer.
Result<void> down(const Options& options, const StateDir& dir);

}  // namespace swell::app
