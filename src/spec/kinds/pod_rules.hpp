#pragma once

#include <set>

#include "spec/kinds/core.hpp"
#include "spec/object.hpp"

namespace swell::spec {

/// Requests that are left out are the limits.
void complete(PodSpec& spec);

/// Kubernetes' rules for a pod's spec, as far as Swell knows its fields.
void validate(const PodSpec& spec, const std::string& path, Problems& problems);

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

/// Amounts of one `resources`: names, not negative, requests within limits.
void validate(const ResourceRequirements& resources, const std::string& path, Problems& problems);

}  // namespace swell::spec
