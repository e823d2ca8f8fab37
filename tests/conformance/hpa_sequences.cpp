#include "hpa_sequences.hpp"

#include <algorithm>
#include <string_view>

#include "control/hpa/decide.hpp"
#include "control/hpa/reading.hpp"
#include "from_json.hpp"
#include "spec/selector.hpp"

namespace swell::conformance {

namespace {

using namespace control::hpa;

Instant time_at(const Json& json, const char* name) {
    return parse_rfc3339(json.value(name, "")).value_or(Instant{});
}

std::int64_t milli_at(const Json& json, const char* name) {
    return Quantity::parse(json.value(name, "0")).value_or(Quantity{}).milli_value();
}

Config config_of(const Json& json) {
    Config config;
    const auto duration = [&](const char* name) {
        return std::chrono::seconds(json.value(name, 0));
    };
    config.sync_period = duration("syncPeriodSeconds");
    config.downscale_stabilization = duration("downscaleStabilizationSeconds");
    config.cpu_initialization_period = duration("cpuInitializationPeriodSeconds");
    config.initial_readiness_delay = duration("initialReadinessDelaySeconds");
    config.tolerance = json.value("tolerance", 0.1);
    const Json gates = json.value("featureGates", Json::object());
    config.scale_to_zero = gates.value("HPAScaleToZero", true);
    config.configurable_tolerance = gates.value("HPAConfigurableTolerance", true);
    return config;
}

spec::Pod pod_of(const Json& json, const spec::PodSpec& pod_spec) {
    spec::Pod pod;
    pod.metadata.name = json.value("name", "");
    pod.metadata.ns = "default";
    pod.metadata.labels = {{"app", "web"}};
    pod.spec = pod_spec;
    pod.status.phase = json.value("phase", "");
    if (json.contains("startTime")) pod.status.start_time = time_at(json, "startTime");
    if (json.contains("deletionTimestamp")) {
        pod.metadata.deletion_timestamp = time_at(json, "deletionTimestamp");
    }
    if (json.contains("ready")) {
        spec::Condition& ready = pod.status.conditions.emplace_back();
        ready.type = "Ready";
        ready.status = json.value("ready", "");
        ready.last_transition_time = time_at(json, "readyLastTransitionTime");
    }
    return pod;
}

// Where the original quotes its parser of label selectors, the quotation is left out: its words are
// not the controller's.
std::string without_quotation(const std::string& text) {
    static const std::string quotes = "into a corresponding internal selector object: ";
    const std::size_t at = text.find(quotes);
    return at == std::string::npos ? text : text.substr(0, at + quotes.size());
}

// The answer of one kind of metrics in one step: an error, or what `read` makes of them.
template <class T, class Read>
Result<std::vector<T>> answer(const Json& metrics, const char* error, Read read) {
    if (metrics.contains(error)) return fail(Code::unavailable, metrics[error].get<std::string>());
    std::vector<T> all;
    read(all);
    return all;
}

class Sequence {
  public:
    explicit Sequence(const Json& recorded)
        : recorded_(recorded), config_(config_of(recorded["config"])) {
        from_json(recorded["hpa"], hpa_);
        from_json(recorded["hpaSpecDefaulted"], hpa_.spec);
        hpa_.metadata.generation = 1;
        from_json(recorded["podTemplateSpec"], pod_spec_);
    }

    std::string check() {
        for (std::size_t i = 0; i < recorded_["steps"].size(); ++i) {
            check_step(recorded_["steps"][i]);
            if (!difference_.empty()) return "step " + std::to_string(i) + ": " + difference_;
        }
        check_final_state();
        return difference_;
    }

  private:
    template <class T>
    void expect(const char* what, const T& wanted, const T& found) {
        if (wanted == found) return;
        difference_ += std::string(what) + ": wanted " + Json(wanted).dump() + ", got " +
                       Json(found).dump() + "\n";
    }

    void apply_actions(const Json& step) {
        for (const Json& action : step.value("actions", Json::array())) {
            if (action.value("type", "") != "hpaSpecUpdate") continue;
            spec::HpaSpec changed;
            from_json(action["specDefaulted"], changed);
            hpa_.spec = std::move(changed);
            ++hpa_.metadata.generation;
        }
        if (!step.contains("pods")) return;
        pods_.clear();
        for (const Json& pod : step["pods"]) pods_.push_back(pod_of(pod, pod_spec_));
    }

    Observation observe(const Json& step) {
        Observation seen;
        seen.at = time_at(step, "now");
        if (step.contains("scaleGetError")) seen.scale_error = step.value("scaleGetError", "");
        const Json& scale = step["scale"];
        seen.replicas = scale.value("specReplicas", 0);
        seen.status_replicas = scale.value("statusReplicas", 0);
        const std::string text = scale.value("selector", "");
        const auto selector = spec::Selector::parse(text);
        if (text.empty()) {
            seen.selector_fault = Observation::SelectorFault::missing;
        } else if (!selector) {
            seen.selector_fault = Observation::SelectorFault::invalid;
            seen.selector_text = selector.error().what;
        } else {
            std::vector<const spec::Pod*> selected;
            for (const spec::Pod& pod : pods_)
                if (selector->matches(pod.metadata.labels)) selected.push_back(&pod);
            for (const spec::MetricSpec& metric : hpa_.spec.metrics) {
                seen.readings.push_back(read(metric, step["metrics"], selected));
            }
        }
        return seen;
    }

    Reading read(const spec::MetricSpec& metric, const Json& metrics, Pods pods) {
        if (metric.pods) return read_pods_metric(usages(metrics, metric.pods->metric.name), pods);
        if (metric.resource || metric.container_resource) {
            return read_resource(metric, pod_metrics(metrics), pods);
        }
        if (metric.object) return read_object(metrics, metric.object->metric.name, pods);
        return read_external(metrics, metric.external->metric.name, pods);
    }

    static Result<std::vector<metrics::PodMetrics>> pod_metrics(const Json& metrics) {
        return answer<metrics::PodMetrics>(metrics, "podMetricsError", [&](auto& all) {
            for (const Json& one : metrics.value("podMetrics", Json::array())) {
                metrics::PodMetrics& pod = all.emplace_back();
                pod.name = one.value("name", "");
                pod.timestamp = time_at(one, "timestamp");
                pod.window = parse_duration(one.value("window", "0s")).value_or(Duration{});
                const Json containers = one.value("containers", Json::object());
                for (const auto& [name, usage] : containers.items()) {
                    metrics::ContainerUsage& container = pod.containers.emplace_back();
                    container.name = name;
                    from_json(usage, container.usage);
                }
            }
        });
    }

    Result<std::vector<NamedUsage>> usages(const Json& metrics, const std::string& name) {
        return answer<NamedUsage>(metrics, "customMetricsError", [&](auto& all) {
            names_.clear();
            const Json custom = metrics.value("customMetrics", Json::object());
            const Json list = custom.value(name, Json::array());
            for (const Json& one : list) names_.push_back(one.value("pod", ""));
            for (std::size_t i = 0; i < list.size(); ++i) {
                const std::int64_t usage = milli_at(list[i], "value");
                all.push_back(
                    {names_[i], usage, time_at(list[i], "timestamp"), std::chrono::seconds(60)}
                );
            }
        });
    }

    static Reading read_object(const Json& metrics, const std::string& name, Pods pods) {
        std::optional<Instant> measured;
        const auto values = answer<std::int64_t>(metrics, "objectMetricsError", [&](auto& all) {
            const Json objects = metrics.value("objectMetrics", Json::object());
            if (!objects.contains(name)) return;
            all.push_back(milli_at(objects[name], "value"));
            measured = time_at(objects[name], "timestamp");
        });
        return read_values(ValueSource::custom, values, pods, measured);
    }

    static Reading read_external(const Json& metrics, const std::string& name, Pods pods) {
        std::optional<Instant> measured;
        const auto values = answer<std::int64_t>(metrics, "externalMetricsError", [&](auto& all) {
            const Json external = metrics.value("externalMetrics", Json::object());
            for (const Json& one : external.value(name, Json::array())) {
                all.push_back(milli_at(one, "value"));
                if (!measured) measured = time_at(one, "timestamp");
            }
        });
        return read_values(ValueSource::external, values, pods, measured);
    }

    // What the recorded API answered to the new replicas.
    static Acted act(const Json& step, Instant at) {
        const auto waited =
            std::chrono::duration<double, std::milli>(step["out"].value("elapsedMilliseconds", 0.0)
            );
        Acted acted{at + std::chrono::duration_cast<Duration>(waited), ""};
        if (step.contains("scaleUpdateError")) acted.error = step.value("scaleUpdateError", "");
        if (step.value("scaleUpdateConflicts", 0) >= 5) {
            acted.error = step.value("scaleUpdateConflictError", "");
        }
        return acted;
    }

    void check_step(const Json& step) {
        apply_actions(step);
        const Observation seen = observe(step);
        Decision got = decide(seen, hpa_, std::move(state_), config_);
        std::int32_t replicas = seen.replicas;
        bool is_written = false;
        if (got.rescale) {
            const Acted acted = act(step, seen.at);
            conclude(got, hpa_, acted, config_);
            if (acted.error.empty()) replicas = got.desired;
            is_written = acted.error.empty();
        }
        bool status_written = got.status != hpa_.status;
        if (status_written && step.contains("statusUpdateError")) {
            status_failed(got, hpa_.metadata.name, step.value("statusUpdateError", ""));
            status_written = false;
        }
        state_ = got.state;
        if (status_written) hpa_.status = got.status;
        compare(step["out"], got, replicas, is_written, status_written);
    }

    void compare(
        const Json& out,
        const Decision& got,
        std::int32_t replicas,
        bool is_written,
        bool status_written
    ) {
        expect("scaleUpdate", out.contains("scaleUpdate"), is_written);
        expect("replicas", out.value("replicas", 0), replicas);
        expect("statusWritten", out.value("statusWritten", false), status_written);
        expect("error", without_quotation(out.value("error", "")), without_quotation(got.error));
        std::vector<std::string> wanted, found;
        for (const Json& event : out.value("events", Json::array())) {
            wanted.push_back(
                event.value("type", "") + " " + event.value("reason", "") + " " +
                without_quotation(event.value("message", ""))
            );
        }
        for (const auto* events : {&got.events, &got.events_after})
            for (const Said& said : *events)
                found.push_back(
                    (said.warning ? "Warning " : "Normal ") + said.reason + " " +
                    without_quotation(said.message)
                );
        expect("events", wanted, found);
        compare_status(out);
        check_explanation(got);
    }

    // The steps name the limit that the recorded condition names, and no other.
    void check_explanation(const Decision& got) {
        const auto spoke = [&](std::string_view rule) {
            return std::ranges::any_of(got.steps, [&](const journal::Step& step) {
                return step.rule == rule;
            });
        };
        // A status that could not be written says nothing about this step.
        if (!spoke("usage") || spoke("no-number") || got.status != hpa_.status) return;
        const std::pair<const char*, const char*> rules[] = {
            {"ScaleUpLimit", "scale-up-limit"},
            {"ScaleDownLimit", "scale-down-limit"},
            {"TooManyReplicas", "max-replicas"},
            {"TooFewReplicas", "min-replicas"},
        };
        for (const spec::Condition& condition : hpa_.status.conditions) {
            if (condition.type == "AbleToScale" && condition.reason.ends_with("Stabilized")) {
                expect("step stabilization-window", true, spoke("stabilization-window"));
            }
            if (condition.type != "ScalingLimited") continue;
            for (const auto& [reason, rule] : rules)
                expect(rule, condition.reason == reason, spoke(rule));
        }
    }

    void compare_status(const Json& out) {
        spec::HpaStatus wanted;
        if (out.contains("status")) from_json(out["status"], wanted);
        const spec::HpaStatus& found = hpa_.status;
        expect("currentReplicas", wanted.current_replicas, found.current_replicas);
        expect("desiredReplicas", wanted.desired_replicas, found.desired_replicas);
        expect(
            "observedGeneration",
            wanted.observed_generation.value_or(0),
            found.observed_generation.value_or(0)
        );
        const auto text = [](const std::optional<Instant>& at) {
            return at ? to_rfc3339(*at) : "";
        };
        expect("lastScaleTime", text(wanted.last_scale_time), text(found.last_scale_time));
        const auto conditions = [&](const spec::HpaStatus& status) {
            std::vector<std::string> all;
            for (const spec::Condition& c : status.conditions) {
                all.push_back(
                    c.type + "=" + c.status + " " + c.reason + " " + text(c.last_transition_time) +
                    " " + without_quotation(c.message)
                );
            }
            return all;
        };
        expect("conditions", conditions(wanted), conditions(found));
        if (wanted.current_metrics == found.current_metrics) return;
        difference_ += "currentMetrics: wanted " +
                       out["status"].value("currentMetrics", Json()).dump() + ", got " +
                       metrics_text(found) + "\n";
    }

    static std::string metrics_text(const spec::HpaStatus& status) {
        std::string all;
        const auto add = [&](const spec::MetricValueStatus& current) {
            for (const auto* value : {&current.value, &current.average_value})
                if (*value) all += (*value)->text() + " ";
            if (current.average_utilization)
                all += std::to_string(*current.average_utilization) + " % ";
        };
        for (const spec::MetricStatus& metric : status.current_metrics) {
            all += "[" + metric.type + " ";
            if (metric.resource) add(metric.resource->current);
            if (metric.container_resource) add(metric.container_resource->current);
            if (metric.pods) add(metric.pods->current);
            if (metric.object) add(metric.object->current);
            if (metric.external) add(metric.external->current);
            all += "]";
        }
        return all;
    }

    void check_final_state() {
        const Json& wanted = recorded_["finalState"];
        std::vector<std::string> found;
        for (const Recommendation& one : state_.recommendations) {
            found.push_back(std::to_string(one.replicas) + " at " + to_rfc3339(one.at));
        }
        std::vector<std::string> recommendations;
        for (const Json& one : wanted.value("recommendations", Json::array())) {
            const std::string at = to_rfc3339(time_at(one, "timestamp"));
            recommendations.push_back(std::to_string(one.value("recommendation", 0)) + " at " + at);
        }
        expect("recommendations", recommendations, found);
        check_scale_events("scaleUpEvents", state_.scale_ups);
        check_scale_events("scaleDownEvents", state_.scale_downs);
    }

    void check_scale_events(const char* name, const std::vector<ScaleEvent>& events) {
        std::vector<ScaleEvent> wanted;
        for (const Json& one : recorded_["finalState"].value(name, Json::array())) {
            wanted.push_back(
                {one.value("replicaChange", 0),
                 time_at(one, "timestamp"),
                 one.value("outdated", false)}
            );
        }
        const auto text = [](const std::vector<ScaleEvent>& all) {
            std::vector<std::string> lines;
            for (const ScaleEvent& one : all) {
                lines.push_back(
                    std::to_string(one.change) + " at " + to_rfc3339(one.at) +
                    (one.outdated ? " outdated" : "")
                );
            }
            return lines;
        };
        expect(name, text(wanted), text(events));
    }

    const Json& recorded_;
    Config config_;
    spec::HorizontalPodAutoscaler hpa_;
    spec::PodSpec pod_spec_;
    std::vector<spec::Pod> pods_;
    State state_;
    std::vector<std::string> names_;  // what usages of a custom metric point into
    std::string difference_;
};

}  // namespace

bool is_hpa_sequence(const Json& recorded) {
    return recorded.contains("hpaSpecDefaulted") && recorded.contains("steps");
}

std::string check_hpa_sequence(const Json& recorded) { return Sequence(recorded).check(); }

}  // namespace swell::conformance
