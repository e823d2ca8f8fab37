#pragma once

#include <string>

#include "spec/kinds/vpa.hpp"

// What the parts of a VerticalPodAutoscaler's spec mean.
//
// Source  vertical-pod-autoscaler pkg/utils/vpa.

namespace swell::control::vpa {

enum class UpdateMode { off, initial, recreate, in_place_or_recreate, in_place };

/// Auto, and no mode at all, mean Recreate.
UpdateMode update_mode(const spec::VpaSpec& spec);

/// The policy of a container: the entry of its name, else the last one named `*`, else none.
const spec::ContainerResourcePolicy* policy_of(
    const std::string& container, const std::optional<spec::PodResourcePolicy>& policy
);
/// With mode Off a container gets no recommendation.
bool is_off(const spec::ContainerResourcePolicy* policy);
/// Whether limits are left as they are.
bool requests_only(const spec::ContainerResourcePolicy* policy);
bool controls(const spec::ContainerResourcePolicy* policy, const std::string& resource);

/// What a bound did to an amount.
enum class Capped { no, to_min, to_max };

/// Raises `amount` to the least and lowers it to the most; a bound that is 0 or missing is none.
/// The bound is taken as it is written: `1Gi` stays `1Gi`.
/// Returns the last bound that changed it.
Capped cap(
    Quantity& amount,
    const std::string& resource,
    const spec::ResourceList& min,
    const spec::ResourceList& max
);

const spec::RecommendedContainerResources* recommendation_for(
    const std::string& container, const spec::RecommendedPodResources& all
);

}  // namespace swell::control::vpa
