#pragma once

#include "spec/fields/struct.hpp"
#include "spec/object.hpp"

namespace swell::spec::fields {

/// Words out of their set, numbers out of their bounds, required fields that are empty. The field
/// `status` of the outermost struct is the system's own and is not looked at.
void check(const void* object, const Struct& type, Problems& problems);

/// `must be one of Max, Min, got "max": did you mean "Max"?`
std::string not_one_of(std::string_view word, const std::vector<std::string_view>& words);

/// `must be >= 1, got 0`, `must be between 1 and 1800, got 0`.
std::string not_within(const Field::Range& range, std::int64_t value);

}  // namespace swell::spec::fields
