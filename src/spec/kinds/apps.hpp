#pragma once

#include "spec/kinds/core.hpp"

namespace swell::spec {

struct RollingUpdate {
    IntOrString max_unavailable{.number = 0, .text = "25%"};
    IntOrString max_surge{.number = 0, .text = "25%"};

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field(
            "maxUnavailable", s.max_unavailable, "Number or percent, rounded down. Defaults to 25%."
        );
        v.field("maxSurge", s.max_surge, "Number or percent, rounded up. Defaults to 25%.");
    }
    bool operator==(const RollingUpdate&) const = default;
};

struct DeploymentStrategy {
    std::string type = "RollingUpdate";
    std::optional<RollingUpdate> rolling_update;  ///< filled in for RollingUpdate

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.one_of("type", s.type, {"RollingUpdate", "Recreate"}, "Defaults to RollingUpdate.");
        v.field("rollingUpdate", s.rolling_update, "Only with type RollingUpdate.");
    }
    bool operator==(const DeploymentStrategy&) const = default;
};

struct DeploymentSpec {
    std::int32_t replicas = 1;
    LabelSelector selector;
    PodTemplateSpec pod_template;
    DeploymentStrategy strategy;
    std::int32_t min_ready_seconds = 0;
    std::int32_t revision_history_limit = 10;
    bool paused = false;
    std::int32_t progress_deadline_seconds = 600;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.range("replicas", s.replicas, 0, 2147483647, "Desired pods. Defaults to 1.");
        v.required(
            "selector", s.selector, "Which pods are its own; must match the template's labels."
        );
        v.required("template", s.pod_template, "What each pod is.");
        v.field("strategy", s.strategy, "How old pods are replaced by new ones.");
        v.range(
            "minReadySeconds",
            s.min_ready_seconds,
            0,
            2147483647,
            "Ready for so long counts as available. Defaults to 0."
        );
        v.range(
            "revisionHistoryLimit",
            s.revision_history_limit,
            0,
            2147483647,
            "Old ReplicaSets kept for undo. Defaults to 10."
        );
        v.field("paused", s.paused, "Whether rollouts wait.");
        v.range(
            "progressDeadlineSeconds",
            s.progress_deadline_seconds,
            1,
            2147483647,
            "No progress for so long is a failed rollout. Defaults to 600."
        );
    }
    bool operator==(const DeploymentSpec&) const = default;
};

struct DeploymentStatus {
    std::int64_t observed_generation = 0;
    std::int32_t replicas = 0, updated_replicas = 0, ready_replicas = 0, available_replicas = 0,
                 unavailable_replicas = 0;
    std::vector<Condition> conditions;  ///< Available, Progressing, ReplicaFailure
    std::optional<std::int32_t> collision_count;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("observedGeneration", s.observed_generation, "The generation this is about.");
        v.field("replicas", s.replicas, "Pods.");
        v.field("updatedReplicas", s.updated_replicas, "Pods of the newest template.");
        v.field("readyReplicas", s.ready_replicas, "Pods that are ready.");
        v.field("availableReplicas", s.available_replicas, "Ready for minReadySeconds.");
        v.field("unavailableReplicas", s.unavailable_replicas, "Still missing.");
        v.field("conditions", s.conditions, "Available, Progressing, ReplicaFailure.");
        v.field("collisionCount", s.collision_count, "Hash collisions met.");
        v.dropped({"terminatingReplicas"});
    }
    bool operator==(const DeploymentStatus&) const = default;
};

struct Deployment {
    ObjectMeta metadata;
    DeploymentSpec spec;
    DeploymentStatus status;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.required("spec", s.spec, "What runs, how many of it.");
        v.field("status", s.status, "How far it is.");
    }
    bool operator==(const Deployment&) const = default;
};

struct ReplicaSetSpec {
    std::int32_t replicas = 1;
    std::int32_t min_ready_seconds = 0;
    LabelSelector selector;
    PodTemplateSpec pod_template;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.range("replicas", s.replicas, 0, 2147483647, "Desired pods. Defaults to 1.");
        v.range(
            "minReadySeconds",
            s.min_ready_seconds,
            0,
            2147483647,
            "Ready for so long counts as available."
        );
        v.required("selector", s.selector, "Which pods are its own.");
        v.field("template", s.pod_template, "What each pod is.");
    }
    bool operator==(const ReplicaSetSpec&) const = default;
};

struct ReplicaSetStatus {
    std::int32_t replicas = 0, fully_labeled_replicas = 0, ready_replicas = 0,
                 available_replicas = 0;
    std::int64_t observed_generation = 0;
    std::vector<Condition> conditions;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("replicas", s.replicas, "Pods.");
        v.field(
            "fullyLabeledReplicas",
            s.fully_labeled_replicas,
            "Pods with all labels of the template."
        );
        v.field("readyReplicas", s.ready_replicas, "Pods that are ready.");
        v.field("availableReplicas", s.available_replicas, "Ready for minReadySeconds.");
        v.field("observedGeneration", s.observed_generation, "The generation this is about.");
        v.field("conditions", s.conditions, "ReplicaFailure.");
        v.dropped({"terminatingReplicas"});
    }
    bool operator==(const ReplicaSetStatus&) const = default;
};

struct ReplicaSet {
    ObjectMeta metadata;
    ReplicaSetSpec spec;
    ReplicaSetStatus status;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.required("spec", s.spec, "What runs, how many of it.");
        v.field("status", s.status, "How far it is.");
    }
    bool operator==(const ReplicaSet&) const = default;
};

template <>
const Kind& kind_of<Deployment>();
template <>
const Kind& kind_of<ReplicaSet>();

}  // namespace swell::spec
