#pragma once

#include "base/result.hpp"
#include "spec/object.hpp"

namespace swell::app {

/// What keeps an object from being run on this machine: pods of the embedded world are processes,
/// and need a command. Empty for kinds without pods.
spec::Problems not_runnable(const spec::Object& object);

/// The object, or all its problems as one error, one a line.
Result<spec::Object> admit(spec::Object object);

}  // namespace swell::app
