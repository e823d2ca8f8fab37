#pragma once

#include <string>

#include "base/json.hpp"

namespace swell::conformance {

/// A sequence of requests to an API server with ResourceQuota and LimitRange, answered by our store
/// with our Deployment and ReplicaSet controllers beside it.
std::string check_quota(const Json& recorded);

}  // namespace swell::conformance
