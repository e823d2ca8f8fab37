#pragma once

namespace swell::cluster {

/// `swell shim MODE`: the processes that a PodRuntime starts. Call it from main(), before anything
/// else, when argv[1] is `shim`; returns the exit code.
///
///     run    one container, to its end
///     exec   one command within a running container
///     check  what this machine allows
///     guard  clears away after a runtime that was killed
///
/// The spec comes on descriptor 3, see cluster/pods/shim/shim_spec.hpp.
int shim_main(int argc, char** argv);

}  // namespace swell::cluster
