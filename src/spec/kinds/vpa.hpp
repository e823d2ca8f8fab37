#pragma once

#include "spec/kinds/autoscaling.hpp"
#include "spec/kinds/core.hpp"

namespace swell::spec {

struct EvictionRequirement {
    std::vector<std::string> resources;
    std::string change_requirement;  ///< TargetHigherThanRequests, TargetLowerThanRequests

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("resources", s.resources, "One of them must change that way.");
        v.required_one_of(
            "changeRequirement",
            s.change_requirement,
            {"TargetHigherThanRequests", "TargetLowerThanRequests"},
            "Which way."
        );
    }
    bool operator==(const EvictionRequirement&) const = default;
};

struct PodUpdatePolicy {
    std::optional<std::string> update_mode;
    std::optional<std::int32_t> min_replicas;
    std::vector<EvictionRequirement> eviction_requirements;
    std::optional<std::int32_t> evict_after_oom_seconds;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.one_of(
            "updateMode",
            s.update_mode,
            {"Off", "Initial", "Recreate", "InPlaceOrRecreate", "InPlace", "Auto"},
            "When recommendations reach pods. Without updatePolicy: Recreate."
        );
        v.range(
            "minReplicas",
            s.min_replicas,
            1,
            2147483647,
            "Fewer live pods than this are left alone. Defaults to 2."
        );
        v.field("evictionRequirements", s.eviction_requirements, "All must hold for an eviction.");
        v.range(
            "evictAfterOOMSeconds", s.evict_after_oom_seconds, 1, 2147483647, "Defaults to 600."
        );
    }
    bool operator==(const PodUpdatePolicy&) const = default;
};

struct GenericStartupBoost {
    std::string type;  ///< Factor, Quantity
    std::optional<std::int32_t> factor;
    std::optional<Quantity> quantity;
    std::optional<std::int32_t> duration_seconds;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required_one_of("type", s.type, {"Factor", "Quantity"}, "Which field below counts.");
        v.field("factor", s.factor, "Times the recommendation.");
        v.field("quantity", s.quantity, "Added to the recommendation.");
        v.field("durationSeconds", s.duration_seconds, "How long after Ready.");
    }
    bool operator==(const GenericStartupBoost&) const = default;
};

struct StartupBoost {
    std::optional<GenericStartupBoost> cpu;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("cpu", s.cpu, "More cpu while a pod starts.");
    }
    bool operator==(const StartupBoost&) const = default;
};

struct ContainerResourcePolicy {
    std::string container_name;  ///< `*`: every container without a policy of its own
    std::optional<std::string> mode;
    ResourceList min_allowed, max_allowed;
    std::optional<std::vector<std::string>> controlled_resources;
    std::optional<std::string> controlled_values;
    std::optional<Quantity> oom_bump_up_ratio, oom_min_bump_up;
    std::optional<std::int32_t> memory_aggregation_interval_seconds;
    std::optional<std::int64_t> memory_aggregation_interval_count;
    std::optional<StartupBoost> startup_boost;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("containerName", s.container_name, "A container, or * for all others.");
        v.one_of("mode", s.mode, {"Auto", "Off"}, "Defaults to Auto.");
        v.field("minAllowed", s.min_allowed, "Least that is recommended.");
        v.field("maxAllowed", s.max_allowed, "Most that is recommended.");
        v.field("controlledResources", s.controlled_resources, "Defaults to cpu and memory.");
        v.one_of(
            "controlledValues",
            s.controlled_values,
            {"RequestsAndLimits", "RequestsOnly"},
            "Defaults to RequestsAndLimits: limits keep their ratio to requests."
        );
        v.field("oomBumpUpRatio", s.oom_bump_up_ratio, "Defaults to 1.2.");
        v.field("oomMinBumpUp", s.oom_min_bump_up, "Defaults to 100Mi.");
        v.range(
            "memoryAggregationIntervalSeconds",
            s.memory_aggregation_interval_seconds,
            1,
            2147483647,
            "One memory peak counts in each. Defaults to a day."
        );
        v.range(
            "memoryAggregationIntervalCount",
            s.memory_aggregation_interval_count,
            1,
            9223372036854775807,
            "How many are remembered. Defaults to 8."
        );
        v.field("startupBoost", s.startup_boost, "More while a pod starts.");
    }
    bool operator==(const ContainerResourcePolicy&) const = default;
};

struct PodResourcePolicy {
    std::vector<ContainerResourcePolicy> container_policies;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("containerPolicies", s.container_policies, "At most one a container, and one *.");
    }
    bool operator==(const PodResourcePolicy&) const = default;
};

struct VpaRecommenderSelector {
    std::string name;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "Name of the recommender.");
    }
    bool operator==(const VpaRecommenderSelector&) const = default;
};

struct VpaSpec {
    CrossVersionObjectReference target_ref;
    std::optional<PodUpdatePolicy> update_policy;
    std::optional<PodResourcePolicy> resource_policy;
    std::vector<VpaRecommenderSelector> recommenders;
    std::optional<StartupBoost> startup_boost;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("targetRef", s.target_ref, "Whose pods are sized.");
        v.field("updatePolicy", s.update_policy, "How recommendations reach pods.");
        v.field("resourcePolicy", s.resource_policy, "Bounds of the recommendation.");
        v.field("recommenders", s.recommenders, "At most one; Swell is the one named default.");
        v.field("startupBoost", s.startup_boost, "More while a pod starts.");
    }
    bool operator==(const VpaSpec&) const = default;
};

struct RecommendedContainerResources {
    std::string container_name;
    ResourceList target, lower_bound, upper_bound, uncapped_target;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("containerName", s.container_name, "Name of the container.");
        v.required("target", s.target, "What it should request.");
        v.field("lowerBound", s.lower_bound, "A request below it is too little.");
        v.field("upperBound", s.upper_bound, "A request above it is a waste.");
        v.field("uncappedTarget", s.uncapped_target, "The target without the resource policy.");
    }
    bool operator==(const RecommendedContainerResources&) const = default;
};

struct RecommendedPodResources {
    std::vector<RecommendedContainerResources> container_recommendations;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("containerRecommendations", s.container_recommendations, "One a container.");
    }
    bool operator==(const RecommendedPodResources&) const = default;
};

struct VpaStatus {
    std::optional<RecommendedPodResources> recommendation;
    std::vector<Condition> conditions;  ///< RecommendationProvided, NoPodsMatched, …
    std::optional<std::int64_t> observed_generation;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("recommendation", s.recommendation, "What the containers should request.");
        v.field("conditions", s.conditions, "RecommendationProvided, NoPodsMatched, …");
        v.field("observedGeneration", s.observed_generation, "The generation this is about.");
    }
    bool operator==(const VpaStatus&) const = default;
};

/// autoscaling.k8s.io/v1; v1beta2 is read into this.
struct VerticalPodAutoscaler {
    ObjectMeta metadata;
    VpaSpec spec;
    VpaStatus status;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.required("spec", s.spec, "Whose pods are sized, within which bounds.");
        v.field("status", s.status, "What is recommended.");
    }
    bool operator==(const VerticalPodAutoscaler&) const = default;
};

struct HistogramCheckpoint {
    std::optional<Instant> reference_timestamp;
    std::map<std::string, std::int64_t> bucket_weights;  ///< by the bucket's number; 1 to 10000
    double total_weight = 0;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("referenceTimestamp", s.reference_timestamp, "When a weight of 1 counted 1.");
        v.field("bucketWeights", s.bucket_weights, "Relative weights by bucket.");
        v.field("totalWeight", s.total_weight, "What they add up to.");
    }
    bool operator==(const HistogramCheckpoint&) const = default;
};

struct VpaCheckpointSpec {
    std::string vpa_object_name, container_name;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("vpaObjectName", s.vpa_object_name, "Name of the VerticalPodAutoscaler.");
        v.field("containerName", s.container_name, "Name of the container.");
    }
    bool operator==(const VpaCheckpointSpec&) const = default;
};

struct VpaCheckpointStatus {
    std::optional<Instant> last_update_time;
    std::string version;  ///< v3
    HistogramCheckpoint cpu_histogram, memory_histogram;
    std::optional<Instant> first_sample_start, last_sample_start;
    std::int64_t total_samples_count = 0;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("lastUpdateTime", s.last_update_time, "When it was written.");
        v.field("version", s.version, "v3.");
        v.field("cpuHistogram", s.cpu_histogram, "Cores used.");
        v.field("memoryHistogram", s.memory_histogram, "Bytes used at most, an interval each.");
        v.field("firstSampleStart", s.first_sample_start, "Of the oldest cpu sample.");
        v.field("lastSampleStart", s.last_sample_start, "Of the newest cpu sample.");
        v.field("totalSamplesCount", s.total_samples_count, "Cpu samples.");
    }
    bool operator==(const VpaCheckpointStatus&) const = default;
};

/// What a recommender remembers of one container of one VerticalPodAutoscaler.
struct VerticalPodAutoscalerCheckpoint {
    ObjectMeta metadata;
    VpaCheckpointSpec spec;
    VpaCheckpointStatus status;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.field("spec", s.spec, "Which autoscaler, which container.");
        v.field("status", s.status, "The histograms.");
    }
    bool operator==(const VerticalPodAutoscalerCheckpoint&) const = default;
};

template <>
const Kind& kind_of<VerticalPodAutoscaler>();
template <>
const Kind& kind_of<VerticalPodAutoscalerCheckpoint>();

}  // namespace swell::spec
