#pragma once

#include <string>
#include <vector>

#include "spec/kinds/core.hpp"
#include "spec/object.hpp"

namespace swell::cluster::pods {

/// Annotation of a pod template: the command of its only container without one, as a shell line;
/// for a certain container `swell.dev/command.NAME`. A JSON list of strings is a command without a
/// shell.
inline constexpr const char* command_annotation = "swell.dev/command";
/// Annotation of a pod: the folder against which a relative workingDir is meant, and its default.
inline constexpr const char* directory_annotation = "swell.dev/directory";

/// Whose pods they are: what messages say of it.
struct Described {
    std::string path;  ///< of the pod's spec: `spec.template.spec` for a Deployment
    std::string name;  ///< the manifest's, which `--run` takes
};

/// What keeps a pod from being run as processes, as problems of its manifest.
spec::Problems not_runnable(
    const spec::PodSpec& pod, const spec::Labels& annotations, const Described& owner
);

/// Program and arguments of a container before $(NAME) is replaced; empty when it has none.
///
/// A shell line becomes `/bin/sh -c LINE`, with args, if any, as its "$@".
std::vector<std::string> command_of(
    const spec::PodSpec& pod, const spec::Container& container, const spec::Labels& annotations
);

}  // namespace swell::cluster::pods
