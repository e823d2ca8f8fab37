#pragma once

#include "spec/kinds/meta.hpp"

namespace swell::spec {

struct CrossVersionObjectReference {
    std::string api_version, kind, name;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("apiVersion", s.api_version, "apps/v1");
        v.required("kind", s.kind, "Deployment, ReplicaSet, StatefulSet, …");
        v.required("name", s.name, "Its name.");
    }
    bool operator==(const CrossVersionObjectReference&) const = default;
};

struct MetricIdentifier {
    std::string name;
    std::optional<LabelSelector> selector;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "Name of the metric.");
        v.field("selector", s.selector, "Which series of it.");
    }
    bool operator==(const MetricIdentifier&) const = default;
};

struct MetricTarget {
    std::string type;  ///< Utilization, Value, AverageValue
    std::optional<Quantity> value, average_value;
    std::optional<std::int32_t> average_utilization;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required_one_of(
            "type",
            s.type,
            {"Utilization", "Value", "AverageValue"},
            "Which of the fields below counts."
        );
        v.field("value", s.value, "The metric's value as it is.");
        v.field("averageValue", s.average_value, "The value divided by the number of pods.");
        v.range(
            "averageUtilization", s.average_utilization, 1, 2147483647, "Percent of the requests."
        );
    }
    bool operator==(const MetricTarget&) const = default;
};

struct ResourceMetricSource {
    std::string name;
    MetricTarget target;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "cpu or memory.");
        v.required("target", s.target, "What to keep it at.");
    }
    bool operator==(const ResourceMetricSource&) const = default;
};

struct ContainerResourceMetricSource {
    std::string name, container;
    MetricTarget target;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "cpu or memory.");
        v.required("target", s.target, "What to keep it at.");
        v.required("container", s.container, "Which container of the pods.");
    }
    bool operator==(const ContainerResourceMetricSource&) const = default;
};

struct PodsMetricSource {
    MetricIdentifier metric;
    MetricTarget target;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metric", s.metric, "A metric that each pod has.");
        v.required("target", s.target, "What to keep its average at.");
    }
    bool operator==(const PodsMetricSource&) const = default;
};

struct ObjectMetricSource {
    CrossVersionObjectReference described_object;
    MetricTarget target;
    MetricIdentifier metric;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("describedObject", s.described_object, "The object that has the metric.");
        v.required("target", s.target, "What to keep it at.");
        v.required("metric", s.metric, "Its metric.");
    }
    bool operator==(const ObjectMetricSource&) const = default;
};

struct ExternalMetricSource {
    MetricIdentifier metric;
    MetricTarget target;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metric", s.metric, "A metric of something outside.");
        v.required("target", s.target, "What to keep it at.");
    }
    bool operator==(const ExternalMetricSource&) const = default;
};

struct MetricSpec {
    std::string type;  ///< Resource, ContainerResource, Pods, Object, External
    std::optional<ObjectMetricSource> object;
    std::optional<PodsMetricSource> pods;
    std::optional<ResourceMetricSource> resource;
    std::optional<ContainerResourceMetricSource> container_resource;
    std::optional<ExternalMetricSource> external;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required_one_of(
            "type",
            s.type,
            {"Resource", "ContainerResource", "Pods", "Object", "External"},
            "Which of the fields below counts."
        );
        v.field("object", s.object, "A metric of one object.");
        v.field("pods", s.pods, "A metric of each pod.");
        v.field("resource", s.resource, "cpu or memory of the pods.");
        v.field(
            "containerResource", s.container_resource, "cpu or memory of one container of the pods."
        );
        v.field("external", s.external, "A metric of something outside.");
    }
    bool operator==(const MetricSpec&) const = default;
};

struct ScalingPolicy {
    std::string type;  ///< Pods, Percent
    std::int32_t value = 0, period_seconds = 0;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required_one_of("type", s.type, {"Pods", "Percent"}, "Unit of value.");
        v.required_range("value", s.value, 1, 2147483647, "Most change within the period.");
        v.required_range("periodSeconds", s.period_seconds, 1, 1800, "1 to 1800.");
    }
    bool operator==(const ScalingPolicy&) const = default;
};

struct ScalingRules {
    std::optional<std::int32_t> stabilization_window_seconds;
    std::optional<std::string> select_policy;  ///< Max, Min, Disabled; filled in with Max
    std::optional<std::vector<ScalingPolicy>> policies;
    std::optional<Quantity> tolerance;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.range(
            "stabilizationWindowSeconds",
            s.stabilization_window_seconds,
            0,
            3600,
            "0 to 3600. Defaults to 0 (up) and 300 (down)."
        );
        v.one_of(
            "selectPolicy",
            s.select_policy,
            {"Max", "Min", "Disabled"},
            "Which policy counts. Defaults to Max."
        );
        v.field("policies", s.policies, "Limits of the speed.");
        v.field("tolerance", s.tolerance, "Change of the ratio that is ignored. Defaults to 0.1.");
    }
    bool operator==(const ScalingRules&) const = default;
};

struct HpaBehavior {
    std::optional<ScalingRules> scale_up, scale_down;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("scaleUp", s.scale_up, "Rules of growing.");
        v.field("scaleDown", s.scale_down, "Rules of shrinking.");
    }
    bool operator==(const HpaBehavior&) const = default;
};

struct HpaSpec {
    CrossVersionObjectReference scale_target_ref;
    std::optional<std::int32_t> min_replicas;
    std::int32_t max_replicas = 0;
    std::vector<MetricSpec> metrics;
    std::optional<HpaBehavior> behavior;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("scaleTargetRef", s.scale_target_ref, "What is scaled.");
        v.range(
            "minReplicas",
            s.min_replicas,
            0,
            2147483647,
            "Defaults to 1. 0 needs an Object or External metric."
        );
        v.required_range("maxReplicas", s.max_replicas, 1, 2147483647, "At least minReplicas.");
        v.field("metrics", s.metrics, "What decides; defaults to cpu at 80 %.");
        v.field("behavior", s.behavior, "How fast, how steady.");
    }
    bool operator==(const HpaSpec&) const = default;
};

struct MetricValueStatus {
    std::optional<Quantity> value, average_value;
    std::optional<std::int32_t> average_utilization;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("value", s.value, "The metric's value as it is.");
        v.field("averageValue", s.average_value, "The value divided by the number of pods.");
        v.field("averageUtilization", s.average_utilization, "Percent of the requests.");
    }
    bool operator==(const MetricValueStatus&) const = default;
};

struct ResourceMetricStatus {
    std::string name;
    MetricValueStatus current;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "cpu or memory.");
        v.required("current", s.current, "What it is.");
    }
    bool operator==(const ResourceMetricStatus&) const = default;
};

struct ContainerResourceMetricStatus {
    std::string name, container;
    MetricValueStatus current;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "cpu or memory.");
        v.required("current", s.current, "What it is.");
        v.required("container", s.container, "Which container.");
    }
    bool operator==(const ContainerResourceMetricStatus&) const = default;
};

struct PodsMetricStatus {
    MetricIdentifier metric;
    MetricValueStatus current;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metric", s.metric, "The metric.");
        v.required("current", s.current, "What it is.");
    }
    bool operator==(const PodsMetricStatus&) const = default;
};

struct ObjectMetricStatus {
    MetricIdentifier metric;
    MetricValueStatus current;
    CrossVersionObjectReference described_object;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metric", s.metric, "The metric.");
        v.required("current", s.current, "What it is.");
        v.required("describedObject", s.described_object, "The object that has it.");
    }
    bool operator==(const ObjectMetricStatus&) const = default;
};

struct MetricStatus {
    std::string type;
    std::optional<ObjectMetricStatus> object;
    std::optional<PodsMetricStatus> pods;
    std::optional<ResourceMetricStatus> resource;
    std::optional<ContainerResourceMetricStatus> container_resource;
    std::optional<PodsMetricStatus> external;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("type", s.type, "Which of the fields below counts.");
        v.field("object", s.object, "A metric of one object.");
        v.field("pods", s.pods, "A metric of each pod.");
        v.field("resource", s.resource, "cpu or memory of the pods.");
        v.field(
            "containerResource", s.container_resource, "cpu or memory of one container of the pods."
        );
        v.field("external", s.external, "A metric of something outside.");
    }
    bool operator==(const MetricStatus&) const = default;
};

struct HpaStatus {
    std::optional<std::int64_t> observed_generation;
    std::optional<Instant> last_scale_time;
    std::int32_t current_replicas = 0, desired_replicas = 0;
    std::vector<MetricStatus> current_metrics;
    std::vector<Condition>
        conditions;  ///< AbleToScale, ScalingActive, ScalingLimited, ScaledToZero

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("observedGeneration", s.observed_generation, "The generation this is about.");
        v.field("lastScaleTime", s.last_scale_time, "When replicas were last changed.");
        v.field("currentReplicas", s.current_replicas, "Replicas before the last decision.");
        v.required("desiredReplicas", s.desired_replicas, "Replicas decided.");
        v.field("currentMetrics", s.current_metrics, "What the metrics were.");
        v.field("conditions", s.conditions, "AbleToScale, ScalingActive, ScalingLimited.");
    }
    bool operator==(const HpaStatus&) const = default;
};

/// autoscaling/v2; v1 is read into this (targetCPUUtilizationPercentage becomes a Resource metric).
struct HorizontalPodAutoscaler {
    ObjectMeta metadata;
    HpaSpec spec;
    HpaStatus status;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.required("spec", s.spec, "What is scaled, by which metrics, how far.");
        v.field("status", s.status, "What was decided.");
    }
    bool operator==(const HorizontalPodAutoscaler&) const = default;
};

template <>
const Kind& kind_of<HorizontalPodAutoscaler>();

}  // namespace swell::spec
