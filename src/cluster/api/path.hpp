#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "spec/object.hpp"

namespace swell::cluster {

/// A request target of the Kubernetes API, taken apart.
///
///     /api/v1/namespaces/default/pods/shop-1/log?tail=10
///     /apis/autoscaling/v2/horizontalpodautoscalers?labelSelector=app%3Dshop
struct ApiPath {
    const spec::Kind* kind = nullptr;
    std::string ns;           ///< empty: all namespaces
    std::string name;         ///< empty: the collection
    std::string subresource;  ///< `status`, `scale`, `log`, or empty
    std::map<std::string, std::string> query;
};

/// Errors  not_found: no such path or kind; invalid: a broken escape.
Result<ApiPath> parse_path(std::string_view target);

/// The path of a kind's collection or of one object; the inverse of parse_path.
std::string path_of(
    const spec::Kind& kind,
    const std::string& ns,
    const std::string& name = "",
    const std::string& subresource = ""
);

}  // namespace swell::cluster
