#include "spec/kinds/autoscaling.hpp"

#include "spec/fields/kind.hpp"
#include "spec/kinds/autoscaling_rules.hpp"
#include "spec/kinds/mode.hpp"
#include "spec/kinds/names.hpp"

namespace swell::spec {
namespace {

struct HpaSpecV1 {
    CrossVersionObjectReference scale_target_ref;
    std::optional<std::int32_t> min_replicas;
    std::int32_t max_replicas = 0;
    std::optional<std::int32_t> target_cpu_utilization_percentage;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("scaleTargetRef", s.scale_target_ref, "What is scaled.");
        v.range("minReplicas", s.min_replicas, 0, 2147483647, "Defaults to 1.");
        v.required_range("maxReplicas", s.max_replicas, 1, 2147483647, "At least minReplicas.");
        v.range(
            "targetCPUUtilizationPercentage",
            s.target_cpu_utilization_percentage,
            1,
            2147483647,
            "Percent of the requested cpu to keep. Defaults to 80."
        );
    }
};

struct HpaStatusV1 {
    std::optional<std::int64_t> observed_generation;
    std::optional<Instant> last_scale_time;
    std::int32_t current_replicas = 0, desired_replicas = 0;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("observedGeneration", s.observed_generation, "The generation this is about.");
        v.field("lastScaleTime", s.last_scale_time, "When replicas were last changed.");
        v.field("currentReplicas", s.current_replicas, "Replicas before the last decision.");
        v.field("desiredReplicas", s.desired_replicas, "Replicas decided.");
        v.dropped({"currentCPUUtilizationPercentage"});
    }
};

/// autoscaling/v1: cpu alone.
struct HorizontalPodAutoscalerV1 {
    ObjectMeta metadata;
    HpaSpecV1 spec;
    HpaStatusV1 status;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.required("spec", s.spec, "What is scaled, at which use of cpu, how far.");
        v.field("status", s.status, "What was decided.");
    }
};

constexpr std::string_view v1 = "autoscaling/v1";

/// What v1 could say of v2 only in annotations is not read: nobody should find out by surprise.
void warn_of_annotations(const Labels& annotations, Problems& problems) {
    for (const char* name : {"metrics", "behavior"}) {
        const std::string key = std::string("autoscaling.alpha.kubernetes.io/") + name;
        if (annotations.contains(key))
            problems.push_back(
                {"metadata.annotations[" + key + "]",
                 std::string("is not read: write spec.") + name + " with apiVersion autoscaling/v2",
                 true}
            );
    }
}

std::shared_ptr<const void> read_v1(const yaml::Node& node, Problems& problems) {
    HorizontalPodAutoscalerV1 old;
    fields::read(node, fields::struct_of<HorizontalPodAutoscalerV1>(), &old, problems);
    // Checked here, as the fields of v1 are gone afterwards.
    Problems found;
    fields::check(&old, fields::struct_of<HorizontalPodAutoscalerV1>(), found);
    fields::add_new(problems, std::move(found));
    warn_of_annotations(old.metadata.annotations, problems);
    auto hpa = std::make_shared<HorizontalPodAutoscaler>();
    hpa->metadata = std::move(old.metadata);
    hpa->spec.scale_target_ref = std::move(old.spec.scale_target_ref);
    hpa->spec.min_replicas = old.spec.min_replicas;
    hpa->spec.max_replicas = old.spec.max_replicas;
    hpa->status.observed_generation = old.status.observed_generation;
    hpa->status.last_scale_time = old.status.last_scale_time;
    hpa->status.current_replicas = old.status.current_replicas;
    hpa->status.desired_replicas = old.status.desired_replicas;
    fields::default_namespace(*hpa);
    complete(hpa->spec);
    const auto percent = old.spec.target_cpu_utilization_percentage;
    // One out of bounds was told under its own name; the default then stands in for it.
    if (percent.value_or(0) >= 1)
        hpa->spec.metrics.front().resource->target.average_utilization = percent;
    return hpa;
}

std::shared_ptr<const void> read_any(const yaml::Node& node, Problems& problems) {
    const yaml::Node* const version = node.find("apiVersion");
    if (version != nullptr && version->text == v1) return read_v1(node, problems);
    auto hpa = std::make_shared<HorizontalPodAutoscaler>();
    fields::read(node, fields::struct_of<HorizontalPodAutoscaler>(), hpa.get(), problems);
    fields::default_namespace(*hpa);
    complete(hpa->spec);
    return hpa;
}

void complete(HorizontalPodAutoscaler& hpa) { complete(hpa.spec); }

void validate(const HorizontalPodAutoscaler& hpa, Problems& problems) {
    validate(hpa.metadata, "metadata", problems);
    validate_mode(hpa.metadata, "metadata", problems);
    validate(hpa.spec, "spec", problems);
}

Json schema_of_both() {
    Json definitions = Json::object();
    constexpr std::string_view name = "HorizontalPodAutoscaler";
    const Json both = {
        fields::define_manifest(
            "autoscaling/v2", name, fields::struct_of<HorizontalPodAutoscaler>(), definitions
        ),
        fields::define_manifest(
            v1, name, fields::struct_of<HorizontalPodAutoscalerV1>(), definitions
        )
    };
    return fields::schema_document({{"oneOf", both}}, std::move(definitions));
}

}  // namespace

template <>
const Kind& kind_of<HorizontalPodAutoscaler>() {
    static const Kind kind = [] {
        Kind made = fields::make_kind<HorizontalPodAutoscaler, complete, validate>(
            {"autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", {"hpa"}}
        );
        made.read = &read_any;
        made.schema = &schema_of_both;
        return made;
    }();
    return kind;
}

}  // namespace swell::spec
