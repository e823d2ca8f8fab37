#include "control/replicaset/pods.hpp"

namespace swell::control::replicaset {

const spec::Condition* find_condition(
    const std::vector<spec::Condition>& conditions, std::string_view type
) {
    for (const spec::Condition& condition : conditions)
        if (condition.type == type) return &condition;
    return nullptr;
}

bool is_active(const spec::Pod& pod) {
    const std::string& phase = pod.status.phase;
    return phase != "Succeeded" && phase != "Failed" && !pod.metadata.deletion_timestamp;
}

bool is_ready(const spec::Pod& pod) {
    const spec::Condition* ready = find_condition(pod.status.conditions, "Ready");
    return ready != nullptr && ready->status == "True";
}

bool is_available(const spec::Pod& pod, std::int32_t min_ready_seconds, Instant at) {
    if (!is_ready(pod)) return false;
    if (min_ready_seconds == 0) return true;
    const auto since = find_condition(pod.status.conditions, "Ready")->last_transition_time;
    return since && *since + std::chrono::seconds(min_ready_seconds) <= at;
}

std::optional<Instant> available_at(
    const spec::Pod& pod, std::int32_t min_ready_seconds, Instant at
) {
    if (!is_ready(pod) || is_available(pod, min_ready_seconds, at)) return std::nullopt;
    const auto since = find_condition(pod.status.conditions, "Ready")->last_transition_time;
    if (!since) return std::nullopt;
    return *since + std::chrono::seconds(min_ready_seconds);
}

}  // namespace swell::control::replicaset
