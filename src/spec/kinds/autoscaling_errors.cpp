#include "spec/kinds/autoscaling_errors.hpp"

#include <algorithm>

#include "spec/kinds/field_error.hpp"
#include "spec/kinds/resources.hpp"

namespace swell::spec {
namespace {

using Words = std::vector<std::string_view>;

class Errors {
  public:
    void spec(const HpaSpec& spec, const std::string& path) {
        replicas(spec, path);
        reference(spec.scale_target_ref, path + ".scaleTargetRef", true);
        bool can_wake = false;
        for (std::size_t i = 0; i < spec.metrics.size(); ++i) {
            metric(spec.metrics[i], path + ".metrics[" + std::to_string(i) + "]");
            can_wake =
                can_wake || spec.metrics[i].type == "Object" || spec.metrics[i].type == "External";
        }
        if (spec.min_replicas == 0 && !can_wake)
            add(forbidden(
                path + ".metrics",
                "must specify at least one Object or External metric to support scaling to zero "
                "replicas"
            ));
        if (!spec.behavior) return;
        if (spec.behavior->scale_up) rules(*spec.behavior->scale_up, path + ".behavior.scaleUp");
        if (spec.behavior->scale_down)
            rules(*spec.behavior->scale_down, path + ".behavior.scaleDown");
    }

    Problems take() { return std::move(problems_); }

  private:
    void add(Problem problem) { problems_.push_back(std::move(problem)); }
    void bad(std::string path, std::int64_t value, std::string_view why) {
        add(invalid(std::move(path), std::to_string(value), why));
    }
    void bad(std::string path, const std::string& value, std::string_view why) {
        add(invalid(std::move(path), go_quoted(value), why));
    }

    void replicas(const HpaSpec& spec, const std::string& path) {
        if (spec.min_replicas && *spec.min_replicas < 0)
            bad(path + ".minReplicas", *spec.min_replicas, "must be greater than or equal to 0");
        if (spec.max_replicas == 0)
            add(required(path + ".maxReplicas", "must be set and greater than 0"));
        if (spec.max_replicas < 0)
            bad(path + ".maxReplicas", spec.max_replicas, "must be greater than or equal to 1");
        if (spec.min_replicas && spec.max_replicas < *spec.min_replicas)
            bad(path + ".maxReplicas",
                spec.max_replicas,
                "must be greater than or equal to `minReplicas`");
    }

    /// A ReplicationController alone is scaled without a group.
    void reference(
        const CrossVersionObjectReference& to, const std::string& path, bool needs_group
    ) {
        segment(to.kind, path + ".kind", "");
        segment(to.name, path + ".name", "");
        const auto slashes = std::ranges::count(to.api_version, '/');
        const bool has_group = slashes == 1 && !to.api_version.starts_with('/');
        const std::string at = path + ".apiVersion";
        if (slashes > 1)
            bad(at, to.api_version, "unexpected GroupVersion string: " + to.api_version);
        else if (needs_group && !has_group && to.kind != "ReplicationController")
            bad(at, to.api_version, "apiVersion must specify API group");
    }

    void segment(const std::string& text, const std::string& path, std::string_view missing) {
        if (text.empty()) return add(required(path, missing));
        for (const std::string& fault : faults_of_path_segment(text)) bad(path, text, fault);
    }

    /// Of several sources only the first is looked into, and the order is this one, not the
    /// struct's; a type that is not known is told twice. Both are the original's.
    void metric(const MetricSpec& metric, const std::string& at) {
        const Words types = {"ContainerResource", "External", "Object", "Pods", "Resource"};
        const bool known = std::ranges::find(types, metric.type) != types.end();
        if (metric.type.empty()) add(required(at + ".type", "must specify a metric source type"));
        if (!known) add(unsupported(at + ".type", metric.type, types));

        Words present;
        const auto first = [&](std::string_view source) {
            present.push_back(source);
            return present.size() == 1;
        };
        if (metric.object && first("object")) object(*metric.object, at + ".object");
        if (metric.external && first("external")) external(*metric.external, at + ".external");
        if (metric.pods && first("pods")) pods(*metric.pods, at + ".pods");
        if (metric.resource && first("resource")) {
            named(metric.resource->name, at + ".resource.name");
            amount(metric.resource->target, at + ".resource.target");
        }
        if (metric.container_resource && first("containerResource"))
            container(*metric.container_resource, at + ".containerResource");

        std::string expected = known ? metric.type : "";
        if (known) expected[0] = static_cast<char>(expected[0] - 'A' + 'a');
        const bool filled = std::ranges::find(present, expected) != present.end();
        if (known && !filled)
            add(required(
                at + "." + expected, "must populate information for the given metric source"
            ));
        if (!known) add(unsupported(at + ".type", metric.type, types));
        if (present.size() == 1) return;
        for (const std::string_view source : present)
            if (source != expected)
                add(forbidden(
                    at + "." + std::string(source), "must populate the given metric source only"
                ));
    }

    void object(const ObjectMetricSource& source, const std::string& at) {
        reference(source.described_object, at + ".describedObject", false);
        segment(source.metric.name, at + ".metric.name", "must specify a metric name");
        target(source.target, at + ".target");
        if (!source.target.value && !source.target.average_value)
            add(required(
                at + ".target.averageValue", "must set either a target value or averageValue"
            ));
    }

    void external(const ExternalMetricSource& source, const std::string& at) {
        segment(source.metric.name, at + ".metric.name", "must specify a metric name");
        target(source.target, at + ".target");
        const bool value = source.target.value.has_value();
        const bool average = source.target.average_value.has_value();
        if (!value && !average)
            add(required(
                at + ".target.averageValue",
                "must set either a target value for metric or a per-pod target"
            ));
        if (value && average)
            add(forbidden(
                at + ".target.value",
                "may not set both a target value for metric and a per-pod target"
            ));
    }

    void pods(const PodsMetricSource& source, const std::string& at) {
        segment(source.metric.name, at + ".metric.name", "must specify a metric name");
        target(source.target, at + ".target");
        if (!source.target.average_value)
            add(required(at + ".target.averageValue", "must specify a positive target averageValue")
            );
    }

    void container(const ContainerResourceMetricSource& source, const std::string& at) {
        if (named(source.name, at + ".name"))
            validate_resource_name(source.name, at + ".name", ResourcePlace::container, problems_);
        if (source.container.empty())
            add(required(at + ".container", "must specify a container"));
        else
            for (const std::string& fault : faults_of_label(source.container))
                bad(at + ".container", source.container, fault);
        amount(source.target, at + ".target");
    }

    bool named(const std::string& resource, const std::string& at) {
        if (resource.empty()) add(required(at, "must specify a resource name"));
        return !resource.empty();
    }

    /// A target of a resource: a utilization or a value of each pod.
    void amount(const MetricTarget& of, const std::string& at) {
        target(of, at);
        const bool utilization = of.average_utilization.has_value();
        const bool value = of.average_value.has_value();
        if (!utilization && !value)
            add(required(
                at + ".averageUtilization",
                "must set either a target raw value or a target utilization"
            ));
        if (utilization && value)
            add(forbidden(
                at + ".averageValue", "may not set both a target raw value and a target utilization"
            ));
    }

    void target(const MetricTarget& target, const std::string& at) {
        if (target.type.empty()) add(required(at + ".type", "must specify a metric target type"));
        if (target.type != "Utilization" && target.type != "Value" && target.type != "AverageValue")
            bad(at + ".type", target.type, "must be either Utilization, Value, or AverageValue");
        if (target.value && target.value->sign() <= 0)
            bad(at + ".value", target.value->text(), "must be positive");
        if (target.average_value && target.average_value->sign() <= 0)
            bad(at + ".averageValue", target.average_value->text(), "must be positive");
        if (target.average_utilization && *target.average_utilization < 1)
            bad(at + ".averageUtilization", *target.average_utilization, "must be greater than 0");
    }

    void rules(const ScalingRules& rules, const std::string& at) {
        const std::string window = at + ".stabilizationWindowSeconds";
        constexpr std::int32_t longest = 3600;
        const std::int32_t seconds = rules.stabilization_window_seconds.value_or(0);
        if (seconds < 0) bad(window, seconds, "must be greater than or equal to zero");
        if (seconds > longest) bad(window, seconds, "must be less than or equal to 3600");
        const Words choices = {"Disabled", "Max", "Min"};
        if (rules.select_policy &&
            std::ranges::find(choices, *rules.select_policy) == choices.end())
            add(unsupported(at + ".selectPolicy", *rules.select_policy, choices));
        if (!rules.policies || rules.policies->empty())
            add(required(at + ".policies", "must specify at least one Policy"));
        else
            for (std::size_t i = 0; i < rules.policies->size(); ++i)
                policy((*rules.policies)[i], at + ".policies[" + std::to_string(i) + "]");
        if (rules.tolerance && rules.tolerance->sign() < 0)
            bad(at + ".tolerance", rules.tolerance->text(), "must be greater than or equal to 0");
    }

    void policy(const ScalingPolicy& policy, const std::string& at) {
        if (policy.type != "Pods" && policy.type != "Percent")
            add(unsupported(at + ".type", policy.type, {"Percent", "Pods"}));
        if (policy.value <= 0) bad(at + ".value", policy.value, "must be greater than zero");
        if (policy.period_seconds <= 0)
            bad(at + ".periodSeconds", policy.period_seconds, "must be greater than zero");
        constexpr std::int32_t longest = 1800;
        if (policy.period_seconds > longest)
            bad(at + ".periodSeconds", policy.period_seconds, "must be less than or equal to 1800");
    }

    Problems problems_;
};

}  // namespace

Problems autoscaling_errors(const HpaSpec& spec, const std::string& path) {
    Errors errors;
    errors.spec(spec, path);
    return errors.take();
}

}  // namespace swell::spec
