#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace swell::proxy {

struct Options {
    std::string socket;      ///< where it is told what to do; needed
    std::string state_file;  ///< where the last good snapshot is kept; empty: nowhere
    int lifeline = -1;  ///< when this descriptor comes to its end, so does the process, at once
    Duration drain = std::chrono::seconds{30};  ///< how long SIGTERM waits for requests under way
};

/// Reads `--socket PATH [--state PATH] [--lifeline FD] [--drain 30s]`.
/// Errors  invalid: names the argument.
Result<Options> options_from(const std::vector<std::string>& args);

/// The proxy's process: serves until SIGTERM or SIGINT, which drain (a second one ends it at once),
/// or until the lifeline breaks. Returns the exit code: 0; 1 when it could not start.
int run(const Options& options);

/// `swell proxy`: options_from and run. Returns 2, with words on stderr, when an argument is wrong.
int proxy_main(const std::vector<std::string>& args);

}  // namespace swell::proxy
