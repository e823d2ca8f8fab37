#pragma once

#include <optional>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"

namespace swell::cluster {

/// What a patch means, as its Content-Type says.
enum class PatchType {
    json,       ///< application/json-patch+json, RFC 6902
    merge,      ///< application/merge-patch+json, RFC 7386
    strategic,  ///< application/strategic-merge-patch+json: as merge, but lists of things that have
                ///< a key are merged by it
};

/// Empty: another type. Parameters (`; charset=utf-8`) are left aside.
std::optional<PatchType> patch_type(std::string_view content_type);

/// An object with a patch applied to it; what it makes of the object is for others to judge.
///
/// A strategic patch knows `$patch: delete` and `replace`, `$retainKeys` and
/// `$deleteFromPrimitiveList/…`; `$setElementOrder/…` is about order alone and left aside.
///
/// Errors  invalid: a JSON patch that is none, or does not fit the object.
/// Source  k8s.io/apimachinery/pkg/util/strategicpatch; merge keys: the patchMergeKey tags of
///         k8s.io/api/core/v1.
Result<Json> patched(const Json& object, const Json& patch, PatchType type);

}  // namespace swell::cluster
