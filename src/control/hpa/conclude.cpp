#include "control/hpa/conditions.hpp"
#include "control/hpa/decide.hpp"

namespace swell::control::hpa {

namespace {

std::string new_size(const Decision& decision) {
    return "New size: " + std::to_string(decision.desired) + "; reason: " + decision.reason;
}

}  // namespace

void conclude(
    Decision& decision,
    const spec::HorizontalPodAutoscaler& hpa,
    const Acted& acted,
    const Config& config
) {
    spec::HpaStatus& status = decision.status;
    status.current_replicas = decision.current;
    status.observed_generation = hpa.metadata.generation;
    if (!acted.error.empty()) {
        decision.events.push_back(
            {true, "FailedRescale", new_size(decision) + "; error: " + acted.error}
        );
        set_condition(
            status,
            "AbleToScale",
            {false,
             "FailedUpdateScale",
             "the HPA controller was unable to update the target scale: " + acted.error},
            acted.at
        );
        decision.error = "failed to rescale " + target_text(hpa) + ": " + acted.error;
        return;
    }
    set_condition(
        status,
        "AbleToScale",
        {true,
         "SucceededRescale",
         "the HPA controller was able to update the target scale to " +
             std::to_string(decision.desired)},
        acted.at
    );
    decision.events.push_back({false, "SuccessfulRescale", new_size(decision)});
    if (hpa.spec.behavior) {
        const Behavior behavior = behavior_of(*hpa.spec.behavior, config.downscale_stabilization);
        remember_scaling(decision.current, decision.desired, behavior, acted.at, decision.state);
    }
    if (!config.scale_to_zero) {
        forget_scaled_to_zero(status);
    } else if (decision.desired == 0 && decision.current > 0 && hpa.spec.min_replicas == 0 &&
               has_metric_without_pods(hpa.spec)) {
        set_condition(
            status,
            "ScaledToZero",
            {true, "ScaledToZero", "the HPA controller scaled the workload to zero"},
            acted.at
        );
    } else {
        set_condition(
            status,
            "ScaledToZero",
            {false, "NotScaledToZero", "the HPA controller did not scale the workload to zero"},
            acted.at
        );
    }
    status.desired_replicas = decision.desired;
    status.last_scale_time = whole_seconds(acted.at);
}

Said would_rescale(const Decision& decision) {
    return {
        false,
        "ObservedRescale",
        "Would scale from " + std::to_string(decision.current) + " to " +
            std::to_string(decision.desired) +
            (decision.reason.empty() ? "" : "; reason: " + decision.reason) +
            "; nothing was changed (swell.dev/mode: Observe)"
    };
}

void status_failed(Decision& decision, const std::string& name, const std::string& error) {
    decision.events_after.insert(
        decision.events_after.begin(), {true, "FailedUpdateStatus", error}
    );
    const bool has_total_failure =
        !decision.error.empty() && !decision.error.starts_with("invalid metrics");
    if (!has_total_failure) decision.error = "failed to update status for " + name + ": " + error;
}

}  // namespace swell::control::hpa
