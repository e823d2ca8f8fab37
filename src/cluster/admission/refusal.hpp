#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "spec/object.hpp"

// How Kubernetes words its refusals.
//
// Source  k8s.io/apimachinery/pkg/api/errors; k8s.io/apiserver/pkg/registry/generic/registry and
//         pkg/storage for conflicts (1.37).

namespace swell::cluster {

/// `apps`; empty for kinds of v1.
std::string_view group_of(const spec::Kind& kind);
/// `deployments.apps`: plural and group, without the group `""`.
std::string qualified_plural(const spec::Kind& kind);

/// `deployments.apps "shop" not found`
Error not_found(const spec::Kind& kind, std::string_view name);
/// `deployments.apps "shop" already exists`
Error already_exists(const spec::Kind& kind, std::string_view name);
/// `Operation cannot be fulfilled on deployments.apps "shop": …`
Error conflict(const spec::Kind& kind, std::string_view name, std::string_view why);

/// Why a write does not fit the stored object: it is about another object of that name, or its
/// writer has not seen the newest version. Empty when it fits.
///
/// uid      of the object that is written about; empty: any
/// version  that its writer has seen; 0: any
std::optional<Error> conflict_with(
    const spec::Object& stored, std::string_view uid, std::uint64_t version
);

/// `pods "shop" is forbidden: exceeded quota: …`
Error forbidden(const spec::Object& object, std::string_view why);
/// `Pod "shop" is invalid: spec.containers[0]…: Invalid value: …`
Error invalid(const spec::Object& object, const spec::Problems& problems);

}  // namespace swell::cluster
