#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cluster/admission/quota.hpp"
#include "spec/object.hpp"

// What becomes of a write before it is stored, in Kubernetes' order: limit ranges complete a pod,
// it is validated, limit ranges check it, quotas count it.

namespace swell::cluster {

/// What a namespace's owner has laid down, in the order of their names.
struct Policies {
    std::vector<spec::LimitRange> limit_ranges;
    std::vector<spec::ResourceQuota> quotas;  ///< with status
    Instant now;
};

/// The object as it is to be stored.
/// Errors  invalid: `Pod "x" is invalid: …`; forbidden: `pods "x" is forbidden: …`.
Result<spec::Object> admit_new(spec::Object object, const Policies& policies);

/// The same of an update. A pod's resources stay as they are: admit_resize().
///
/// stored  of the same kind
Result<spec::Object> admit_change(
    spec::Object object, const spec::Object& stored, const Policies& policies
);

/// The same of a pod's `resize` subresource: its resources may change within its quality of
/// service, cpu and memory only, and nothing is taken away. What else its spec says is not looked
/// at (with_resources_of()).
Result<spec::Object> admit_resize(
    spec::Object pod, const spec::Object& stored, const Policies& policies
);

/// A new object with what limit ranges and a pod's own resources fill in, as it is validated; kinds
/// without any as they are.
spec::Object completed(spec::Object object, const Policies& policies);

/// All for which admit_change() says `invalid`, one by one.
spec::Problems faults_of_change(const spec::Object& object, const spec::Object& stored);
/// And admit_resize().
spec::Problems faults_of_resize(
    const spec::Object& pod, const spec::Object& stored, const Policies& policies
);

/// Kubernetes refuses pods of a priority class that is not there. Priority classes are objects of
/// a whole cluster, which an embedded store does not have: it takes any name, and whoever has them
/// asks here first.
///
/// known  their names, without the two that are always there
std::optional<std::string> unknown_priority_class(
    const spec::Pod& pod, const std::vector<std::string>& known
);

}  // namespace swell::cluster
