#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "spec/object.hpp"

// How Kubernetes words its refusals.

namespace swell::cluster {

/// `deployments.apps`: plural and group, without the group `""`.
std::string qualified_plural(const spec::Kind& kind);

/// `pods "shop" is forbidden: exceeded quota: …`
Error forbidden(const spec::Object& object, std::string_view why);
/// `Pod "shop" is invalid: spec.containers[0]…: Invalid value: …`
Error invalid(const spec::Object& object, const spec::Problems& problems);

}  // namespace swell::cluster
