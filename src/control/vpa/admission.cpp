#include "control/vpa/admission.hpp"

#include "control/vpa/policy.hpp"
#include "control/vpa/proportion.hpp"

namespace swell::control::vpa {

namespace {

struct Limits {
    spec::ResourceList limits;
    std::vector<std::string> notes;
};

/// The notes of limits that cannot be set count only when another is set: a quirk.
Limits proportional_limits(
    const spec::ResourceRequirements& now,
    const spec::ResourceList& requests,
    const spec::ResourceList& default_limit
) {
    Limits made;
    for (const char* resource : {"cpu", "memory"}) {
        const Demand demand{amount_of(now.requests, resource), amount_of(now.limits, resource)};
        auto limit = proportional_limit(
            resource, demand, amount_of(requests, resource), amount_of(default_limit, resource)
        );
        if (limit.limit) made.limits[resource] = *limit.limit;
        if (!limit.note.empty()) made.notes.push_back(std::move(limit.note));
    }
    if (made.limits.empty()) made.notes.clear();
    return made;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

std::string joined(const std::vector<std::string>& parts, const char* between) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
    return text;
}

void set_all(
    spec::ResourceList& into,
    const spec::ResourceList& from,
    const char* word,
    std::vector<std::string>& notes
) {
    for (const auto& [resource, amount] : from) {
        into[resource] = amount;
        notes.push_back(resource + " " + word);
    }
}

/// What an HPA steers is neither set nor spoken of.
void leave_out(std::span<const Contested> contested, Admission& admission) {
    for (const Contested& one : contested) {
        for (ContainerResources& container : admission.containers) {
            if (container.container != one.container) continue;
            container.requests.erase(one.resource);
            container.limits.erase(one.resource);
        }
        const auto notes = admission.annotations.find(one.container);
        if (notes == admission.annotations.end()) continue;
        std::erase_if(notes->second, [&](const std::string& note) {
            return note.starts_with(one.resource + " ");
        });
    }
}

}  // namespace

Admission resources_for(
    const spec::VerticalPodAutoscaler& vpa, const spec::Pod& pod, const LimitRanges& ranges
) {
    Admission made;
    spec::RecommendedPodResources recommended;
    if (vpa.status.recommendation) {
        CappedRecommendation capped = cap_for_pod(vpa, pod, ranges);
        if (capped.recommendation) recommended = std::move(*capped.recommendation);
        made.annotations = std::move(capped.annotations);
    }
    const spec::ResourceList default_limit =
        ranges.container ? ranges.container->default_limit : spec::ResourceList{};
    for (const spec::Container& container : pod.spec.containers) {
        ContainerResources& resources = made.containers.emplace_back();
        resources.container = container.name;
        const auto* recommendation = recommendation_for(container.name, recommended);
        if (recommendation == nullptr) continue;
        resources.requests = recommendation->target;
        if (requests_only(policy_of(container.name, vpa.spec.resource_policy))) continue;
        Limits limits = proportional_limits(
            resources_in_force(pod, container.name), resources.requests, default_limit
        );
        resources.limits = std::move(limits.limits);
        if (!limits.notes.empty()) append(made.annotations[container.name], limits.notes);
    }
    return made;
}

spec::Pod admit(
    const spec::VerticalPodAutoscaler& vpa,
    spec::Pod pod,
    const LimitRanges& ranges,
    std::span<const Contested> contested
) {
    if (update_mode(vpa.spec) == UpdateMode::off) return pod;
    Admission admission = resources_for(vpa, pod, ranges);
    leave_out(contested, admission);
    std::vector<std::string> changes, names;
    for (std::size_t i = 0; i < pod.spec.containers.size(); ++i) {
        spec::Container& container = pod.spec.containers[i];
        const ContainerResources& resources = admission.containers[i];
        names.push_back(container.name);
        if (resources.requests.empty() && resources.limits.empty()) continue;
        std::vector<std::string> notes;
        const auto capped = admission.annotations.find(container.name);
        if (capped != admission.annotations.end()) notes = capped->second;
        set_all(container.resources.requests, resources.requests, "request", notes);
        set_all(container.resources.limits, resources.limits, "limit", notes);
        changes.push_back("container " + std::to_string(i) + ": " + joined(notes, ", "));
    }
    if (!changes.empty())
        pod.metadata.annotations[updates] =
            "Pod resources updated by " + vpa.metadata.name + ": " + joined(changes, "; ");
    pod.metadata.annotations[observed_containers] = joined(names, ", ");
    return pod;
}

spec::Pod resized(
    const spec::VerticalPodAutoscaler& vpa,
    spec::Pod pod,
    const LimitRanges& ranges,
    std::span<const Contested> contested
) {
    Admission admission = resources_for(vpa, pod, ranges);
    leave_out(contested, admission);
    for (std::size_t i = 0; i < pod.spec.containers.size(); ++i) {
        spec::ResourceRequirements& own = pod.spec.containers[i].resources;
        for (const auto& [resource, amount] : admission.containers[i].requests)
            own.requests[resource] = amount;
        for (const auto& [resource, amount] : admission.containers[i].limits)
            own.limits[resource] = amount;
    }
    pod.metadata.annotations[in_place_updated] = "true";
    return pod;
}

}  // namespace swell::control::vpa
