#include "control/vpa/capping.hpp"

#include <algorithm>

#include "control/vpa/policy.hpp"
#include "control/vpa/proportion.hpp"

namespace swell::control::vpa {

namespace {

using spec::RecommendedContainerResources;
using spec::ResourceList;
using Field = ResourceList RecommendedContainerResources::*;
using Recommendations = std::vector<RecommendedContainerResources>;

RecommendedContainerResources* find(Recommendations& all, const std::string& container) {
    const auto found =
        std::ranges::find(all, container, &RecommendedContainerResources::container_name);
    return found == all.end() ? nullptr : &*found;
}

// One resource of one kind of recommendation (target, bounds) of a whole pod.
class PodLimit {
  public:
    PodLimit(const spec::Pod& pod, const LimitRangeItem& range, std::string resource, Field field)
        : pod_(pod),
          resource_(std::move(resource)),
          field_(field),
          min_(amount_of(range.min, resource_)),
          max_(amount_of(range.max, resource_)),
          default_limit_(amount_of(range.default_limit, resource_)) {}

    void apply(Recommendations& all) const {
        const Sums sums = sums_of(all);
        const bool has_max = max_.sign() != 0;
        const bool fits =
            min_ <= sums.limits && min_ <= sums.recommended && (!has_max || max_ >= sums.limits);
        if (fits || sums.limits.sign() == 0) return;
        if (min_ > sums.recommended) return scale(all, sums.recommended, min_, Rounding::up);
        Quantity total;
        if (min_ > sums.limits) total = min_;
        if (has_max && max_ < sums.limits) total = max_;
        // Quirk: requests shrink with the ratio of the limits.
        scale(all, sums.limits, total, Rounding::down_to_unit);
    }

  private:
    struct Sums {
        Quantity limits, recommended;
    };

    Sums sums_of(Recommendations& all) const {
        Sum limits, recommendations;
        for (const spec::Container& container : pod_.spec.containers) {
            const auto now = resources_in_force(pod_, container.name);
            const Demand demand{
                amount_of(now.requests, resource_), amount_of(now.limits, resource_)
            };
            RecommendedContainerResources* const one = find(all, container.name);
            const Quantity recommended =
                one == nullptr ? demand.request : amount_of(one->*field_, resource_);
            const auto limit = proportional_limit(resource_, demand, recommended, default_limit_);
            if (limit.limit) limits.add(*limit.limit);
            recommendations.add(recommended);
        }
        return {limits.quantity(), recommendations.quantity()};
    }

    void scale(Recommendations& all, const Quantity& base, const Quantity& to, Rounding rounding)
        const {
        for (const spec::Container& container : pod_.spec.containers) {
            RecommendedContainerResources* const one = find(all, container.name);
            if (one == nullptr) continue;
            ResourceList& list = one->*field_;
            const Quantity amount = amount_of_or_plain(list);
            list[resource_] = scaled(resource_, {amount, base, to}, rounding);
        }
    }

    // What a list lacks has no format of its own: the zero value's, which is SI's.
    Quantity amount_of_or_plain(const ResourceList& list) const {
        const auto found = list.find(resource_);
        return found == list.end() ? Quantity{} : found->second;
    }

    const spec::Pod& pod_;
    std::string resource_;
    Field field_;
    Quantity min_, max_, default_limit_;
};

/// With a LimitRange for pods every container counts, also those without a recommendation.
void add_missing(Recommendations& all, const spec::Pod& pod) {
    for (const spec::Container& container : pod.spec.containers) {
        if (find(all, container.name) != nullptr) continue;
        const ResourceList requests = resources_in_force(pod, container.name).requests;
        if (requests.empty()) continue;
        RecommendedContainerResources& added = all.emplace_back();
        added.container_name = container.name;
        added.target = requests;
    }
}

void cap_to_pod_range(Recommendations& all, const spec::Pod& pod, const LimitRangeItem& range) {
    add_missing(all, pod);
    for (const Field field :
         {&RecommendedContainerResources::upper_bound,
          &RecommendedContainerResources::target,
          &RecommendedContainerResources::lower_bound})
        for (const char* resource : {"cpu", "memory"})
            PodLimit(pod, range, resource, field).apply(all);
}

// What bounds one container's recommendation.
struct ContainerBounds {
    ResourceList range_min, range_max;  ///< in requests, through the limit's ratio to the request
    const spec::ContainerResourcePolicy* policy = nullptr;
    ResourceList limits;  ///< with RequestsOnly
};

ContainerBounds bounds_of(
    const spec::Pod& pod,
    const std::string& container,
    const std::optional<LimitRangeItem>& range,
    const std::optional<spec::PodResourcePolicy>& policies
) {
    ContainerBounds bounds;
    bounds.policy = policy_of(container, policies);
    const auto now = resources_in_force(pod, container);
    if (requests_only(bounds.policy)) bounds.limits = now.limits;
    if (!range) return bounds;
    for (const char* resource : {"cpu", "memory"}) {
        const Demand demand{amount_of(now.requests, resource), amount_of(now.limits, resource)};
        const Quantity default_limit = amount_of(range->default_limit, resource);
        const Quantity min = amount_of(range->min, resource);
        if (!range->max.empty())
            bounds.range_max[resource] =
                boundary_request(resource, demand, amount_of(range->max, resource), default_limit);
        if (range->min.empty()) continue;
        // A request must reach the least as well as its limit.
        const Quantity for_limit = boundary_request(resource, demand, min, default_limit);
        bounds.range_min[resource] = min > for_limit ? min : for_limit;
    }
    return bounds;
}

/// Caps each amount and says so, in the order of the resources.
void cap_amounts(
    ResourceList& amounts,
    const ResourceList& min,
    const ResourceList& max,
    const std::pair<const char*, const char*>& words,
    std::vector<std::string>& notes
) {
    for (auto& [resource, amount] : amounts) {
        // One after the other, for both may happen.
        if (cap(amount, resource, min, {}) != Capped::no)
            notes.push_back(resource + " capped to " + words.first);
        if (cap(amount, resource, {}, max) != Capped::no)
            notes.push_back(resource + " capped to " + words.second);
    }
}

std::vector<std::string> cap_container(ResourceList& amounts, const ContainerBounds& bounds) {
    std::vector<std::string> notes;
    cap_amounts(
        amounts,
        bounds.range_min,
        bounds.range_max,
        {"fit Min in container LimitRange", "fit Max in container LimitRange"},
        notes
    );
    if (bounds.policy != nullptr)
        cap_amounts(
            amounts,
            bounds.policy->min_allowed,
            bounds.policy->max_allowed,
            {"minAllowed", "maxAllowed"},
            notes
        );
    for (const auto& [resource, limit] : bounds.limits) {
        const auto amount = amounts.find(resource);
        if (amount == amounts.end() || amount->second.milli_value() <= limit.milli_value())
            continue;
        amount->second = limit;
        notes.push_back(resource + " capped to container limit");
    }
    return notes;
}

}  // namespace

spec::ResourceRequirements resources_in_force(const spec::Pod& pod, const std::string& container) {
    const auto& statuses = pod.status.container_statuses;
    const auto status = std::ranges::find(statuses, container, &spec::ContainerStatus::name);
    if (status != statuses.end() && status->resources) return *status->resources;
    const auto& containers = pod.spec.containers;
    const auto found = std::ranges::find(containers, container, &spec::Container::name);
    return found == containers.end() ? spec::ResourceRequirements{} : found->resources;
}

CappedRecommendation cap_for_pod(
    const spec::VerticalPodAutoscaler& vpa, const spec::Pod& pod, const LimitRanges& ranges
) {
    CappedRecommendation capped;
    if (!vpa.status.recommendation && !vpa.spec.resource_policy) return capped;
    Recommendations all = vpa.status.recommendation.value_or(spec::RecommendedPodResources{})
                              .container_recommendations;
    if (ranges.pod) cap_to_pod_range(all, pod, *ranges.pod);
    capped.recommendation.emplace();
    for (RecommendedContainerResources& one : all) {
        const auto& containers = pod.spec.containers;
        if (std::ranges::find(containers, one.container_name, &spec::Container::name) ==
            containers.end())
            continue;
        const ContainerBounds bounds =
            bounds_of(pod, one.container_name, ranges.container, vpa.spec.resource_policy);
        auto notes = cap_container(one.target, bounds);
        cap_container(one.lower_bound, bounds);
        cap_container(one.upper_bound, bounds);
        if (!notes.empty()) capped.annotations[one.container_name] = std::move(notes);
        capped.recommendation->container_recommendations.push_back(std::move(one));
    }
    return capped;
}

}  // namespace swell::control::vpa
