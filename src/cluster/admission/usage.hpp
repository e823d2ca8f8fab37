#pragma once

#include <string_view>

#include "base/time.hpp"
#include "spec/kinds/quota.hpp"
#include "spec/object.hpp"

// What objects use of the resources that a quota can limit.
//
// Source  k8s.io/kubernetes/pkg/quota/v1/evaluator/core (1.37).

namespace swell::cluster {

/// All that one object uses, under every name a quota may count it by: of a pod `pods`,
/// `count/pods`, `cpu`, `requests.cpu`, `limits.cpu`, `requests.nvidia.com/gpu`, …; of a Service
/// its node ports and load balancers; of a claim its storage, also by class; of any other kind
/// `count/PLURAL.GROUP`.
///
/// A pod that has ended, or that should have been gone for as long as its grace period, is counted
/// by `count/pods` alone. While a pod is resized it is counted with what it holds (in_force.hpp).
spec::ResourceList usage_of(const spec::Object& object, Instant now);

/// Whether objects of this kind are counted by a resource of a quota.
bool is_counted(const spec::Kind& kind, std::string_view resource);
/// Whether objects of any kind are. Others stand in a quota and do nothing:
/// `limits.nvidia.com/gpu`.
bool is_counted(std::string_view resource);

/// Whether the scopes of a quota are true of an object. Those of pods are true of nothing else.
bool in_scope(const spec::ResourceQuotaSpec& quota, const spec::Object& object);

/// The pod is bounded in time: it has an activeDeadlineSeconds.
bool is_terminating(const spec::PodSpec& pod);

}  // namespace swell::cluster
