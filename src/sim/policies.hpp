#pragma once

#include <string>
#include <utility>
#include <vector>

#include "spec/object.hpp"

namespace swell::sim {

/// What the second side of a comparison runs.
///
/// first  the manifests of the first side
/// given  those to compare with. With a Deployment among them they are a side of their own, under
///        the loads of the first where they bring none. Without one they are another policy for the
///        first's workloads: what has the same key is replaced, and autoscalers of a workload that
///        has new ones are left out, horizontal and vertical each for themselves.
std::vector<spec::Object> other_side(
    const std::vector<spec::Object>& first, const std::vector<spec::Object>& given
);

/// What two sides are called after the paths of their manifests: the last part of each, or as much
/// of them as tells them apart.
std::pair<std::string, std::string> labels_of(const std::string& first, const std::string& other);

}  // namespace swell::sim
