#include "spec/kinds/vpa.hpp"

#include <algorithm>

#include "spec/fields/kind.hpp"
#include "spec/kinds/mode.hpp"
#include "spec/kinds/names.hpp"
#include "spec/kinds/vpa_rules.hpp"

namespace swell::spec {
namespace {

using fields::in_quotes;

constexpr const char* no_per_vpa_config =
    "not supported when feature flag PerVPAConfig is disabled";

class Rules {
  public:
    explicit Rules(Problems& problems) : problems_(problems) {}

    void target(const CrossVersionObjectReference& to, const std::string& path) {
        tell(problems_, path + ".kind", to.kind, path_segment);
        tell(problems_, path + ".name", to.name, path_segment);
    }

    void update(const PodUpdatePolicy& policy, const std::string& path) {
        if (!policy.update_mode)
            problem(path + ".updateMode", "is required if updatePolicy is used");
        else if (*policy.update_mode == "InPlace")
            problem(
                path + ".updateMode",
                "must not be \"InPlace\": feature gate InPlace is off; InPlaceOrRecreate falls "
                "back to eviction"
            );
        else if (*policy.update_mode == "Auto")
            warning(
                path + ".updateMode",
                "\"Auto\" mode is deprecated and will be removed in a future API version; it does "
                "what Recreate does"
            );
        if (policy.evict_after_oom_seconds)
            problem(path + ".evictAfterOOMSeconds", no_per_vpa_config);
    }

    void container(const ContainerResourcePolicy& policy, const std::string& path) {
        bounds(policy, path);
        if (policy.mode == "Off" && policy.controlled_values == "RequestsAndLimits")
            problem(
                path + ".controlledValues",
                "shouldn't be specified if container scaling mode is off"
            );
        const auto resources = policy.controlled_resources.value_or(std::vector<std::string>{});
        for (std::size_t i = 0; i < resources.size(); ++i)
            if (resources[i] != "cpu" && resources[i] != "memory")
                problem(
                    path + ".controlledResources[" + std::to_string(i) + "]",
                    "must be one of cpu, memory, got " + in_quotes(resources[i])
                );
        const std::pair<const char*, bool> gated[] = {
            {"oomBumpUpRatio", policy.oom_bump_up_ratio.has_value()},
            {"oomMinBumpUp", policy.oom_min_bump_up.has_value()},
            {"memoryAggregationIntervalSeconds",
             policy.memory_aggregation_interval_seconds.has_value()},
            {"memoryAggregationIntervalCount", policy.memory_aggregation_interval_count.has_value()
            },
        };
        for (const auto& [field, given] : gated)
            if (given) problem(path + "." + field, no_per_vpa_config);
        boost(policy.startup_boost, path);
    }

    void boost(const std::optional<StartupBoost>& boost, const std::string& path) {
        if (boost)
            problem(
                path + ".startupBoost",
                "not supported when feature flag CPUStartupBoost is disabled"
            );
    }

    void problem(std::string path, std::string what) {
        problems_.push_back({std::move(path), std::move(what)});
    }
    void warning(std::string path, std::string what) {
        problems_.push_back({std::move(path), std::move(what), true});
    }

  private:
    void bounds(const ContainerResourcePolicy& policy, const std::string& path) {
        for (const auto& [resource, min] : policy.min_allowed) {
            whole(path + ".minAllowed[" + resource + "]", resource, min);
            const auto max = policy.max_allowed.find(resource);
            if (max != policy.max_allowed.end() && max->second < min)
                problem(
                    path + ".maxAllowed[" + resource + "]",
                    "must be >= minAllowed (" + min.text() + "), got " + max->second.text()
                );
        }
        for (const auto& [resource, max] : policy.max_allowed)
            whole(path + ".maxAllowed[" + resource + "]", resource, max);
    }

    void whole(std::string path, const std::string& resource, const Quantity& amount) {
        if (resource == "cpu" && Quantity::from_milli(amount.milli_value()) != amount)
            problem(std::move(path), "must be a whole number of milli CPUs, got " + amount.text());
        else if (resource == "memory" && Quantity::from_value(amount.value()) != amount)
            problem(std::move(path), "must be a whole number of bytes, got " + amount.text());
    }

    Problems& problems_;
};

void complete(VerticalPodAutoscaler&) {}

/// The rules of autoscaling.k8s.io/v1 across fields, with its feature gates as they are by default.
void validate(const VerticalPodAutoscaler& vpa, Problems& problems) {
    validate(vpa.metadata, "metadata", problems);
    validate_mode(vpa.metadata, "metadata", problems);
    Rules rules(problems);
    rules.target(vpa.spec.target_ref, "spec.targetRef");
    validate(vpa.spec.update_policy, "spec.updatePolicy", problems);
    validate(vpa.spec.resource_policy, "spec.resourcePolicy", problems);
    rules.boost(vpa.spec.startup_boost, "spec");
    if (vpa.spec.recommenders.size() > 1)
        rules.problem(
            "spec.recommenders",
            "must have at most 1 item, got " + std::to_string(vpa.spec.recommenders.size())
        );
}

void complete(VerticalPodAutoscalerCheckpoint&) {}

void validate(const VerticalPodAutoscalerCheckpoint& checkpoint, Problems& problems) {
    validate(checkpoint.metadata, "metadata", problems);
}

}  // namespace

void validate(
    const std::optional<PodUpdatePolicy>& policy, const std::string& path, Problems& problems
) {
    if (policy) Rules(problems).update(*policy, path);
}

void validate(
    const std::optional<PodResourcePolicy>& policy, const std::string& path, Problems& problems
) {
    if (!policy) return;
    const auto& containers = policy->container_policies;
    for (std::size_t i = 0; i < containers.size(); ++i)
        Rules(problems).container(
            containers[i], path + ".containerPolicies[" + std::to_string(i) + "]"
        );
}

template <>
const Kind& kind_of<VerticalPodAutoscaler>() {
    static const Kind kind = fields::make_kind<VerticalPodAutoscaler, complete, validate>(
        {"autoscaling.k8s.io/v1", "VerticalPodAutoscaler", "verticalpodautoscalers", {"vpa"}}
    );
    return kind;
}

template <>
const Kind& kind_of<VerticalPodAutoscalerCheckpoint>() {
    static const Kind kind = fields::make_kind<VerticalPodAutoscalerCheckpoint, complete, validate>(
        {"autoscaling.k8s.io/v1",
         "VerticalPodAutoscalerCheckpoint",
         "verticalpodautoscalercheckpoints",
         {"vpacheckpoint"}}
    );
    return kind;
}

}  // namespace swell::spec
