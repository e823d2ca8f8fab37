#pragma once

#include "base/result.hpp"
#include "spec/object.hpp"

namespace swell::app {

/// What keeps an object from being run on this machine: pods of the embedded world are processes,
/// and need a command. Empty for kinds without pods.
spec::Problems not_runnable(const spec::Object& object);

/// What of a running pod cannot be changed on this machine, though Kubernetes could: its own
/// resources. Empty for other kinds.
///
/// stored  of the same kind
spec::Problems not_resizable(const spec::Object& object, const spec::Object& stored);

/// The object, or all its problems as one error, one a line.
Result<spec::Object> admit(spec::Object object);

}  // namespace swell::app
