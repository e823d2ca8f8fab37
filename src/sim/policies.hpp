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
///        first's workloads: what has the same key is replaced, so is a LoadTest of the same
///        Service, and autoscalers that act give way to new ones that act on the same workload,
///        horizontal and vertical each for themselves, the parts of an Autoscaler too.
std::vector<spec::Object> other_side(
    const std::vector<spec::Object>& first, const std::vector<spec::Object>& given
);

/// What two sides are called after the paths of their manifests: the last part of each, or as much
/// of them as tells them apart.
std::pair<std::string, std::string> labels_of(const std::string& first, const std::string& other);

}  // namespace swell::sim
