#include "control/deployment/decide.hpp"

#include <algorithm>
#include <utility>

#include "control/deployment/plan.hpp"
#include "control/deployment/revision.hpp"
#include "control/deployment/rollout_steps.hpp"

namespace swell::control::deployment {

namespace {

/// Says in Progressing that it is paused or resumed, so that the time of a pause is not taken for
/// lack of progress.
void note_pause(Plan& plan) {
    spec::DeploymentStatus& status = plan.deployment.status;
    if (!has_deadline(plan.deployment)) return;
    const spec::Condition* condition = find_condition(status, "Progressing");
    if (condition != nullptr && condition->reason == "ProgressDeadlineExceeded") return;
    const bool noted = condition != nullptr && condition->reason == "DeploymentPaused";
    const bool paused = plan.deployment.spec.paused;
    if (paused == noted) return;
    set_condition(
        status,
        progressing(
            plan.seen.at,
            "Unknown",
            paused ? "DeploymentPaused" : "DeploymentResumed",
            paused ? "Deployment is paused" : "Deployment is resumed"
        )
    );
}

/// Some ReplicaSet was sized for another size of the Deployment.
bool is_scaling(const Plan& plan) {
    return std::ranges::any_of(plan.active(), [&](const spec::ReplicaSet* set) {
        const auto noted = number_in(set->metadata, desired_replicas_annotation);
        return noted && *noted != plan.wanted();
    });
}

}  // namespace

Decision decide(const Observation& seen) {
    Plan plan(seen);
    if (seen.deployment.metadata.deletion_timestamp) {
        plan.decision.status = count(plan.deployment, plan.counted(), seen.at);
        return std::move(plan.decision);
    }
    note_pause(plan);
    if (seen.deployment.spec.paused || is_scaling(plan)) {
        sync_current(plan, Missing::leave);
        scale_in_proportion(plan);
        if (seen.deployment.spec.paused) clean_up(plan);
        plan.decision.status = count(plan.deployment, plan.counted(), seen.at);
    } else {
        if (seen.deployment.spec.strategy.type == "Recreate") {
            recreate(plan);
        } else {
            roll(plan);
        }
        plan.decision.status = judge(plan.deployment, plan.counted(), seen.at);
        // A second more, so that the deadline has passed for certain when it is looked at.
        if (const auto passes = deadline(plan.deployment, plan.decision.status))
            plan.decision.look_again = std::max(*passes, seen.at) + std::chrono::seconds(1);
    }
    plan.collect_writes();
    // Old ReplicaSets are cleaned up once the status says that the rollout is complete.
    Decision& decision = plan.decision;
    decision.settles = plan.old.empty() && decision.writes.empty() && decision.removals.empty() &&
                       !decision.look_again;
    return std::move(decision);
}

spec::DeploymentStatus with_create_failure(
    const spec::Deployment& deployment,
    const std::string& replica_set,
    const std::string& error,
    Instant at
) {
    spec::DeploymentStatus status = deployment.status;
    if (has_deadline(deployment))
        set_condition(
            status,
            progressing(
                at,
                "False",
                "ReplicaSetCreateError",
                "Failed to create new replica set \"" + replica_set + "\": " + error
            )
        );
    return status;
}

}  // namespace swell::control::deployment
