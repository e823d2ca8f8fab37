#include "control/vpa/policy.hpp"

#include <algorithm>

namespace swell::control::vpa {

UpdateMode update_mode(const spec::VpaSpec& spec) {
    if (!spec.update_policy || !spec.update_policy->update_mode) return UpdateMode::recreate;
    const std::string& mode = *spec.update_policy->update_mode;
    if (mode == "Off") return UpdateMode::off;
    if (mode == "Initial") return UpdateMode::initial;
    if (mode == "InPlaceOrRecreate") return UpdateMode::in_place_or_recreate;
    if (mode == "InPlace") return UpdateMode::in_place;
    return UpdateMode::recreate;
}

const spec::ContainerResourcePolicy* policy_of(
    const std::string& container, const std::optional<spec::PodResourcePolicy>& policy
) {
    if (!policy) return nullptr;
    const spec::ContainerResourcePolicy* others = nullptr;
    for (const spec::ContainerResourcePolicy& one : policy->container_policies) {
        if (one.container_name == container) return &one;
        if (one.container_name == "*") others = &one;
    }
    return others;
}

bool is_off(const spec::ContainerResourcePolicy* policy) {
    return policy != nullptr && policy->mode == "Off";
}

bool requests_only(const spec::ContainerResourcePolicy* policy) {
    return policy != nullptr && policy->controlled_values == "RequestsOnly";
}

bool controls(const spec::ContainerResourcePolicy* policy, const std::string& resource) {
    if (policy == nullptr || !policy->controlled_resources) return true;
    return std::ranges::find(*policy->controlled_resources, resource) !=
           policy->controlled_resources->end();
}

Capped cap(
    Quantity& amount,
    const std::string& resource,
    const spec::ResourceList& min,
    const spec::ResourceList& max
) {
    Capped capped = Capped::no;
    const auto least = min.find(resource);
    if (least != min.end() && least->second.sign() != 0 && amount < least->second) {
        amount = least->second;
        capped = Capped::to_min;
    }
    const auto most = max.find(resource);
    if (most != max.end() && most->second.sign() != 0 && amount > most->second) {
        amount = most->second;
        capped = Capped::to_max;
    }
    return capped;
}

const spec::RecommendedContainerResources* recommendation_for(
    const std::string& container, const spec::RecommendedPodResources& all
) {
    const auto found = std::ranges::find(
        all.container_recommendations,
        container,
        &spec::RecommendedContainerResources::container_name
    );
    return found == all.container_recommendations.end() ? nullptr : &*found;
}

}  // namespace swell::control::vpa
