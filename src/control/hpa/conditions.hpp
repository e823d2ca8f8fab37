#pragma once

#include <string>
#include <string_view>

#include "spec/kinds/autoscaling.hpp"

// The status of an autoscaler, written as the original writes it.

namespace swell::control::hpa {

/// As the API keeps times.
Instant whole_seconds(Instant at);

struct Outcome {
    bool holds = true;
    std::string_view reason{}, message{};
};

/// The list keeps the order in which conditions were first set; the time is that of the last change
/// of the status (True, False), not of the reason.
void set_condition(
    spec::HpaStatus& status, std::string_view type, const Outcome& outcome, Instant at
);
/// Whether it is there, and True.
bool holds(const spec::HpaStatus& status, std::string_view type);

bool is_scaled_to_zero(const spec::HpaStatus& status);
void forget_scaled_to_zero(spec::HpaStatus& status);
void forget_condition(spec::HpaStatus& status, std::string_view type);

/// Object and External metrics exist without pods, so they alone can wake a target up.
bool has_metric_without_pods(const spec::HpaSpec& spec);

/// `Deployment/default/web`, for messages.
std::string target_text(const spec::HorizontalPodAutoscaler& hpa);

}  // namespace swell::control::hpa
