#pragma once

#include <string>

#include "control/deployment/decide.hpp"
#include "control/deployment/pod_template.hpp"
#include "control/deployment/revision.hpp"

// The Deployment that this folder's tests are about.

namespace swell::control::deployment {

inline constexpr Instant shop_opens{std::chrono::seconds(1'700'000'000)};

inline spec::PodTemplateSpec shop_template(const std::string& version) {
    spec::PodTemplateSpec made;
    made.metadata.labels["app"] = "shop";
    made.spec.containers.push_back({});
    made.spec.containers.back().name = "web";
    made.spec.containers.back().command = {"serve", version};
    return made;
}

inline spec::Deployment shop(std::int32_t replicas, const std::string& version = "v1") {
    spec::Deployment made;
    made.metadata.name = "shop";
    made.metadata.ns = "default";
    made.spec.replicas = replicas;
    made.spec.selector.match_labels["app"] = "shop";
    made.spec.pod_template = shop_template(version);
    made.spec.strategy.rolling_update = spec::RollingUpdate{};
    return made;
}

/// A ReplicaSet of the shop: `size` pods, all there, `available` of them available.
struct SetIs {
    std::string version;
    std::int32_t size = 0;
    std::int32_t available = 0;
    std::int64_t revision = 1;
    std::int32_t sized_for = 0;  ///< replicas of the Deployment it was sized for; 0: not noted
    std::int32_t max_then = 0;   ///< and the most pods there might be then
    std::int32_t there = -1;     ///< pods that the status says; -1: as many as the size
};

/// Named shop-VERSION; of two the lower revision is older.
inline spec::ReplicaSet shop_set(const SetIs& is) {
    spec::ReplicaSet set;
    set.metadata.name = "shop-" + is.version;
    set.metadata.ns = "default";
    set.metadata.uid = "uid-" + is.version;
    set.metadata.generation = set.status.observed_generation = 1;
    set.metadata.creation_timestamp = shop_opens + std::chrono::seconds(is.revision);
    set.metadata.owner_references.push_back(
        {"apps/v1", "Deployment", "shop", "uid-shop", true, true}
    );
    set.metadata.annotations[revision_annotation] = std::to_string(is.revision);
    if (is.sized_for != 0) note_size(set, is.sized_for, is.max_then);
    set.spec.replicas = is.size;
    set.spec.selector.match_labels["app"] = "shop";
    set.spec.pod_template = shop_template(is.version);
    set.spec.pod_template.metadata.labels[hash_label] = is.version;
    set.status.replicas = is.there < 0 ? is.size : is.there;
    set.status.ready_replicas = set.status.available_replicas = is.available;
    return set;
}

}  // namespace swell::control::deployment
