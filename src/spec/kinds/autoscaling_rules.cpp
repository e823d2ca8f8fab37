#include "spec/kinds/autoscaling_rules.hpp"

#include <algorithm>

#include "spec/fields/read.hpp"
#include "spec/kinds/names.hpp"

namespace swell::spec {
namespace {

using fields::in_quotes;

void complete(ScalingRules& rules, const ScalingRules& defaults) {
    if (!rules.stabilization_window_seconds)
        rules.stabilization_window_seconds = defaults.stabilization_window_seconds;
    if (!rules.select_policy) rules.select_policy = defaults.select_policy;
    if (!rules.policies) rules.policies = defaults.policies;
}

class Rules {
  public:
    explicit Rules(Problems& problems) : problems_(problems) {}

    void reference(
        const CrossVersionObjectReference& to, const std::string& path, bool needs_group
    ) {
        tell(problems_, path + ".kind", to.kind, path_segment);
        tell(problems_, path + ".name", to.name, path_segment);
        const auto slashes = std::count(to.api_version.begin(), to.api_version.end(), '/');
        if (slashes > 1)
            return problem(
                path + ".apiVersion", "must be GROUP/VERSION, got " + in_quotes(to.api_version)
            );
        const bool has_group = slashes == 1 && !to.api_version.starts_with('/');
        if (needs_group && !has_group && to.kind != "ReplicationController")
            problem(
                path + ".apiVersion",
                "must specify an API group, such as apps/v1, got " + in_quotes(to.api_version)
            );
    }

    void metric(const MetricSpec& metric, const std::string& path, std::size_t index) {
        const std::string at = path + ".metrics[" + std::to_string(index) + "]";
        sources(metric, at);
        if (metric.object) object(*metric.object, at + ".object");
        if (metric.external) external(*metric.external, at + ".external");
        if (metric.pods) {
            identifier(metric.pods->metric, at + ".pods.metric");
            target(metric.pods->target, at + ".pods.target");
            if (!metric.pods->target.average_value)
                problem(at + ".pods.target.averageValue", "is required");
        }
        if (metric.resource) resource(metric.resource->target, at + ".resource.target");
        if (metric.container_resource) {
            const ContainerResourceMetricSource& source = *metric.container_resource;
            resource(source.target, at + ".containerResource.target");
            tell(problems_, at + ".containerResource.container", source.container, dns_label);
            resource_name(source.name, at + ".containerResource.name");
        }
    }

    void behavior(const ScalingRules& rules, const std::string& path) {
        if (rules.policies && rules.policies->empty())
            problem(path + ".policies", "must specify at least one policy");
        if (rules.tolerance && rules.tolerance->sign() < 0)
            problem(path + ".tolerance", "must be >= 0, got " + rules.tolerance->text());
    }

    void problem(std::string path, std::string what) {
        problems_.push_back({std::move(path), std::move(what)});
    }

  private:
    void sources(const MetricSpec& metric, const std::string& at) {
        const std::pair<const char*, bool> all[] = {
            {"Object", metric.object.has_value()},
            {"Pods", metric.pods.has_value()},
            {"Resource", metric.resource.has_value()},
            {"ContainerResource", metric.container_resource.has_value()},
            {"External", metric.external.has_value()},
        };
        for (const auto& [type, filled] : all) {
            std::string field = type;
            field[0] = static_cast<char>(field[0] - 'A' + 'a');
            if (metric.type == type && !filled)
                problem(at + "." + field, "is required for type " + metric.type);
            if (metric.type != type && filled)
                problem(at + "." + field, "must not be given for type " + in_quotes(metric.type));
        }
    }

    void identifier(const MetricIdentifier& metric, const std::string& at) {
        tell(problems_, at + ".name", metric.name, path_segment);
    }

    void target(const MetricTarget& target, const std::string& at) {
        positive(target.value, at + ".value");
        positive(target.average_value, at + ".averageValue");
    }

    void positive(const std::optional<Quantity>& value, std::string at) {
        if (value && value->sign() <= 0)
            problem(std::move(at), "must be > 0, got " + value->text());
    }

    void object(const ObjectMetricSource& source, const std::string& at) {
        reference(source.described_object, at + ".describedObject", false);
        identifier(source.metric, at + ".metric");
        target(source.target, at + ".target");
        if (!source.target.value && !source.target.average_value)
            problem(at + ".target", "must set either value or averageValue");
    }

    void external(const ExternalMetricSource& source, const std::string& at) {
        identifier(source.metric, at + ".metric");
        target(source.target, at + ".target");
        exactly_one(
            {"value", source.target.value.has_value()},
            {"averageValue", source.target.average_value.has_value()},
            at + ".target"
        );
    }

    void resource(const MetricTarget& of, const std::string& at) {
        target(of, at);
        exactly_one(
            {"averageUtilization", of.average_utilization.has_value()},
            {"averageValue", of.average_value.has_value()},
            at
        );
    }

    struct Choice {
        const char* name;
        bool given;
    };
    void exactly_one(const Choice& first, const Choice& second, const std::string& at) {
        const std::string names = std::string(first.name) + " and " + second.name;
        if (first.given == second.given)
            problem(at, "must set exactly one of " + names + (first.given ? ", got both" : ""));
    }

    /// As of a container: a name without a domain must be one that Kubernetes knows.
    void resource_name(const std::string& name, const std::string& at) {
        tell(problems_, at, name, qualified_name);
        const bool standard = name == "cpu" || name == "memory" || name == "ephemeral-storage" ||
                              name.starts_with("hugepages-");
        if (!name.empty() && !standard && name.find('/') == std::string::npos)
            problem(at, "must be a standard resource for containers, got " + in_quotes(name));
    }

    Problems& problems_;
};

}  // namespace

void complete(HpaSpec& spec) {
    if (!spec.min_replicas) spec.min_replicas = 1;
    if (spec.metrics.empty()) {
        MetricSpec& cpu = spec.metrics.emplace_back();
        cpu.type = "Resource";
        cpu.resource.emplace().name = "cpu";
        cpu.resource->target.type = "Utilization";
        cpu.resource->target.average_utilization = 80;
    }
    if (!spec.behavior) return;
    const ScalingPolicy doubling{.type = "Percent", .value = 100, .period_seconds = 15};
    const ScalingPolicy four{.type = "Pods", .value = 4, .period_seconds = 15};
    using Policies = std::vector<ScalingPolicy>;
    const ScalingRules up{
        .stabilization_window_seconds = 0,
        .select_policy = "Max",
        .policies = Policies{four, doubling},
        .tolerance = {},
    };
    const ScalingRules down{
        .stabilization_window_seconds = {},
        .select_policy = "Max",
        .policies = Policies{doubling},
        .tolerance = {},
    };
    if (!spec.behavior->scale_up) spec.behavior->scale_up.emplace();
    if (!spec.behavior->scale_down) spec.behavior->scale_down.emplace();
    complete(*spec.behavior->scale_up, up);
    complete(*spec.behavior->scale_down, down);
}

void validate(const HpaSpec& spec, const std::string& path, Problems& problems) {
    Rules rules(problems);
    rules.reference(spec.scale_target_ref, path + ".scaleTargetRef", true);
    const std::int32_t min = spec.min_replicas.value_or(1);
    if (spec.max_replicas < min)
        rules.problem(
            path + ".maxReplicas",
            "must be >= minReplicas (" + std::to_string(min) + "), got " +
                std::to_string(spec.max_replicas)
        );
    const bool can_wake =
        std::any_of(spec.metrics.begin(), spec.metrics.end(), [](const auto& metric) {
            return metric.type == "Object" || metric.type == "External";
        });
    if (min == 0 && !can_wake)
        rules.problem(
            path + ".metrics",
            "must specify at least one Object or External metric to support scaling to zero "
            "replicas"
        );
    for (std::size_t i = 0; i < spec.metrics.size(); ++i) rules.metric(spec.metrics[i], path, i);
    if (!spec.behavior) return;
    if (spec.behavior->scale_up)
        rules.behavior(*spec.behavior->scale_up, path + ".behavior.scaleUp");
    if (spec.behavior->scale_down)
        rules.behavior(*spec.behavior->scale_down, path + ".behavior.scaleDown");
}

}  // namespace swell::spec
