#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "cluster/api/status.hpp"
#include "spec/object.hpp"

// autoscaling/v1 Scale: the part of a workload that says how many there shall be.

namespace swell::cluster {

/// `spec.replicas` of a scalable object, and the object with another number.
std::optional<std::int32_t> replicas_of(const spec::Object& object);
std::optional<spec::Object> with_replicas(const spec::Object& object, std::int32_t replicas);

Json scale_json(const spec::Object& object);

/// `spec.replicas` of a Scale. Kubernetes reads one without as 0; here it must be said.
///
/// name    of the object, for what is told
/// Errors  400: no integer; 422: none at all, or not from 0 to 1000000.
std::expected<std::int32_t, Failure> replicas_in(const Json& body, const std::string& name);

/// The version that a Scale asks for; 0: any. Errors  400: no number.
std::expected<std::uint64_t, Failure> version_in(const Json& body);

}  // namespace swell::cluster
