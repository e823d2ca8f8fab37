#include "control/deployment/rollout.hpp"

#include <algorithm>
#include <utility>

#include "control/deployment/pod_template.hpp"
#include "control/deployment/revision.hpp"
#include "control/deployment/status.hpp"

namespace swell::control::deployment {

namespace {

constexpr const char* restarted_at = "kubectl.kubernetes.io/restartedAt";

std::string quoted(const spec::Deployment& deployment) {
    return "deployment \"" + deployment.metadata.name + "\"";
}

RolloutStatus waiting(const spec::Deployment& deployment, const std::string& what) {
    return {"Waiting for " + quoted(deployment) + " rollout to finish: " + what + "...", false};
}

/// The highest but one.
const Revision* find_previous(const std::vector<Revision>& history) {
    return history.size() < 2 ? nullptr : &history[history.size() - 2];
}

}  // namespace

Result<RolloutStatus> rollout_status(const spec::Deployment& deployment, std::int64_t revision) {
    const std::int64_t running = deployment::revision(deployment.metadata);
    if (revision > 0 && revision != running)
        return fail(
            Code::invalid,
            "desired revision (" + std::to_string(revision) +
                ") is different from the running revision (" + std::to_string(running) + ")"
        );
    const spec::DeploymentStatus& status = deployment.status;
    if (deployment.metadata.generation > status.observed_generation)
        return RolloutStatus{"Waiting for deployment spec update to be observed...", false};
    const spec::Condition* condition = find_condition(status, "Progressing");
    if (condition != nullptr && condition->reason == "ProgressDeadlineExceeded")
        return fail(Code::timeout, quoted(deployment) + " exceeded its progress deadline");
    const auto number = [](std::int32_t value) { return std::to_string(value); };
    if (status.updated_replicas < deployment.spec.replicas)
        return waiting(
            deployment,
            number(status.updated_replicas) + " out of " + number(deployment.spec.replicas) +
                " new replicas have been updated"
        );
    if (status.replicas > status.updated_replicas)
        return waiting(
            deployment,
            number(status.replicas - status.updated_replicas) +
                " old replicas are pending termination"
        );
    if (status.available_replicas < status.updated_replicas)
        return waiting(
            deployment,
            number(status.available_replicas) + " of " + number(status.updated_replicas) +
                " updated replicas are available"
        );
    return RolloutStatus{quoted(deployment) + " successfully rolled out", true};
}

std::vector<Revision> rollout_history(
    const spec::Deployment& deployment, std::span<const spec::ReplicaSet> replica_sets
) {
    std::vector<Revision> history;
    for (const spec::ReplicaSet& set : replica_sets) {
        const spec::OwnerReference* owner = set.metadata.controller();
        if (owner == nullptr || owner->uid != deployment.metadata.uid) continue;
        const std::int64_t number = revision(set.metadata);
        if (number <= 0) continue;
        const auto cause = set.metadata.annotations.find(change_cause_annotation);
        const bool known = cause != set.metadata.annotations.end();
        history.push_back({number, known ? cause->second : std::string(), set});
    }
    std::ranges::stable_sort(history, {}, &Revision::number);
    return history;
}

std::string history_table(const std::vector<Revision>& history) {
    std::string table = "REVISION  CHANGE-CAUSE\n";
    for (const Revision& revision : history) {
        std::string number = std::to_string(revision.number);
        number.resize(std::max<std::size_t>(number.size() + 2, 10), ' ');
        table += number + (revision.change_cause.empty() ? "<none>" : revision.change_cause) + "\n";
    }
    return table;
}

Result<Revision> find_revision(const std::vector<Revision>& history, std::int64_t number) {
    const auto found = std::ranges::find(history, number, &Revision::number);
    if (found == history.end())
        return fail(
            Code::not_found,
            "unable to find specified revision " + std::to_string(number) + " in history"
        );
    return *found;
}

Result<spec::Deployment> undo(
    const spec::Deployment& deployment,
    std::span<const spec::ReplicaSet> replica_sets,
    std::int64_t to_revision
) {
    if (deployment.spec.paused)
        return fail(
            Code::invalid,
            "you cannot rollback a paused deployment; resume it first with 'swell rollout resume "
            "deployment/" +
                deployment.metadata.name + "' and try again"
        );
    const auto history = rollout_history(deployment, replica_sets);
    if (to_revision != 0) {
        const auto found = find_revision(history, to_revision);
        if (!found) return std::unexpected(found.error());
    }
    const auto named = std::ranges::find(history, to_revision, &Revision::number);
    const Revision* to = to_revision == 0 ? find_previous(history) : &*named;
    if (to == nullptr)
        return fail(Code::not_found, "no rollout history found for " + quoted(deployment));
    if (same_template(to->replica_set.spec.pod_template, deployment.spec.pod_template))
        return fail(
            Code::exists,
            "skipped rollback (current template already matches revision " +
                std::to_string(to->number) + ")"
        );
    spec::Deployment back = deployment;
    back.spec.pod_template = without_hash(to->replica_set.spec.pod_template);
    std::erase_if(back.metadata.annotations, [](const auto& annotation) {
        return !is_private(annotation.first);
    });
    for (const auto& [name, value] : to->replica_set.metadata.annotations)
        if (!is_private(name)) back.metadata.annotations[name] = value;
    return back;
}

Result<spec::Deployment> restart(const spec::Deployment& deployment, Instant at) {
    if (deployment.spec.paused)
        return fail(Code::invalid, "can't restart paused deployment (run rollout resume first)");
    spec::Deployment restarted = deployment;
    restarted.spec.pod_template.metadata.annotations[restarted_at] = to_rfc3339_seconds(at);
    return restarted;
}

Result<spec::Deployment> pause(const spec::Deployment& deployment) {
    if (deployment.spec.paused)
        return fail(Code::exists, quoted(deployment) + " is already paused");
    spec::Deployment paused = deployment;
    paused.spec.paused = true;
    return paused;
}

Result<spec::Deployment> resume(const spec::Deployment& deployment) {
    if (!deployment.spec.paused) return fail(Code::exists, quoted(deployment) + " is not paused");
    spec::Deployment resumed = deployment;
    resumed.spec.paused = false;
    return resumed;
}

}  // namespace swell::control::deployment
