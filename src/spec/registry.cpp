#include "spec/registry.hpp"

#include <algorithm>
#include <array>

#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/autoscaling.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/discovery.hpp"
#include "spec/kinds/quota.hpp"
#include "spec/kinds/swell.hpp"
#include "spec/kinds/vpa.hpp"

namespace swell::spec {
namespace {

/// Older versions that are read as the kind's own.
struct Alias {
    std::string_view api_version, kind;
};
constexpr Alias aliases[] = {
    {"autoscaling/v1", "HorizontalPodAutoscaler"},
    {"autoscaling.k8s.io/v1beta2", "VerticalPodAutoscaler"},
    {"autoscaling.k8s.io/v1beta2", "VerticalPodAutoscalerCheckpoint"},
};

/// Kinds of Kubernetes 1.37 whose groups hold kinds of ours too, so that only their names tell them
/// from a slip of the pen. Source: its API reference.
constexpr std::string_view not_acted_on[] = {
    "Binding",
    "ComponentStatus",
    "ControllerRevision",
    "CronJob",
    "CustomResourceDefinition",
    "DaemonSet",
    "Endpoints",
    "Job",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "PodTemplate",
    "ReplicationController",
    "ServiceAccount",
    "StatefulSet",
};

bool same_word(std::string_view left, std::string_view right) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [&](char a, char b) {
        return lower(a) == lower(b);
    });
}

bool is_called(const Kind& kind, std::string_view word) {
    return same_word(kind.name, word) || same_word(kind.plural, word) ||
           std::any_of(
               kind.short_names.begin(),
               kind.short_names.end(),
               [&](std::string_view name) { return same_word(name, word); }
           );
}

}  // namespace

std::span<const Kind* const> kinds() {
    // What limits the others and what they need comes first; load comes last.
    static const std::array all = {
        &kind_of<ResourceQuota>(),
        &kind_of<LimitRange>(),
        &kind_of<ConfigMap>(),
        &kind_of<Secret>(),
        &kind_of<Service>(),
        &kind_of<Deployment>(),
        &kind_of<ReplicaSet>(),
        &kind_of<Pod>(),
        &kind_of<EndpointSlice>(),
        &kind_of<Event>(),
        &kind_of<HorizontalPodAutoscaler>(),
        &kind_of<VerticalPodAutoscaler>(),
        &kind_of<VerticalPodAutoscalerCheckpoint>(),
        &kind_of<Autoscaler>(),
        &kind_of<LoadTest>(),
    };
    return all;
}

const Kind* find_kind(std::string_view word) {
    for (const Kind* kind : kinds())
        if (is_called(*kind, word)) return kind;
    return nullptr;
}

const Kind* find_kind(std::string_view api_version, std::string_view name) {
    for (const Kind* kind : kinds()) {
        if (kind->name != name) continue;
        if (kind->api_version == api_version) return kind;
        for (const Alias& alias : aliases)
            if (alias.kind == name && alias.api_version == api_version) return kind;
    }
    return nullptr;
}

bool is_foreign(std::string_view api_version, std::string_view kind) {
    const std::string_view group = api_version.substr(0, api_version.find('/'));
    const bool ours = std::ranges::any_of(kinds(), [&](const Kind* known) {
        return known->api_version.substr(0, known->api_version.find('/')) == group;
    });
    const bool qualified = group.size() < api_version.size() && group.contains('.');
    return std::ranges::find(not_acted_on, kind) != std::end(not_acted_on) || (qualified && !ours);
}

}  // namespace swell::spec
