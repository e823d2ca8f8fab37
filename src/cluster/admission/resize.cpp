#include "cluster/admission/resize.hpp"

#include "spec/kinds/field_error.hpp"
#include "spec/kinds/resources.hpp"

namespace swell::cluster {
namespace {

using spec::PodSpec;
using spec::Problems;
using spec::ResourceList;
using spec::ResourceRequirements;
using Containers = std::vector<spec::Container>;

bool takes_away(const ResourceList& now, const ResourceList& before) {
    for (const auto& [name, amount] : before)
        if (!now.contains(name)) return true;
    return false;
}

/// With cpu and memory as they were: what is left differs where it may not.
ResourceRequirements as_before(ResourceRequirements now, const ResourceRequirements& before) {
    const auto put_back = [](ResourceList& list, const ResourceList& old) {
        for (const char* name : {"cpu", "memory"}) {
            list.erase(name);
            if (const auto found = old.find(name); found != old.end()) list.insert(*found);
        }
    };
    put_back(now.limits, before.limits);
    put_back(now.requests, before.requests);
    return now;
}

void validate_pod_level(const PodSpec& now, const PodSpec& before, Problems& problems) {
    const auto given = [](const ResourceRequirements& resources) {
        return !resources.requests.empty() || !resources.limits.empty();
    };
    if (!given(now.resources) && !given(before.resources)) return;
    if (takes_away(now.resources.requests, before.resources.requests))
        problems.push_back(spec::forbidden(
            "spec.resources.requests", "pod-level resource requests cannot be removed"
        ));
    if (takes_away(now.resources.limits, before.resources.limits))
        problems.push_back(
            spec::forbidden("spec.resources.limits", "pod-level resource limits cannot be removed")
        );
    if (as_before(now.resources, before.resources) != before.resources)
        problems.push_back(
            spec::forbidden("spec", "only cpu and memory resources are mutable at pod-level")
        );
}

/// Containers are told apart by place and name. Returns false when they are others.
bool validate_order(
    const Containers& now, const Containers& before, const std::string& list, Problems& problems
) {
    if (now.size() != before.size()) {
        problems.push_back(
            spec::forbidden("spec." + list, list + " may not be added or removed on resize")
        );
        return false;
    }
    bool same = true;
    for (std::size_t i = 0; i < now.size(); ++i) {
        if (now[i].name == before[i].name) continue;
        same = false;
        problems.push_back(spec::forbidden(
            "spec." + list + "[" + std::to_string(i) + "].name",
            list + " may not be renamed or reordered on resize"
        ));
    }
    return same;
}

void validate_removal(
    const Containers& now, const Containers& before, const std::string& list, Problems& problems
) {
    for (std::size_t i = 0; i < now.size(); ++i) {
        const std::string at = "spec." + list + "[" + std::to_string(i) + "].resources";
        if (takes_away(now[i].resources.requests, before[i].resources.requests))
            problems.push_back(
                spec::forbidden(at + ".requests", "resource requests cannot be removed")
            );
        if (takes_away(now[i].resources.limits, before[i].resources.limits))
            problems.push_back(spec::forbidden(at + ".limits", "resource limits cannot be removed")
            );
    }
}

bool changes_others(const spec::Container& now, const spec::Container& before) {
    return now.resize_policy != before.resize_policy ||
           as_before(now.resources, before.resources) != before.resources;
}

}  // namespace

PodSpec with_resources_of(PodSpec before, const PodSpec& wanted) {
    if (before.containers.size() != wanted.containers.size() ||
        before.init_containers.size() != wanted.init_containers.size())
        return wanted;
    const auto take = [](Containers& into, const Containers& from) {
        for (std::size_t i = 0; i < from.size(); ++i) {
            if (into[i].name != from[i].name) {
                into = from;
                return;
            }
            into[i].resources = from[i].resources;
            // For validate_resize() to refuse: it is no resize to say how later ones are done.
            if (!from[i].resize_policy.empty()) into[i].resize_policy = from[i].resize_policy;
        }
    };
    take(before.containers, wanted.containers);
    take(before.init_containers, wanted.init_containers);
    before.resources = wanted.resources;
    return before;
}

void validate_resize(const PodSpec& now, const PodSpec& before, Problems& problems) {
    spec::validate_resources(now, "spec", problems);
    const std::string_view quality = spec::quality_of_service(before);
    if (quality != spec::quality_of_service(now))
        problems.push_back(spec::invalid(
            "spec", spec::go_quoted(quality), "Pod QOS Class may not change as a result of resizing"
        ));
    validate_pod_level(now, before, problems);
    const bool same = validate_order(now.containers, before.containers, "containers", problems);
    if (!validate_order(now.init_containers, before.init_containers, "initContainers", problems) ||
        !same)
        return;
    validate_removal(now.init_containers, before.init_containers, "initContainers", problems);
    validate_removal(now.containers, before.containers, "containers", problems);
    for (std::size_t i = 0; i < now.containers.size(); ++i)
        if (changes_others(now.containers[i], before.containers[i]))
            problems.push_back(spec::forbidden("spec", "only cpu and memory resources are mutable")
            );
    for (std::size_t i = 0; i < now.init_containers.size(); ++i)
        if (changes_others(now.init_containers[i], before.init_containers[i]))
            problems.push_back(spec::forbidden(
                "spec.initContainers[" + std::to_string(i) + "]",
                "only cpu and memory resources for init or sidecar containers are mutable"
            ));
}

}  // namespace swell::cluster
