#include "control/hpa/record.hpp"

#include "base/saturate.hpp"
#include "control/hpa/why.hpp"

namespace swell::control::hpa {

namespace {

// [[number, time], …]. Lists of twenty are written often: nothing is copied.
template <class T>
Json list_of(const std::vector<T>& all, std::int32_t T::* number) {
    Json list = Json::array();
    for (const T& one : all) {
        Json& pair = list.emplace_back(Json::array());
        pair.emplace_back(one.*number);
        pair.emplace_back(to_rfc3339(one.at));
    }
    return list;
}

Json memory_of(const State& state) {
    Json memory = Json::object();
    memory["recommendations"] = list_of(state.recommendations, &Recommendation::replicas);
    memory["scale_ups"] = list_of(state.scale_ups, &ScaleEvent::change);
    memory["scale_downs"] = list_of(state.scale_downs, &ScaleEvent::change);
    return memory;
}

// One [number, time]; anything else is left out.
std::optional<std::pair<std::int32_t, Instant>> pair_of(const Json& json) {
    if (!json.is_array() || json.size() != 2) return std::nullopt;
    if (!json[0].is_number_integer() || !json[1].is_string()) return std::nullopt;
    const Result<Instant> at = parse_rfc3339(json[1].get_ref<const std::string&>());
    if (!at) return std::nullopt;
    return std::pair{json[0].get<std::int32_t>(), *at};
}

template <class T>
void read_list(const Json& memory, const char* name, Instant now, std::vector<T>& into) {
    const auto found = memory.find(name);
    if (found == memory.end() || !found->is_array()) return;
    for (const Json& one : *found) {
        const auto pair = pair_of(one);
        // A clock that was set back must not leave recommendations that never end.
        if (pair && pair->second <= now) into.push_back(T{pair->first, pair->second});
    }
}

Json metric_seen(const spec::MetricSpec& metric, const Reading& reading) {
    Json json{{"metric", label_of(metric)}};
    if (!reading.error.empty()) json["error"] = reading.error;
    if (reading.measured) json["measured"] = to_rfc3339_seconds(*reading.measured);
    if (reading.error.empty()) {
        std::int64_t sum = 0, with_usage = 0;
        for (const PodSample& pod : reading.samples.pods) {
            if (!pod.has_usage) continue;
            sum = saturated_sum(sum, pod.usage);
            ++with_usage;
        }
        for (const std::int64_t value : reading.values) sum = saturated_sum(sum, value);
        json["pods"] = reading.samples.pods.size();
        json["pods_with_metric"] = with_usage;
        json["sum_milli"] = sum;
    }
    return json;
}

std::int32_t number_at(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_number_integer() ? found->get<std::int32_t>() : 0;
}

}  // namespace

std::string subject_of(const spec::HorizontalPodAutoscaler& hpa) {
    const std::string& ns = hpa.metadata.ns;
    return "hpa/" + (ns.empty() || ns == "default" ? "" : ns + "/") + hpa.metadata.name;
}

journal::Entry entry_of(
    const Observation& seen,
    const spec::HorizontalPodAutoscaler& hpa,
    const Decision& decision,
    bool with_windows
) {
    journal::Entry entry;
    entry.at = seen.at;
    entry.controller = "hpa";
    entry.subject = subject_of(hpa);
    entry.ns = hpa.metadata.ns;
    entry.name = hpa.metadata.name;
    const bool moves = decision.desired != decision.current;
    entry.action = decision.rescale ? "scale" : decision.observed && moves ? "observe" : "hold";
    entry.summary = summary_of(decision);
    const spec::CrossVersionObjectReference& target = hpa.spec.scale_target_ref;
    Json metrics = Json::array();
    for (std::size_t i = 0; i < seen.readings.size() && i < hpa.spec.metrics.size(); ++i) {
        metrics.push_back(metric_seen(hpa.spec.metrics[i], seen.readings[i]));
    }
    entry.observation = {
        {"target", target.kind + "/" + target.name},
        {"replicas", seen.replicas},
        {"pods", seen.status_replicas},
        {"min", hpa.spec.min_replicas.value_or(1)},
        {"max", hpa.spec.max_replicas},
        {"metrics", std::move(metrics)},
        {"recommended", decision.recommended},
        {"uid", hpa.metadata.uid},
    };
    if (with_windows) entry.observation["memory"] = memory_of(decision.state);
    if (decision.observed) entry.observation["observes"] = true;
    if (!decision.error.empty()) entry.observation["error"] = decision.error;
    entry.steps = decision.steps;
    entry.before = {{"replicas", decision.current}};
    entry.after = {{"replicas", decision.desired}};
    if (!decision.rescale) entry.outcome = "none";
    return entry;
}

State restore(
    const std::optional<journal::Entry>& newest,
    const spec::HorizontalPodAutoscaler& hpa,
    std::optional<std::int32_t> replicas,
    Instant now,
    const Config& config
) {
    State state;
    if (newest && newest->observation.is_object()) {
        const Json& seen = newest->observation;
        const auto uid = seen.find("uid");
        const auto memory = seen.find("memory");
        const bool is_ours = uid != seen.end() && *uid == Json(hpa.metadata.uid);
        if (is_ours && memory != seen.end() && memory->is_object()) {
            read_list(*memory, "recommendations", now, state.recommendations);
            read_list(*memory, "scale_ups", now, state.scale_ups);
            read_list(*memory, "scale_downs", now, state.scale_downs);
            const std::int32_t before = number_at(newest->before, "replicas");
            const std::int32_t after = number_at(newest->after, "replicas");
            const bool acted =
                newest->outcome == "done" || (newest->outcome.empty() && after == replicas);
            if (newest->action == "scale" && acted && hpa.spec.behavior && newest->at <= now) {
                const Behavior behavior =
                    behavior_of(*hpa.spec.behavior, config.downscale_stabilization);
                remember_scaling(before, after, behavior, newest->at, state);
            }
        }
    }
    if (replicas) state.recommendations.push_back({*replicas, now});
    return state;
}

}  // namespace swell::control::hpa
