#pragma once

#include <optional>
#include <set>
#include <string>

#include "spec/kinds/core.hpp"

namespace swell::control::services {

struct Config {
    /// First two octets of the addresses, with both dots. All of 127/8 is this machine's own.
    std::string prefix = "127.77.";
};

/// Whether the Service is to be given an address: it has none and asks for one.
bool wants_address(const spec::Service& service);

/// The address of a Service: by the hash of its namespace and name, so that it comes back to the
/// same one; the next free one when that is taken. Octets ending in .0 and .255 are left out.
///
/// Returns  empty when all 65,024 are taken.
std::optional<std::string> address(
    const spec::Service& service, const std::set<std::string>& in_use, const Config& config
);

}  // namespace swell::control::services
