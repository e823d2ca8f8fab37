#include "control/deployment/status.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "control/deployment/bounds.hpp"

namespace swell::control::deployment {

namespace {

constexpr const char* replica_failure = "ReplicaFailure";

void remove_condition(spec::DeploymentStatus& status, std::string_view type) {
    std::erase_if(status.conditions, [type](const auto& c) { return c.type == type; });
}

spec::Condition available(Instant at, bool enough) {
    spec::Condition condition;
    condition.type = "Available";
    condition.status = enough ? "True" : "False";
    condition.last_update_time = condition.last_transition_time = at;
    condition.reason = enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable";
    condition.message = enough ? "Deployment has minimum availability."
                               : "Deployment does not have minimum availability.";
    return condition;
}

bool is_progress(const spec::DeploymentStatus& before, const spec::DeploymentStatus& now) {
    const std::int32_t old_before = before.replicas - before.updated_replicas;
    const std::int32_t old_now = now.replicas - now.updated_replicas;
    return now.updated_replicas > before.updated_replicas || old_now < old_before ||
           now.ready_replicas > before.ready_replicas ||
           now.available_replicas > before.available_replicas;
}

bool is_timed_out(
    const spec::Deployment& deployment, const spec::DeploymentStatus& status, Instant at
) {
    const spec::Condition* condition = find_condition(status, "Progressing");
    if (condition == nullptr || condition->reason == "NewReplicaSetAvailable") return false;
    if (condition->reason == "ProgressDeadlineExceeded") return true;
    const auto passes = deadline(deployment, status);
    return passes && *passes < at;
}

/// `ReplicaSet "shop-5d4f" is progressing.`
std::string about(const spec::Deployment& deployment, const Counted& sets, const char* what) {
    const bool made = sets.current != nullptr;
    return std::string(made ? "ReplicaSet \"" : "Deployment \"") +
           (made ? sets.current->metadata.name : deployment.metadata.name) + "\" " + what;
}

void judge_progress(
    spec::DeploymentStatus& status,
    const spec::Deployment& deployment,
    const Counted& sets,
    Instant at
) {
    const spec::Condition* now = find_condition(deployment.status, "Progressing");
    const bool was_complete = status.replicas == status.updated_replicas && now != nullptr &&
                              now->reason == "NewReplicaSetAvailable";
    if (was_complete) return;  // a pod that restarts later is no rollout
    if (is_complete(deployment, status)) {
        const auto message = about(deployment, sets, "has successfully progressed.");
        set_condition(status, progressing(at, "True", "NewReplicaSetAvailable", message));
    } else if (is_progress(deployment.status, status)) {
        // Replaced even by an equal one: lastUpdateTime is from when the deadline counts.
        auto condition = progressing(
            at, "True", "ReplicaSetUpdated", about(deployment, sets, "is progressing.")
        );
        if (now != nullptr && now->status == "True")
            condition.last_transition_time = now->last_transition_time;
        remove_condition(status, "Progressing");
        status.conditions.push_back(std::move(condition));
    } else if (is_timed_out(deployment, status, at)) {
        const auto message = about(deployment, sets, "has timed out progressing.");
        set_condition(status, progressing(at, "False", "ProgressDeadlineExceeded", message));
    }
}

/// The failure of the newest ReplicaSet goes before that of an old one.
const spec::Condition* find_failure(const Counted& sets) {
    const auto failure = [](const spec::ReplicaSet& set) -> const spec::Condition* {
        for (const spec::Condition& condition : set.status.conditions)
            if (condition.type == replica_failure) return &condition;
        return nullptr;
    };
    if (sets.current != nullptr)
        if (const auto* found = failure(*sets.current)) return found;
    for (const spec::ReplicaSet& set : sets.all)
        if (const auto* found = failure(set)) return found;
    return nullptr;
}

}  // namespace

spec::DeploymentStatus count(const spec::Deployment& deployment, const Counted& sets, Instant at) {
    spec::DeploymentStatus status;
    status.observed_generation = deployment.metadata.generation;
    std::int64_t wanted = 0;
    for (const spec::ReplicaSet& set : sets.all) {
        wanted += set.spec.replicas;
        status.replicas += set.status.replicas;
        status.ready_replicas += set.status.ready_replicas;
        status.available_replicas += set.status.available_replicas;
    }
    if (sets.current != nullptr) status.updated_replicas = sets.current->status.replicas;
    status.unavailable_replicas =
        static_cast<std::int32_t>(std::max<std::int64_t>(wanted - status.available_replicas, 0));
    status.collision_count = deployment.status.collision_count;
    status.conditions = deployment.status.conditions;
    const std::int32_t least = deployment.spec.replicas - bounds(deployment.spec).max_unavailable;
    set_condition(status, available(at, status.available_replicas >= least));
    return status;
}

spec::DeploymentStatus judge(const spec::Deployment& deployment, const Counted& sets, Instant at) {
    spec::DeploymentStatus status = count(deployment, sets, at);
    if (has_deadline(deployment)) {
        judge_progress(status, deployment, sets, at);
    } else {
        remove_condition(status, "Progressing");
    }
    if (const spec::Condition* failure = find_failure(sets)) {
        spec::Condition condition = *failure;
        condition.last_update_time = condition.last_transition_time;
        set_condition(status, std::move(condition));
    } else {
        remove_condition(status, replica_failure);
    }
    return status;
}

bool is_complete(const spec::Deployment& deployment, const spec::DeploymentStatus& status) {
    const std::int32_t wanted = deployment.spec.replicas;
    return status.updated_replicas == wanted && status.replicas == wanted &&
           status.available_replicas == wanted &&
           status.observed_generation >= deployment.metadata.generation;
}

bool has_deadline(const spec::Deployment& deployment) {
    return deployment.spec.progress_deadline_seconds != std::numeric_limits<std::int32_t>::max();
}

std::optional<Instant> deadline(
    const spec::Deployment& deployment, const spec::DeploymentStatus& status
) {
    const spec::Condition* condition = find_condition(status, "Progressing");
    if (!has_deadline(deployment) || condition == nullptr) return std::nullopt;
    if (is_complete(deployment, status) || condition->reason == "ProgressDeadlineExceeded" ||
        condition->reason == "NewReplicaSetAvailable" || !condition->last_update_time)
        return std::nullopt;
    return *condition->last_update_time +
           std::chrono::seconds(deployment.spec.progress_deadline_seconds);
}

const spec::Condition* find_condition(const spec::DeploymentStatus& status, std::string_view type) {
    for (const spec::Condition& condition : status.conditions)
        if (condition.type == type) return &condition;
    return nullptr;
}

void set_condition(spec::DeploymentStatus& status, spec::Condition condition) {
    if (const spec::Condition* now = find_condition(status, condition.type)) {
        if (now->status == condition.status && now->reason == condition.reason) return;
        if (now->status == condition.status)
            condition.last_transition_time = now->last_transition_time;
    }
    remove_condition(status, condition.type);
    status.conditions.push_back(std::move(condition));
}

spec::Condition progressing(
    Instant at, const char* status, const char* reason, std::string message
) {
    spec::Condition condition;
    condition.type = "Progressing";
    condition.status = status;
    condition.last_update_time = condition.last_transition_time = at;
    condition.reason = reason;
    condition.message = std::move(message);
    return condition;
}

}  // namespace swell::control::deployment
