#include "control/hpa/conditions.hpp"

#include <algorithm>

namespace swell::control::hpa {

Instant whole_seconds(Instant at) { return std::chrono::floor<std::chrono::seconds>(at); }

void set_condition(
    spec::HpaStatus& status, std::string_view type, const Outcome& outcome, Instant at
) {
    const std::string_view value = outcome.holds ? "True" : "False";
    const auto found = std::ranges::find_if(status.conditions, [type](const auto& condition) {
        return std::string_view(condition.type) == type;
    });
    spec::Condition& condition =
        found == status.conditions.end() ? status.conditions.emplace_back() : *found;
    if (condition.type.empty() || condition.status != value) {
        condition.last_transition_time = whole_seconds(at);
    }
    // Most runs say what the one before said.
    if (condition.type.empty()) condition.type = type;
    if (condition.status != value) condition.status = value;
    if (condition.reason != outcome.reason) condition.reason = outcome.reason;
    if (condition.message != outcome.message) condition.message = outcome.message;
}

bool holds(const spec::HpaStatus& status, std::string_view type) {
    return std::ranges::any_of(status.conditions, [type](const spec::Condition& condition) {
        return std::string_view(condition.type) == type && condition.status == "True";
    });
}

bool is_scaled_to_zero(const spec::HpaStatus& status) { return holds(status, "ScaledToZero"); }

void forget_scaled_to_zero(spec::HpaStatus& status) { forget_condition(status, "ScaledToZero"); }

void forget_condition(spec::HpaStatus& status, std::string_view type) {
    std::erase_if(status.conditions, [&](const spec::Condition& condition) {
        return condition.type == type;
    });
}

bool has_metric_without_pods(const spec::HpaSpec& spec) {
    return std::ranges::any_of(spec.metrics, [](const spec::MetricSpec& metric) {
        return metric.type == "Object" || metric.type == "External";
    });
}

std::string target_text(const spec::HorizontalPodAutoscaler& hpa) {
    const spec::CrossVersionObjectReference& target = hpa.spec.scale_target_ref;
    return target.kind + "/" + hpa.metadata.ns + "/" + target.name;
}

}  // namespace swell::control::hpa
