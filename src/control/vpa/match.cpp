#include "control/vpa/match.hpp"

#include <algorithm>
#include <tuple>

#include "cluster/list.hpp"
#include "control/hpa/scale.hpp"
#include "spec/registry.hpp"

namespace swell::control::vpa {

namespace {

bool is_ours(const spec::VpaSpec& spec) {
    return spec.recommenders.empty() || spec.recommenders.front().name == "default";
}

constexpr std::string_view well_known[] = {
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
};

/// The target of an autoscaler, or why there is none in the original's words. A well-known kind is
/// looked up by its name, whatever version is given for it; any other one by its scale, which none
/// of ours has.
///
/// Source  vertical-pod-autoscaler target/fetcher.go.
Result<hpa::TargetScale> find_target(
    const cluster::Cluster& cluster,
    const std::string& ns,
    const spec::CrossVersionObjectReference& target
) {
    if (std::ranges::find(well_known, target.kind) != std::end(well_known)) {
        auto scale = hpa::read_scale(cluster, ns, {"", target.kind, target.name});
        const bool is_missing = !scale && (scale.error().code == Code::not_found ||
                                           scale.error().code == Code::invalid);
        if (!is_missing) return scale;
        return fail(
            Code::not_found, target.kind + " " + ns + "/" + target.name + " does not exist"
        );
    }
    const std::size_t slash = target.api_version.find('/');
    const std::string group = slash == std::string::npos ? "" : target.api_version.substr(0, slash);
    return fail(
        Code::invalid,
        "unhandled targetRef " + target.api_version + " / " + target.kind + " / " + target.name +
            ", last error " +
            (spec::find_kind(target.api_version, target.kind) != nullptr
                 ? "the server could not find the requested resource"
                 : "no matches for kind \"" + target.kind + "\" in group \"" + group + "\"")
    );
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
    const auto scale = find_target(cluster, vpa.metadata.ns, target);
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
