#pragma once

#include <string>

#include "base/json.hpp"

namespace swell::conformance {

/// An object with a patch applied to it.
///
/// type  `merge` (RFC 7396) or `strategic`: the same, but that containers are merged by name
Json patched(const Json& object, const Json& patch, const std::string& type);

}  // namespace swell::conformance
