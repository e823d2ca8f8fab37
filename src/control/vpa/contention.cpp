#include "control/vpa/contention.hpp"

#include <algorithm>

#include "cluster/list.hpp"
#include "control/hpa/scale.hpp"
#include "control/vpa/capping.hpp"
#include "control/vpa/policy.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/mode.hpp"

namespace swell::control::vpa {

namespace {

/// Without the version, which does not tell workloads apart; `apps` when it is left out.
std::string group_of(const spec::CrossVersionObjectReference& to) {
    return to.api_version.empty() ? "apps" : to.api_version.substr(0, to.api_version.find('/'));
}

bool same_workload(
    const spec::CrossVersionObjectReference& a, const spec::CrossVersionObjectReference& b
) {
    return a.kind == b.kind && a.name == b.name && group_of(a) == group_of(b);
}

/// A utilization of this container's request that a metric holds replicas to; nullptr for others.
const std::string* resource_steered(
    const spec::MetricSpec& metric, const std::string& container, const spec::PodSpec& pods
) {
    // averageValue decides where both are given.
    const auto is_utilization = [](const spec::MetricTarget& target) {
        return target.average_utilization && !target.average_value;
    };
    if (metric.type == "Resource" && metric.resource && is_utilization(metric.resource->target)) {
        const std::string& name = metric.resource->name;
        return pods.resources.requests.contains(name) ? nullptr : &name;
    }
    if (metric.type == "ContainerResource" && metric.container_resource &&
        metric.container_resource->container == container &&
        is_utilization(metric.container_resource->target))
        return &metric.container_resource->name;
    return nullptr;
}

bool sets(const spec::VpaSpec& spec, const std::string& container, const std::string& resource) {
    if (resource != "cpu" && resource != "memory") return false;
    const spec::ContainerResourcePolicy* policy = policy_of(container, spec.resource_policy);
    return !is_off(policy) && controls(policy, resource);
}

const std::string& target_name(const cluster::Object& vertical) {
    return vertical.is<spec::Autoscaler>()
               ? vertical.as<spec::Autoscaler>().spec.scale_target_ref.name
               : vertical.as<spec::VerticalPodAutoscaler>().spec.target_ref.name;
}

std::string joined(const std::vector<std::string>& parts, const char* between) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
    return text;
}

Json numbers_of(std::span<const Contested> all) {
    Json list = Json::array();
    for (const Contested& one : all)
        list.push_back({{"container", one.container}, {"resource", one.resource}, {"by", one.by}});
    return list;
}

}  // namespace

const spec::PodSpec& pods_of(const cluster::Object& workload) {
    return workload.is<spec::Deployment>() ? workload.as<spec::Deployment>().spec.pod_template.spec
                                           : workload.as<spec::ReplicaSet>().spec.pod_template.spec;
}

std::vector<Contested> contested(
    const spec::HorizontalPodAutoscaler& hpa,
    const spec::VerticalPodAutoscaler& vpa,
    const spec::PodSpec& pods,
    const std::string& by
) {
    std::vector<Contested> found;
    const bool both_act = update_mode(vpa.spec) != UpdateMode::off && !spec::observes(hpa.metadata);
    if (!both_act || hpa.metadata.ns != vpa.metadata.ns ||
        !same_workload(hpa.spec.scale_target_ref, vpa.spec.target_ref))
        return found;
    for (const spec::Container& container : pods.containers)
        for (const spec::MetricSpec& metric : hpa.spec.metrics) {
            const std::string* resource = resource_steered(metric, container.name, pods);
            if (resource != nullptr && sets(vpa.spec, container.name, *resource))
                found.push_back({container.name, *resource, by});
        }
    std::ranges::sort(found);
    found.erase(std::ranges::unique(found).begin(), found.end());
    return found;
}

std::string in_words(std::span<const Contested> all) {
    std::map<std::string, std::vector<std::string>> containers;
    for (const Contested& one : all) {
        std::vector<std::string>& names = containers[one.resource];
        if (std::ranges::find(names, one.container) == names.end()) names.push_back(one.container);
    }
    std::vector<std::string> parts;
    for (const auto& [resource, names] : containers)
        parts.push_back(resource + " of " + joined(names, ", "));
    return joined(parts, "; ");
}

std::string rivals(std::span<const Contested> all) {
    std::vector<std::string> names;
    for (const Contested& one : all)
        if (std::ranges::find(names, one.by) == names.end()) names.push_back(one.by);
    return joined(names, ", ");
}

void give_way(
    std::span<const Contested> all,
    const spec::Pod& pod,
    spec::RecommendedPodResources& recommendation
) {
    for (const Contested& one : all) {
        const auto found = std::ranges::find(
            recommendation.container_recommendations,
            one.container,
            &spec::RecommendedContainerResources::container_name
        );
        if (found == recommendation.container_recommendations.end()) continue;
        const spec::ResourceList requests = resources_in_force(pod, one.container).requests;
        const auto request = requests.find(one.resource);
        for (spec::ResourceList* list : {&found->target, &found->lower_bound, &found->upper_bound})
            if (request == requests.end())
                list->erase(one.resource);
            else
                (*list)[one.resource] = request->second;
    }
}

journal::Step explain_contention(std::span<const Contested> all) {
    return {
        "resource-contention",
        rivals(all) + " scales on the utilization of " + in_words(all) +
            ": recommended, but not set, so that the two do not chase each other",
        {{"contested", numbers_of(all)}}
    };
}

Horizontals::Horizontals(const cluster::Cluster& cluster, const std::string& ns) {
    for (const cluster::Object& object : cluster::list_all(cluster, spec::horizontal_kinds(), ns)) {
        auto hpa = *spec::horizontal_of(object);
        std::pair target{hpa.metadata.ns, hpa.spec.scale_target_ref.name};
        by_target_.emplace(
            std::move(target), Named{std::move(hpa), spec::to_text(spec::key_of(object))}
        );
    }
}

std::vector<Contested> Horizontals::contested_with(
    const spec::VerticalPodAutoscaler& vpa, const spec::PodSpec& pods
) const {
    std::vector<Contested> found;
    const auto [from, to] = by_target_.equal_range({vpa.metadata.ns, vpa.spec.target_ref.name});
    for (auto at = from; at != to; ++at)
        std::ranges::move(
            contested(at->second.hpa, vpa, pods, at->second.name), std::back_inserter(found)
        );
    std::ranges::sort(found);
    return found;
}

std::optional<journal::Step> explain_contention(
    const cluster::Cluster& cluster, const spec::HorizontalPodAutoscaler& hpa
) {
    // Most are about other workloads: those are not copied.
    auto all = cluster::list_all(cluster, spec::vertical_kinds(), hpa.metadata.ns);
    std::erase_if(all, [&](const cluster::Object& object) {
        return target_name(object) != hpa.spec.scale_target_ref.name;
    });
    if (all.empty()) return {};
    const auto target = hpa::read_scale(cluster, hpa.metadata.ns, hpa.spec.scale_target_ref);
    if (!target) return {};
    std::vector<std::string> texts;
    Json list = Json::array();
    for (const cluster::Object& object : all) {
        const auto vpa = spec::vertical_of(object);
        if (!vpa || spec::observes(vpa->metadata)) continue;
        const std::string name = spec::to_text(spec::key_of(object));
        const auto found = contested(hpa, *vpa, pods_of(target->object), name);
        if (found.empty()) continue;
        texts.push_back(
            name + " would also set " + in_words(found) +
            ", which this utilization is measured against: it recommends, and leaves the requests "
            "as they are"
        );
        list.push_back({{"vpa", name}, {"contested", in_words(found)}});
    }
    if (texts.empty()) return {};
    return journal::Step{
        "resource-contention", joined(texts, "; "), {{"contested", std::move(list)}}
    };
}

}  // namespace swell::control::vpa
