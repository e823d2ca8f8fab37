#pragma once

#include <set>

#include "spec/kinds/core.hpp"
#include "spec/object.hpp"

namespace swell::spec {

/// Requests of containers that are left out are the limits. Those of the pod itself wait until it
/// is admitted: complete_pod_level() in resources.hpp.
void complete(PodSpec& spec);

/// Kubernetes' rules for a pod's spec, as far as Swell knows its fields.
void validate(const PodSpec& spec, const std::string& path, Problems& problems);

/// activeDeadlineSeconds, in Kubernetes' words: from 1 to 2147483647.
void validate_deadline(const PodSpec& spec, const std::string& path, Problems& problems);

/// A template of pods that are kept: labels, annotations, spec, and restart policy Always.
void validate(const PodTemplateSpec& pod_template, const std::string& path, Problems& problems);

/// A container of any of a pod's lists.
struct ContainerPlace {
    std::string path;   ///< `spec.containers[0]`
    bool init = false;  ///< runs before the others
    const PodSpec* pod = nullptr;
    const std::set<std::string_view>* volumes = nullptr;  ///< their names
};
void validate(const Container& container, const ContainerPlace& place, Problems& problems);

}  // namespace swell::spec
