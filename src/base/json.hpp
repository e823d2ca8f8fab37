#pragma once

#include <nlohmann/json.hpp>

namespace swell {

/// JSON with the fields in the order they were written, so that what we print reads like the
/// source.
using Json = nlohmann::ordered_json;

}  // namespace swell
