#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/admission/usage.hpp"

// Whether an object fits the quotas of its namespace.
//
// Source  k8s.io/apiserver/pkg/admission/plugin/resourcequota (1.37).

namespace swell::cluster {

/// What a quota's status is with these objects of its namespace, of whatever kinds: every resource
/// that can be counted, also where nothing is used.
spec::ResourceQuotaStatus status_of(
    const spec::ResourceQuota& quota, const std::vector<spec::Object>& objects, Instant now
);

/// A write that quotas may stand against: a new object, or one that takes the place of `before`.
struct Charge {
    const spec::Object& object;
    const spec::Object* before = nullptr;
    Instant now;
};

/// Why a quota refuses, as Kubernetes says it: `exceeded quota: compute, requested: …, used: …,
/// limited: …` or `failed quota: compute: must specify requests.cpu for: web`. Empty when all
/// quotas have room.
///
/// quotas  of the object's namespace, in the order in which they are asked, with status
///
/// Only what grows is charged: a namespace over its quota may still have what does not add to it.
/// Of an update only Services, claims, and pods that were resized or became bounded in time are
/// looked at.
std::optional<std::string> over_quota(
    const std::vector<spec::ResourceQuota>& quotas, const Charge& charge
);

/// How many more pods of a template fit.
struct Room {
    std::int64_t pods = 0;
    std::string quota;     ///< the one that leaves the least room; empty when all were wanted
    std::string resource;  ///< of it
    Quantity used, hard;   ///< of the resource

    /// `quota compute leaves room for 9: requests.cpu used 19 of 20`
    ///
    /// running  pods that there are already; they are counted in
    std::string text(std::int64_t running = 0) const;
};

/// quotas  of the namespace, with status
/// pod     as it would be created: completed, with the limit ranges' defaults
/// wanted  how many are asked for, > 0; no more are tried
///
/// A quota that would refuse the pod for what it does not say leaves no room; its resource is then
/// the first that is missing.
Room room_for(
    const std::vector<spec::ResourceQuota>& quotas, const spec::Pod& pod, std::int64_t wanted
);

}  // namespace swell::cluster
