#pragma once

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "cluster/cluster.hpp"

namespace swell::cluster {

/// All objects of several kinds in a namespace (empty: in all), one kind after the other.
inline std::vector<Object> list_all(
    const Cluster& cluster, std::span<const spec::Kind* const> kinds, const std::string& ns = ""
) {
    std::vector<Object> all;
    for (const spec::Kind* kind : kinds) {
        Query query;
        query.kind = kind->name;
        query.ns = ns;
        std::ranges::move(cluster.list(query), std::back_inserter(all));
    }
    return all;
}

}  // namespace swell::cluster
