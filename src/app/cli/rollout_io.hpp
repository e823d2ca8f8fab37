#pragma once

#include "app/cli/client_io.hpp"
#include "app/cli/options.hpp"

namespace swell::app {

/// `swell rollout status|history|undo|restart|pause|resume deployment/NAME`.
Result<void> rollout_command(const ApiClient& api, const Options& options);

}  // namespace swell::app
