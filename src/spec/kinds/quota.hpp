#pragma once

#include "spec/kinds/core.hpp"
#include "spec/object.hpp"

namespace swell::spec {

struct ScopeRequirement {
    std::string scope_name, op;  ///< op: In, NotIn, Exists, DoesNotExist
    std::vector<std::string> values;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("scopeName", s.scope_name, "PriorityClass, Terminating, BestEffort, …");
        v.field("operator", s.op, "In, NotIn, Exists, DoesNotExist.");
        v.field("values", s.values, "Of In and NotIn.");
    }
    bool operator==(const ScopeRequirement&) const = default;
};

struct ScopeSelector {
    std::vector<ScopeRequirement> match_expressions;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("matchExpressions", s.match_expressions, "Requirements that must all hold.");
    }
    bool operator==(const ScopeSelector&) const = default;
};

struct ResourceQuotaSpec {
    ResourceList hard;
    std::vector<std::string> scopes;
    std::optional<ScopeSelector> scope_selector;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("hard", s.hard, "The most of each resource: requests.cpu, pods, count/secrets, …");
        v.field("scopes", s.scopes, "Only pods that all of these are true of.");
        v.field("scopeSelector", s.scope_selector, "The same, with operators and values.");
    }
    bool operator==(const ResourceQuotaSpec&) const = default;
};

struct ResourceQuotaStatus {
    ResourceList hard, used;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("hard", s.hard, "The limits that are in force.");
        v.field("used", s.used, "What there is of each.");
    }
    bool operator==(const ResourceQuotaStatus&) const = default;
};

/// What a namespace may use in all. Its own statement: `spec` may be left out, and then nothing is
/// limited.
struct ResourceQuota {
    ObjectMeta metadata;
    ResourceQuotaSpec spec;
    ResourceQuotaStatus status;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.field("spec", s.spec, "The most of each resource.");
        v.field("status", s.status, "What is used.");
    }
    bool operator==(const ResourceQuota&) const = default;
};

/// Limits of one type of object.
struct LimitRangeItem {
    std::string type;  ///< Container, Pod, PersistentVolumeClaim
    ResourceList max, min, default_limit, default_request, max_limit_request_ratio;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("type", s.type, "Container, Pod or PersistentVolumeClaim.");
        v.field("max", s.max, "The highest limit.");
        v.field("min", s.min, "The lowest request.");
        v.field("default", s.default_limit, "Limit of containers without one; defaults to max.");
        v.field(
            "defaultRequest",
            s.default_request,
            "Request of containers without one; defaults to the default limit, then to min."
        );
        v.field("maxLimitRequestRatio", s.max_limit_request_ratio, "The highest limit / request.");
    }
    bool operator==(const LimitRangeItem&) const = default;
};

struct LimitRangeSpec {
    std::vector<LimitRangeItem> limits;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("limits", s.limits, "One for each type of object.");
    }
    bool operator==(const LimitRangeSpec&) const = default;
};

/// What each pod, container or claim of a namespace may ask for, and what it gets when it does not
/// say.
struct LimitRange {
    ObjectMeta metadata;
    LimitRangeSpec spec;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.field("spec", s.spec, "The limits.");
    }
    bool operator==(const LimitRange&) const = default;
};

struct PersistentVolumeClaimSpec {
    std::vector<std::string> access_modes;
    ResourceRequirements resources;
    std::string storage_class_name, volume_name, volume_mode, volume_attributes_class_name;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("accessModes", s.access_modes, "Kept, not acted on.");
        v.field("resources", s.resources, "requests.storage is what quotas count.");
        v.field("storageClassName", s.storage_class_name, "Quotas may count each class.");
        v.field("volumeName", s.volume_name, "Kept, not acted on.");
        v.field("volumeMode", s.volume_mode, "Kept, not acted on.");
        v.field(
            "volumeAttributesClassName",
            s.volume_attributes_class_name,
            "Quotas with scope VolumeAttributesClass go by it."
        );
        v.ignored({"selector", "dataSource", "dataSourceRef"});
    }
    bool operator==(const PersistentVolumeClaimSpec&) const = default;
};

/// Counted by quotas and held to limit ranges; not in the registry, since no pod of ours can mount
/// one: a manifest with a claim is told so, as before.
struct PersistentVolumeClaim {
    ObjectMeta metadata;
    PersistentVolumeClaimSpec spec;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.required("spec", s.spec, "How much of which class.");
        v.dropped({"status"});
    }
    bool operator==(const PersistentVolumeClaim&) const = default;
};

/// What may not change of a quota: its scopes.
void validate_update(const ResourceQuota& now, const ResourceQuota& before, Problems& problems);

template <>
const Kind& kind_of<ResourceQuota>();
template <>
const Kind& kind_of<LimitRange>();
template <>
const Kind& kind_of<PersistentVolumeClaim>();

}  // namespace swell::spec
