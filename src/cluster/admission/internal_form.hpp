#pragma once

#include <string>

#include "spec/kinds/core.hpp"
#include "spec/kinds/quota.hpp"

// Specs as the original prints them where it tells how two differ: its internal structs as JSON,
// each field in its place under its Go name, what is not set as null.
//
// Source  k8s.io/apimachinery/pkg/util/diff and k8s.io/kubernetes/pkg/apis/core/types.go (1.37).

namespace swell::cluster {

/// A pod's spec. Fields of the pod and of its containers, their resources and simple values are the
/// original's line by line. It differs in what lies deeper (ports, variables, probes, volumes,
/// affinity, …), of which only what is set is shown; in the security context, which the original
/// fills in; and in defaults and fields of a real cluster that are not kept here, such as the
/// volume of a service account: with those, lines before the change are counted differently.
std::string internal_form(const spec::PodSpec& spec);

/// A claim's spec; selector and data sources, which are not kept, are null.
std::string internal_form(const spec::PersistentVolumeClaimSpec& spec);

}  // namespace swell::cluster
