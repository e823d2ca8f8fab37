#pragma once

#include <span>
#include <string_view>

#include "spec/object.hpp"

namespace swell::spec {

/// Every kind Swell knows, in the order in which `swell up` applies them.
std::span<const Kind* const> kinds();

/// By what a person types: `hpa`, `Deployment`, `deployments`, `deploy`; case ignored.
/// Returns nullptr when there is none.
const Kind* find_kind(std::string_view word);

/// By apiVersion and kind of a manifest; older versions (`autoscaling/v1`) find the kind they are
/// read as.
const Kind* find_kind(std::string_view api_version, std::string_view kind);

/// Whether others have such a kind and Swell does not: one of Kubernetes' own (`Ingress`,
/// `Namespace`), or of an API group that is none of ours (`monitoring.coreos.com/v1`). Manifests
/// that hold some are read all the same.
bool is_foreign(std::string_view api_version, std::string_view kind);

}  // namespace swell::spec
