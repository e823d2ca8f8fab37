#pragma once

#include "base/json.hpp"
#include "spec/fields/struct.hpp"

namespace swell::spec::fields {

/// The fields of a struct in the order of their declaration, appended to `out` (an object). What
/// reading the result would give anyway is left out: zero where the default is zero, empty
/// containers and strings; required fields are always there.
void write(const void* object, const Struct& type, Json& out);

}  // namespace swell::spec::fields
