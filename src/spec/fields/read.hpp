#pragma once

#include "base/yaml/node.hpp"
#include "spec/fields/struct.hpp"
#include "spec/object.hpp"

namespace swell::spec::fields {

/// Most problems told of one object, and most warnings beside them: a hostile text must not make us
/// write a book about it.
inline constexpr std::size_t most_problems = 100;

/// Whether one more may be noted. One beyond the most is, for cut() to know that there are more;
/// and warnings leave the problems their room, or what is wrong would pass for right.
bool has_room(const Problems& problems, bool warning);

/// Leaves the most that are told, and says what was left out.
void cut(Problems& problems);

/// Fills a fresh struct from a manifest. Fields that are absent or null keep their defaults, and so
/// do empty strings.
///
/// document  the whole manifest; `apiVersion` and `kind` are passed over
/// into      a fresh object of `type`
/// Problems  unknown fields (with the nearest known name), wrong types, missing required fields
void read(const yaml::Node& document, const Struct& type, void* into, Problems& problems);

/// A text for a message: in_quotes, and cut when long.
std::string in_quotes(std::string_view text);

}  // namespace swell::spec::fields
