#pragma once

#include <nlohmann/json.hpp>

// Compiled once, in json.cpp: every other source would compile its own otherwise, at two seconds
// each.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;
extern template class nlohmann::detail::serializer<nlohmann::ordered_json>;

namespace swell {

/// JSON with the fields in the order they were written, so that what we print reads like the
/// source.
using Json = nlohmann::ordered_json;

}  // namespace swell
