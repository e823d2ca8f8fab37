#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"

namespace swell::cluster::pods {

/// What a guard needs to know.
struct GuardSpec {
    std::string prefix;  ///< of the runtime's control groups, and of its folders in memory
    bool cgroups = true;
};
Json to_json(const GuardSpec& spec);
/// Errors  invalid.
Result<GuardSpec> guard_spec_from(std::string_view text);

/// `swell shim guard`: waits on shim_fd::lifeline for the end of the runtime that started it, then
/// clears away what outlives processes and lies outside of the state folder, which the next start
/// looks through: control groups, and volumes in memory. It takes what there is at that moment, and
/// leaves alone what a new runtime makes meanwhile. Returns the exit code.
///
/// A pod's own shims could do it for a pod whose containers all run, and for no other.
int run_guard(const GuardSpec& spec);

}  // namespace swell::cluster::pods
