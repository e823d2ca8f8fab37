#pragma once

#include <string>
#include <string_view>

#include "spec/kinds/core.hpp"
#include "spec/object.hpp"

// What resources are called, how much may be asked for, and what a pod asks for as a whole.
//
// Source  k8s.io/kubernetes/pkg/apis/core/helper and validation, k8s.io/component-helpers/resource
//         (1.37).

namespace swell::spec {

/// Without a domain, or of one in kubernetes.io: `cpu`, `kubernetes.io/batteries`.
bool is_native(std::string_view resource);
/// Of another domain, and no quota name: `nvidia.com/gpu`, not `requests.nvidia.com/gpu`.
bool is_extended(std::string_view resource);
bool is_huge_pages(std::string_view resource);
/// Requests may be below limits.
bool may_overcommit(std::string_view resource);
/// A pod's own `resources` may name it: cpu, memory, huge pages.
bool is_pod_level(std::string_view resource);

/// Where a resource is named decides which names there are.
enum class ResourcePlace { container, pod, quota, claim };

/// Problems of a resource's name at a path.
void validate_resource_name(
    std::string_view name, const std::string& path, ResourcePlace place, Problems& problems
);
/// Not negative, and whole where only whole ones can be counted.
void validate_amount(
    std::string_view name, const Quantity& amount, const std::string& path, Problems& problems
);

/// Amounts of one `resources`: names, amounts, requests within limits.
void validate(
    const ResourceRequirements& resources,
    const std::string& path,
    ResourcePlace place,
    Problems& problems
);

/// All that a pod's containers and the pod itself say of resources, and that they agree.
void validate_resources(const PodSpec& spec, const std::string& path, Problems& problems);

/// Amounts are kept in thousandths; what is finer is rounded up when it is read.
void round_amounts(ResourceList& amounts);

/// a + b, resource by resource.
void add(ResourceList& to, const ResourceList& amounts);

/// What the containers of a pod need together: those that run side by side are summed, an init
/// container needs its own beside the sidecars started before it, and the larger of the two counts.
ResourceList requests_of_containers(const PodSpec& spec);
ResourceList limits_of_containers(const PodSpec& spec);

/// The same with the pod's own `resources`, which stand in for the sum, and its overhead.
ResourceList requests_of(const PodSpec& spec);
ResourceList limits_of(const PodSpec& spec);
/// The same, where what the containers need together is not what the spec says of them.
ResourceList requests_of(const PodSpec& spec, ResourceList containers);
ResourceList limits_of(const PodSpec& spec, ResourceList containers);

/// The larger of both, resource by resource.
void raise(ResourceList& to, const ResourceList& amounts);

/// Whether the pod itself asks for anything of which the pod as a whole can ask.
bool has_pod_level(const PodSpec& spec);
/// Fills in what the pod's own `resources` leave out, once some are given: requests from the
/// containers', else from the limits; limits where every container has one. As of Kubernetes 1.37
/// this comes after a LimitRange has completed the containers.
void complete_pod_level(PodSpec& spec);

/// Guaranteed, Burstable, BestEffort.
std::string_view quality_of_service(const PodSpec& spec);

}  // namespace swell::spec
