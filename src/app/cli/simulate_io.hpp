#pragma once

#include "app/cli/options.hpp"
#include "base/result.hpp"

namespace swell::app {

/// `swell simulate PATH… --trace FILE`: the manifests in virtual time; prints a table, and writes
/// the CSV and the page that were asked for.
Result<void> simulate_command(const Options& options);

}  // namespace swell::app
