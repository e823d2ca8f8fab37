#include "control/hpa/propose.hpp"

#include <limits>
#include <utility>

namespace swell::control::hpa {

namespace {

using Form = Target::Form;

std::int64_t milli(const std::optional<Quantity>& quantity) {
    return quantity ? quantity->milli_value() : 0;
}

// Resource and ContainerResource: the average wins when both are given.
Target resource_target(const spec::MetricTarget& target) {
    if (target.average_value) return {Form::average, target.average_value->milli_value()};
    if (target.average_utilization) return {Form::utilization, *target.average_utilization};
    return {};
}

Target object_target(const spec::MetricTarget& target) {
    if (target.type == "Value") return {Form::value, milli(target.value)};
    if (target.type == "AverageValue") return {Form::shared_value, milli(target.average_value)};
    return {};
}

Target external_target(const spec::MetricTarget& target) {
    if (target.average_value) return {Form::shared_value, target.average_value->milli_value()};
    if (target.value) return {Form::value, target.value->milli_value()};
    return {};
}

struct ResourceRef {
    const std::string& name;
    const std::string& container;
    bool is_container = false;
};

/// Of a metric that has one of the two.
ResourceRef resource_of(const spec::MetricSpec& metric) {
    static const std::string none;
    if (metric.container_resource) {
        return {metric.container_resource->name, metric.container_resource->container, true};
    }
    return {metric.resource ? metric.resource->name : none, none, false};
}

const char* words_of(bool is_container, bool is_average) {
    if (is_average) return " resource";
    return is_container ? " container resource utilization (percentage of request)"
                        : " resource utilization (percentage of request)";
}

std::string reason_of(const Calculation& calculation, const Reading& reading) {
    if (calculation.failure == Failure::request_missing && !reading.request_error.empty()) {
        return reading.request_error;
    }
    return text(calculation.failure);
}

Quantity quantity_of(std::int64_t amount, const std::string& resource = {}) {
    const auto format =
        resource == "memory" ? Quantity::Format::binary_si : Quantity::Format::decimal_si;
    return Quantity::from_milli(amount, format);
}

spec::MetricValueStatus average_status(Quantity average) {
    spec::MetricValueStatus status;
    status.average_value = std::move(average);
    return status;
}

Proposal propose_resource(
    const spec::MetricSpec& metric, const Reading& reading, const Target& target, Terms terms
) {
    const ResourceRef resource = resource_of(metric);
    Proposal result;
    const bool is_average = target.form == Form::average;
    const auto refused = [&](std::string event_text) {
        result.event_reason =
            resource.is_container ? "FailedGetContainerResourceMetric" : "FailedGetResourceMetric";
        result.error = "failed to get " +
                       (resource.is_container ? resource.container + " container"
                                              : resource.name + " resource") +
                       " metric value: " + event_text;
        result.event_text = std::move(event_text);
    };
    const auto failed = [&](const std::string& why) {
        refused(
            "failed to get " + resource.name + (is_average ? " usage: " : " utilization: ") + why
        );
    };
    if (target.form == Form::none) {
        refused(
            "invalid resource metric source: neither an average utilization target nor an average "
            "value (usage) target was set"
        );
        return result;
    }
    if (!reading.error.empty()) {
        failed("unable to get metrics for resource " + resource.name + ": " + reading.error);
        return result;
    }
    terms.is_cpu = resource.name == "cpu";
    result.calculation =
        is_average
            ? for_average(reading.samples, target.amount, terms)
            : for_utilization(reading.samples, static_cast<std::int32_t>(target.amount), terms);
    if (result.calculation.failure != Failure::none) {
        failed(reason_of(result.calculation, reading));
        return result;
    }
    result.name = resource.name + words_of(resource.is_container, is_average);
    spec::MetricValueStatus current =
        average_status(quantity_of(result.calculation.usage, resource.name));
    if (!is_average) current.average_utilization = result.calculation.utilization;
    result.status.type = metric.type;
    if (resource.is_container) {
        result.status.container_resource = spec::ContainerResourceMetricStatus{
            resource.name, resource.container, std::move(current)
        };
    } else {
        result.status.resource = spec::ResourceMetricStatus{resource.name, std::move(current)};
    }
    return result;
}

Proposal propose_pods(
    const spec::MetricSpec& metric, const Reading& reading, const Target& target, const Terms& terms
) {
    Proposal result;
    const std::string& name = metric.pods->metric.name;
    result.event_reason = "FailedGetPodsMetric";
    if (!reading.error.empty()) {
        result.event_text = "unable to get metric " + name + ": " + reading.error;
    } else {
        result.calculation = for_average(reading.samples, target.amount, terms);
        result.event_text = reason_of(result.calculation, reading);
    }
    if (!result.event_text.empty()) {
        result.error = "failed to get pods metric value: " + result.event_text;
        return result;
    }
    result.name = "pods metric " + name;
    result.status.type = metric.type;
    result.status.pods = spec::PodsMetricStatus{
        metric.pods->metric, average_status(quantity_of(result.calculation.usage))
    };
    return result;
}

// Object and External share the arithmetic.
Calculation calculate_value(
    const spec::MetricSpec& metric,
    const Reading& reading,
    std::int64_t value,
    const Target& target,
    const Scale& scale,
    const Terms& terms
) {
    if (target.form == Form::value) return for_value(reading.samples, value, target.amount, terms);
    const bool is_capped = terms.caps_overflow || metric.external.has_value();
    return for_shared_value(
        value, target.amount, scale.status_replicas, terms.tolerances, is_capped
    );
}

spec::MetricValueStatus value_status(const Target& target, std::int64_t usage) {
    if (target.form != Form::value) return average_status(quantity_of(usage));
    spec::MetricValueStatus status;
    status.value = quantity_of(usage);
    return status;
}

std::string value_failure(const Calculation& calculation) {
    if (calculation.failure == Failure::none) return {};
    return std::string("unable to calculate ready pods: ") + text(calculation.failure);
}

Proposal propose_object(
    const spec::MetricSpec& metric,
    const Reading& reading,
    const Target& target,
    const Scale& scale,
    const Terms& terms
) {
    const spec::ObjectMetricSource& object = *metric.object;
    const spec::CrossVersionObjectReference& described = object.described_object;
    Proposal result;
    result.event_reason = "FailedGetObjectMetric";
    if (target.form == Form::none) {
        result.event_text =
            "invalid object metric source: neither a value target nor an average value target was "
            "set";
    } else if (!reading.error.empty()) {
        result.event_text = "unable to get metric " + object.metric.name + " on " + described.kind +
                            " " + std::string(scale.ns) + "/" + described.name + ": " +
                            reading.error;
    } else {
        const std::int64_t value = reading.values.empty() ? 0 : reading.values.front();
        result.calculation = calculate_value(metric, reading, value, target, scale, terms);
        result.event_text = value_failure(result.calculation);
    }
    if (!result.event_text.empty()) {
        const bool is_shared = target.form == Form::shared_value;
        result.error = "failed to get object metric value: ";
        if (is_shared) result.error += "failed to get " + object.metric.name + " object metric: ";
        result.error += result.event_text;
        return result;
    }
    result.name = target.form == Form::value ? described.kind + " metric " + object.metric.name
                                             : "external metric " + object.metric.name + "(" +
                                                   go_text(object.metric.selector) + ")";
    result.status.type = metric.type;
    result.status.object = spec::ObjectMetricStatus{
        object.metric, value_status(target, result.calculation.usage), described
    };
    return result;
}

Proposal propose_external(
    const spec::MetricSpec& metric,
    const Reading& reading,
    const Target& target,
    const Scale& scale,
    const Terms& terms
) {
    const spec::MetricIdentifier& identifier = metric.external->metric;
    const bool is_shared = target.form == Form::shared_value;
    Proposal result;
    result.event_reason = "FailedGetExternalMetric";
    if (target.form == Form::none) {
        result.event_text =
            "invalid external metric source: neither a value target nor an average value target "
            "was set";
    } else if (!reading.error.empty()) {
        result.event_text = "unable to get external metric " + std::string(scale.ns) + "/" +
                            identifier.name + "/" + go_text(identifier.selector) + ": " +
                            reading.error;
    } else {
        const std::int64_t value =
            is_shared ? sum_of_shared_values(reading.values) : sum_of_values(reading.values);
        result.calculation = calculate_value(metric, reading, value, target, scale, terms);
        // Of a sum that is 2^63 as a double the original takes no average.
        if (is_shared && static_cast<double>(value) >= 0x1.0p63)
            result.calculation.usage = std::numeric_limits<std::int64_t>::max();
        result.event_text = value_failure(result.calculation);
    }
    if (!result.event_text.empty()) {
        result.error = "failed to get " + identifier.name + " external metric value: ";
        if (is_shared) result.error += "failed to get " + identifier.name + " external metric: ";
        if (target.form == Form::value) {
            result.error += "failed to get external metric " + identifier.name + ": ";
        }
        result.error += result.event_text;
        return result;
    }
    result.name = "external metric " + identifier.name + "(" + go_text(identifier.selector) + ")";
    result.status.type = metric.type;
    result.status.external =
        spec::PodsMetricStatus{identifier, value_status(target, result.calculation.usage)};
    return result;
}

Proposal propose_by_type(
    const spec::MetricSpec& metric, const Reading& reading, const Scale& scale, const Terms& terms
) {
    const Target target = target_of(metric);
    if (metric.type == "Resource" && metric.resource) {
        return propose_resource(metric, reading, target, terms);
    }
    if (metric.type == "ContainerResource" && metric.container_resource) {
        return propose_resource(metric, reading, target, terms);
    }
    if (metric.type == "Pods" && metric.pods) return propose_pods(metric, reading, target, terms);
    if (metric.type == "Object" && metric.object) {
        return propose_object(metric, reading, target, scale, terms);
    }
    if (metric.type == "External" && metric.external) {
        return propose_external(metric, reading, target, scale, terms);
    }
    Proposal unknown;
    unknown.event_reason = "InvalidMetricSourceType";
    unknown.event_text = unknown.error = "unknown metric source type \"" + metric.type + "\"";
    return unknown;
}

}  // namespace

Target target_of(const spec::MetricSpec& metric) {
    if (metric.type == "Resource" && metric.resource)
        return resource_target(metric.resource->target);
    if (metric.type == "ContainerResource" && metric.container_resource) {
        return resource_target(metric.container_resource->target);
    }
    if (metric.type == "Pods" && metric.pods) {
        return {Form::average, milli(metric.pods->target.average_value)};
    }
    if (metric.type == "Object" && metric.object) return object_target(metric.object->target);
    if (metric.type == "External" && metric.external)
        return external_target(metric.external->target);
    return {};
}

std::string label_of(const spec::MetricSpec& metric) {
    if (metric.resource) return metric.resource->name;
    if (metric.container_resource) {
        return metric.container_resource->name + " of container " +
               metric.container_resource->container;
    }
    if (metric.pods) return metric.pods->metric.name;
    if (metric.object) {
        return metric.object->metric.name + " of " + metric.object->described_object.kind + " " +
               metric.object->described_object.name;
    }
    return metric.external ? metric.external->metric.name : metric.type;
}

Proposal propose(
    const spec::MetricSpec& metric, const Reading& reading, const Scale& scale, Terms terms
) {
    Proposal proposal = propose_by_type(metric, reading, scale, terms);
    proposal.replicas = proposal.calculation.replicas;
    return proposal;
}

std::string go_text(const std::optional<spec::LabelSelector>& selector) {
    if (!selector) return "nil";
    std::string text = "&LabelSelector{MatchLabels:map[string]string{";
    for (const auto& [key, value] : selector->match_labels) text += key + ": " + value + ",";
    text += "},MatchExpressions:[]LabelSelectorRequirement{";
    for (const spec::LabelSelectorRequirement& requirement : selector->match_expressions) {
        text += "LabelSelectorRequirement{Key:" + requirement.key + ",Operator:" + requirement.op +
                ",Values:[";
        for (std::size_t i = 0; i < requirement.values.size(); ++i) {
            if (i > 0) text += ' ';
            text += requirement.values[i];
        }
        text += "],},";
    }
    return text + "},}";
}

}  // namespace swell::control::hpa
