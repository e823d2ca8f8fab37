#include "hpa_calculator.hpp"

#include <map>

#include "control/hpa/reading.hpp"
#include "from_json.hpp"
#include "spec/selector.hpp"

namespace swell::conformance {

namespace {

using namespace control::hpa;

struct Case {
    Terms terms;
    spec::MetricSpec metric;
    std::vector<spec::Pod> all;
    std::vector<const spec::Pod*> pods;
    std::int32_t status_replicas = 0;
    std::string ns;
};

Instant time_at(const Json& json, const char* name) {
    return parse_rfc3339(json.value(name, "")).value_or(Instant{});
}

Quantity quantity_at(const Json& json, const char* name) {
    return Quantity::parse(json.value(name, "0")).value_or(Quantity{});
}

spec::MetricTarget target_of(const Json& args) {
    spec::MetricTarget target;
    for (const char* name :
         {"targetUsageMilli", "targetAverageUsageMilli", "targetUsagePerPodMilli"}) {
        if (args.contains(name))
            target.average_value = Quantity::from_milli(args[name].get<std::int64_t>());
    }
    if (args.contains("targetUtilization")) {
        target.average_utilization = args["targetUtilization"].get<std::int32_t>();
    }
    target.type = target.average_value ? "AverageValue" : "Utilization";
    return target;
}

// For Object and External a value for the whole target is another field than an average.
spec::MetricTarget as_value(spec::MetricTarget target) {
    target.value = target.average_value;
    target.average_value.reset();
    target.type = "Value";
    return target;
}

spec::MetricSpec metric_of(const Json& recorded) {
    const Json& args = recorded["args"];
    const std::string func = recorded.value("func", "");
    spec::MetricSpec metric;
    spec::MetricIdentifier identifier{args.value("metricName", ""), {}};
    if (args.contains("metricSelector")) from_json(args["metricSelector"], identifier.selector);
    const spec::MetricTarget target = target_of(args);
    if (func == "GetResourceReplicas" || func == "GetRawResourceReplicas") {
        const std::string resource = args.value("resource", ""),
                          container = args.value("container", "");
        if (container.empty()) {
            metric.type = "Resource";
            metric.resource = {resource, target};
        } else {
            metric.type = "ContainerResource";
            metric.container_resource = {resource, container, target};
        }
    } else if (func == "GetMetricReplicas") {
        metric.type = "Pods";
        metric.pods = {identifier, target};
    } else if (func.starts_with("GetObject")) {
        metric.type = "Object";
        metric.object.emplace();
        from_json(args["objectRef"], metric.object->described_object);
        metric.object->metric = identifier;
        metric.object->target = func == "GetObjectMetricReplicas" ? as_value(target) : target;
    } else {
        metric.type = "External";
        metric.external = {
            identifier, func == "GetExternalMetricReplicas" ? as_value(target) : target
        };
    }
    return metric;
}

Result<std::vector<metrics::PodMetrics>> pod_metrics(const Json& metrics) {
    if (metrics.contains("error"))
        return fail(Code::unavailable, metrics["error"].get<std::string>());
    std::vector<metrics::PodMetrics> all;
    for (const Json& one : metrics.value("podMetrics", Json::array())) {
        metrics::PodMetrics& pod = all.emplace_back();
        pod.name = one["metadata"].value("name", "");
        pod.timestamp = time_at(one, "timestamp");
        pod.window = parse_duration(one.value("window", "0s")).value_or(Duration{});
        for (const Json& container : one.value("containers", Json::array())) {
            metrics::ContainerUsage& usage = pod.containers.emplace_back();
            usage.name = container.value("name", "");
            if (container.contains("usage")) from_json(container["usage"], usage.usage);
        }
    }
    return all;
}

Reading reading_of(const Json& recorded, const Case& c, std::vector<std::string>& names) {
    const Json& metrics = recorded["metrics"];
    const bool has_failed = metrics.contains("error");
    const auto failure = [&] {
        return fail(Code::unavailable, metrics["error"].get<std::string>());
    };
    if (c.metric.resource || c.metric.container_resource) {
        return read_resource(c.metric, pod_metrics(metrics), c.pods);
    }
    if (c.metric.pods) {
        if (has_failed) return read_pods_metric(failure(), c.pods);
        std::vector<NamedUsage> usages;
        const Json all = metrics.value("customMetrics", Json::array());
        for (const Json& one : all) names.push_back(one["describedObject"].value("name", ""));
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto window =
                std::chrono::seconds(all[i].value("windowSeconds", std::int64_t{60}));
            usages.push_back(
                {names[i],
                 quantity_at(all[i], "value").milli_value(),
                 time_at(all[i], "timestamp"),
                 window}
            );
        }
        return read_pods_metric(usages, c.pods);
    }
    const ValueSource source = c.metric.object ? ValueSource::custom : ValueSource::external;
    if (has_failed) return read_values(source, failure(), c.pods, {});
    std::vector<std::int64_t> values;
    std::optional<Instant> measured;
    const auto add = [&](const Json& one) {
        values.push_back(quantity_at(one, "value").milli_value());
        if (!measured) measured = time_at(one, "timestamp");
    };
    if (metrics.contains("objectMetric")) add(metrics["objectMetric"]);
    for (const Json& one : metrics.value("externalMetrics", Json::array())) add(one);
    return read_values(source, values, c.pods, measured);
}

void select_pods(const Json& recorded, Case& c) {
    const Json& args = recorded["args"];
    const auto selector = spec::Selector::parse(args.value("selector", ""));
    for (const Json& one : recorded.value("pods", Json::array()))
        from_json(one, c.all.emplace_back());
    for (const spec::Pod& pod : c.all) {
        const bool is_selected = selector && selector->matches(pod.metadata.labels);
        if (pod.metadata.ns == c.ns && is_selected) c.pods.push_back(&pod);
    }
}

// The recorded functions return the error below the one that events tell.
std::string inner_error(const Proposal& proposal) {
    std::string text = proposal.event_text;
    for (const char* word : {" usage: ", " utilization: "}) {
        const std::size_t at = text.find(word);
        if (text.starts_with("failed to get ") && at != std::string::npos) {
            text = text.substr(at + std::string(word).size());
        }
    }
    return text;
}

std::string without_pod(const std::string& error) {
    const std::size_t at = error.rfind("Pod ");
    return at == std::string::npos ? error : error.substr(0, at);
}

// Which pod an error is about depends on the order of the original's lister, which is not recorded:
// the error of any pod that could come first is right.
bool is_error_of_some_pod(const Json& recorded, const Case& c, const std::string& wanted) {
    std::vector<std::string> names;
    Case first = c;
    for (std::size_t i = 0; i < c.pods.size(); ++i) {
        first.pods = c.pods;
        std::swap(first.pods[0], first.pods[i]);
        const Reading reading = reading_of(recorded, first, names);
        const Scale scale{c.ns, c.status_replicas};
        const Proposal got = propose(c.metric, reading, scale, c.terms);
        if (without_pod(inner_error(got)) == without_pod(wanted)) return true;
    }
    return false;
}

}  // namespace

bool is_hpa_calculator_case(const Json& recorded) {
    return recorded.contains("func") && recorded.contains("tolerances") &&
           recorded.contains("args");
}

std::string check_hpa_calculator(const Json& recorded) {
    Case c;
    const Json& args = recorded["args"];
    const Json& config = recorded["config"];
    c.ns = args.value("namespace", "");
    c.metric = metric_of(recorded);
    c.terms.now = time_at(recorded, "now");
    c.terms.current = args.value("currentReplicas", 0);
    c.terms.tolerances = {
        recorded["tolerances"].value("scaleDown", 0.0), recorded["tolerances"].value("scaleUp", 0.0)
    };
    c.terms.cpu_initialization_period =
        std::chrono::seconds(config.value("cpuInitializationPeriodSeconds", 0));
    c.terms.initial_readiness_delay =
        std::chrono::seconds(config.value("initialReadinessDelaySeconds", 0));
    select_pods(recorded, c);
    std::vector<std::string> names;
    const Reading reading = reading_of(recorded, c, names);
    c.status_replicas = args.value("statusReplicas", 0);
    const Proposal got = propose(c.metric, reading, {c.ns, c.status_replicas}, c.terms);

    const Json& out = recorded["out"];
    std::string difference;
    const auto expect = [&](const char* what, const auto& wanted, const auto& found) {
        if (wanted == found) return;
        difference += std::string(what) + ": wanted " + Json(wanted).dump() + ", got " +
                      Json(found).dump() + "\n";
    };
    if (out.contains("error") || !got.error.empty()) {
        if (is_error_of_some_pod(recorded, c, out.value("error", ""))) return {};
        expect("error", without_pod(out.value("error", "")), without_pod(inner_error(got)));
        return difference;
    }
    expect("replicaCount", out.value("replicaCount", 0), got.replicas);
    if (out.contains("utilization")) {
        expect("utilization", out.value("utilization", 0), got.calculation.utilization);
        expect(
            "rawUtilization", out.value("rawUtilization", std::int64_t{0}), got.calculation.usage
        );
    }
    if (out.contains("usage") && !out.contains("usageIsPlatformDependent")) {
        expect("usage", out.value("usage", std::int64_t{0}), got.calculation.usage);
    }
    if (out.contains("timestamp")) {
        expect(
            "timestamp",
            out.value("timestamp", ""),
            to_rfc3339(reading.measured.value_or(Instant{}))
        );
    }
    return difference;
}

}  // namespace swell::conformance
