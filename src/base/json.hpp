#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

/// The library's unordered kind, which we have no use for, is kept empty: its literals, inline
/// functions of the library's header, would make every source compile a parser for it, at more than
/// a second each.
template <>
class nlohmann::basic_json<> {
  public:
    using json_pointer = nlohmann::json_pointer<std::string>;
    static basic_json parse(const char*, const char*) { return {}; }
};

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
