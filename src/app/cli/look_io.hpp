#pragma once

#include "app/cli/client_io.hpp"
#include "app/cli/options.hpp"

namespace swell::app {

// The verbs that look: each prints, and returns what went wrong.

Result<void> get_command(const ApiClient& api, const Options& options);
Result<void> describe_command(const ApiClient& api, const Options& options);
Result<void> logs_command(const ApiClient& api, const Options& options);
Result<void> top_command(const ApiClient& api, const Options& options);

}  // namespace swell::app
