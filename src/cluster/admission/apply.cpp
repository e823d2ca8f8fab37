#include "cluster/admission/apply.hpp"

#include <algorithm>

#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/mode.hpp"

namespace swell::cluster {

namespace {

constexpr const char* last_applied = "swell.dev/last-applied";

/// What the manifest set, kept so that the next apply knows what it no longer sets.
std::string remembered(const spec::Object& wanted) {
    const auto keys = [](const spec::Labels& map) {
        Json list = Json::array();
        for (const auto& [key, value] : map) list.push_back(key);
        return list;
    };
    Json memory = {
        {"labels", keys(wanted.metadata().labels)},
        {"annotations", keys(wanted.metadata().annotations)}
    };
    if (wanted.is<spec::Deployment>())
        memory["templateAnnotations"] =
            keys(wanted.as<spec::Deployment>().spec.pod_template.metadata.annotations);
    return memory.dump();
}

Json recalled(const spec::ObjectMeta& live, const char* part) {
    const auto found = live.annotations.find(last_applied);
    if (found == live.annotations.end()) return Json::array();
    const Json memory = Json::parse(found->second, nullptr, false);
    if (!memory.is_object() || !memory.contains(part)) return Json::array();
    return memory[part];
}

spec::Labels merged(const spec::Labels& live, const spec::Labels& wanted, const Json& before) {
    spec::Labels result = live;
    for (const Json& key : before)
        if (key.is_string()) result.erase(key.get<std::string>());
    for (const auto& [key, value] : wanted) result[key] = value;
    return result;
}

spec::Object keep_replicas(const spec::Object& live, const spec::Object& wanted) {
    if (wanted.is<spec::Deployment>()) {
        auto next = wanted.as<spec::Deployment>();
        next.spec.replicas = live.as<spec::Deployment>().spec.replicas;
        return next;
    }
    if (wanted.is<spec::ReplicaSet>()) {
        auto next = wanted.as<spec::ReplicaSet>();
        next.spec.replicas = live.as<spec::ReplicaSet>().spec.replicas;
        return next;
    }
    return wanted;
}

/// What others wrote on the template stays: without it, `rollout restart` would be undone by the
/// next apply of the same manifest, with a rollout of its own.
spec::Object keep_template_annotations(const spec::Object& live, const spec::Object& wanted) {
    auto next = wanted.as<spec::Deployment>();
    auto& annotations = next.spec.pod_template.metadata.annotations;
    annotations = merged(
        live.as<spec::Deployment>().spec.pod_template.metadata.annotations,
        annotations,
        recalled(live.metadata(), "templateAnnotations")
    );
    return next;
}

/// What admission filled in, which a manifest need not say again.
void keep(const spec::ResourceList& live, spec::ResourceList& wanted) {
    wanted.insert(live.begin(), live.end());
}

void keep(const spec::ResourceRequirements& live, spec::ResourceRequirements& wanted) {
    keep(live.requests, wanted.requests);
    keep(live.limits, wanted.limits);
}

void keep(const std::vector<spec::Container>& live, std::vector<spec::Container>& wanted) {
    for (spec::Container& container : wanted) {
        const auto had = std::ranges::find(live, container.name, &spec::Container::name);
        if (had != live.end()) keep(had->resources, container.resources);
    }
}

spec::Object keep_resources(const spec::Object& live, const spec::Object& wanted) {
    auto next = wanted.as<spec::Pod>();
    const spec::PodSpec& had = live.as<spec::Pod>().spec;
    keep(had.containers, next.spec.containers);
    keep(had.init_containers, next.spec.init_containers);
    keep(had.resources, next.spec.resources);
    return next;
}

spec::Object keep_address(const spec::Object& live, const spec::Object& wanted) {
    auto next = wanted.as<spec::Service>();
    if (next.spec.cluster_ip.empty())
        next.spec.cluster_ip = live.as<spec::Service>().spec.cluster_ip;
    return next;
}

}  // namespace

spec::Object apply(
    const std::optional<spec::Object>& live, const spec::Object& manifest, bool scaled_by_hpa
) {
    spec::ObjectMeta metadata = manifest.metadata();
    const bool replicas_given = metadata.annotations.erase(replicas_not_given) == 0;
    const spec::Object wanted = manifest.with_metadata(metadata);
    const std::string memory = remembered(wanted);
    if (!live) {
        // What `get -o yaml` printed may be applied elsewhere: what the system wrote is not wanted.
        metadata.resource_version = 0;
        metadata.annotations[last_applied] = memory;
        return wanted.with_metadata(std::move(metadata)).without_status();
    }
    spec::Object next = wanted;
    if (scaled_by_hpa || !replicas_given) next = keep_replicas(*live, next);
    if (next.is<spec::Deployment>()) next = keep_template_annotations(*live, next);
    if (next.is<spec::Service>()) next = keep_address(*live, next);
    if (next.is<spec::Pod>()) next = keep_resources(*live, next);

    const spec::ObjectMeta& old = live->metadata();
    spec::ObjectMeta result = old;
    result.labels = merged(old.labels, metadata.labels, recalled(old, "labels"));
    result.annotations =
        merged(old.annotations, metadata.annotations, recalled(old, "annotations"));
    result.annotations[last_applied] = memory;
    if (!metadata.owner_references.empty()) result.owner_references = metadata.owner_references;
    return next.with_metadata(std::move(result)).with_status(*live);
}

bool scales(const spec::Object& hpa, const spec::Object& target) {
    const auto part = spec::horizontal_of(hpa);
    if (!part || spec::observes(hpa.metadata())) return false;
    const auto& ref = part->spec.scale_target_ref;
    return hpa.metadata().ns == target.metadata().ns && ref.kind == target.kind().name &&
           ref.name == target.metadata().name;
}

}  // namespace swell::cluster
