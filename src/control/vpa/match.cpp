#include "control/vpa/match.hpp"

#include <algorithm>
#include <tuple>

#include "cluster/list.hpp"
#include "control/hpa/scale.hpp"

namespace swell::control::vpa {

namespace {

bool is_ours(const spec::VpaSpec& spec) {
    return spec.recommenders.empty() || spec.recommenders.front().name == "default";
}

Governor govern(
    const cluster::Cluster& cluster,
    const Horizontals& horizontals,
    const cluster::Object& object,
    spec::VerticalPodAutoscaler part
) {
    Governor made{object, {}, {}};
    made.part = std::move(part);
    const spec::VerticalPodAutoscaler& vpa = made.vpa();
    const spec::CrossVersionObjectReference& target = vpa.spec.target_ref;
    const auto scale = hpa::read_scale(cluster, vpa.metadata.ns, target);
    if (!scale) {
        made.fault = "Cannot read targetRef. Reason: " + scale.error().what;
        return made;
    }
    if (scale->object.metadata().controller() != nullptr) {
        made.fault = "The target " + target.api_version + "." + target.kind + "/" + target.name +
                     " has a parent controller but it should point to a topmost well-known or "
                     "scalable controller";
        return made;
    }
    auto selector = spec::Selector::parse(hpa::selector_text(*scale));
    if (!selector) {
        made.fault = "Cannot read targetRef. Reason: " + selector.error().what;
        return made;
    }
    made.selection = {vpa.metadata.ns, std::move(*selector)};
    made.contested = horizontals.contested_with(vpa, pods_of(scale->object));
    return made;
}

}  // namespace

std::vector<Governor> governors(const cluster::Cluster& cluster, const std::string& ns) {
    std::vector<Governor> made;
    const auto all = cluster::list_all(cluster, spec::vertical_kinds(), ns);
    if (all.empty()) return made;
    const Horizontals horizontals(cluster, ns);
    for (const cluster::Object& object : all) {
        auto part = spec::vertical_of(object);
        if (part && is_ours(part->spec))
            made.push_back(govern(cluster, horizontals, object, *std::move(part)));
    }
    return made;
}

std::optional<Controller> topmost_controller(
    const cluster::Cluster& cluster, const spec::ObjectMeta& of
) {
    const spec::OwnerReference* owner = of.controller();
    if (owner == nullptr) return std::nullopt;
    Controller top{owner->kind, owner->name};
    // Chains are two long; a circle must not keep us.
    constexpr int longest = 8;
    for (int i = 0; i < longest; ++i) {
        const auto object = cluster.get({top.kind, of.ns, top.name});
        const spec::OwnerReference* next = object ? object->metadata().controller() : nullptr;
        if (next == nullptr) break;
        top = {next->kind, next->name};
    }
    return top;
}

const Governor* in_charge(
    std::span<const Governor* const> governors,
    const spec::Pod& pod,
    const std::optional<Controller>& topmost
) {
    if (!topmost) return nullptr;
    const Governor* found = nullptr;
    const auto rank = [](const Governor& one) {
        const spec::ObjectMeta& metadata = one.vpa().metadata;
        return std::tuple(metadata.creation_timestamp, metadata.name);
    };
    for (const Governor* one : governors) {
        const spec::CrossVersionObjectReference& target = one->vpa().spec.target_ref;
        if (Controller{target.kind, target.name} != *topmost) continue;
        if (!one->selection.matches(pod.metadata.ns, pod.metadata.labels)) continue;
        if (found == nullptr || rank(*one) < rank(*found)) found = one;
    }
    return found;
}

}  // namespace swell::control::vpa
