#pragma once

#include "spec/kinds/autoscaling.hpp"
#include "spec/object.hpp"

namespace swell::spec {

/// What Kubernetes answers to a HorizontalPodAutoscaler that it refuses, word for word, for those
/// who search for its messages. Findings of manifests (validate() in autoscaling_rules.hpp) say the
/// same with the value that was got and nearer to the field; both find something, or neither.
///
/// spec    after complete()
/// Source  k8s.io/kubernetes/pkg/apis/autoscaling/validation (1.37, on creation)
Problems autoscaling_errors(const HpaSpec& spec, const std::string& path);

}  // namespace swell::spec
