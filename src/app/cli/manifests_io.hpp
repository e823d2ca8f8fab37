#pragma once

#include "app/cli/client_io.hpp"
#include "app/cli/options.hpp"
#include "spec/read.hpp"

namespace swell::app {

/// Reads manifests for running them here: all problems of all files are printed on standard error;
/// pods get the folder of their manifest (annotation swell.dev/directory) and the command of --run.
/// Errors  invalid: how many problems there were.
Result<std::vector<spec::Object>> load(
    const std::vector<std::string>& paths, const Options& options
);

Result<void> apply_command(const ApiClient& api, const Options& options);
Result<void> delete_command(const ApiClient& api, const Options& options);

/// Sends objects to apply; prints what became of each. Errors: as the API answers.
Result<void> apply_objects(
    const ApiClient& api, const std::vector<spec::Object>& objects, bool dry_run
);

}  // namespace swell::app
