#include <algorithm>
#include <utility>

#include "control/deployment/pod_template.hpp"
#include "control/deployment/revision.hpp"
#include "control/deployment/rollout_steps.hpp"

namespace swell::control::deployment {

using spec::ReplicaSet;

namespace {

std::int64_t next_revision(const Plan& plan) {
    std::int64_t highest = 0;
    for (const ReplicaSet* set : plan.old) highest = std::max(highest, revision(set->metadata));
    return highest + 1;
}

ReplicaSet replica_set_of(const spec::Deployment& deployment) {
    const std::string name_of_template =
        hash(deployment.spec.pod_template, deployment.status.collision_count);
    ReplicaSet set;
    set.metadata.name = deployment.metadata.name + "-" + name_of_template;
    set.metadata.ns = deployment.metadata.ns;
    set.metadata.owner_references.push_back({
        .api_version = "apps/v1",
        .kind = "Deployment",
        .name = deployment.metadata.name,
        .uid = deployment.metadata.uid,
        .controller = true,
        .block_owner_deletion = true,
    });
    set.spec.replicas = 0;
    set.spec.min_ready_seconds = deployment.spec.min_ready_seconds;
    set.spec.selector = deployment.spec.selector;
    set.spec.selector.match_labels[hash_label] = name_of_template;
    set.spec.pod_template = deployment.spec.pod_template;
    set.spec.pod_template.metadata.labels[hash_label] = name_of_template;
    set.metadata.labels = set.spec.pod_template.metadata.labels;
    return set;
}

/// As many as fit beside the old ones; all at once when nothing is rolled.
std::int64_t first_size(const Plan& plan) {
    if (plan.deployment.spec.strategy.type != "RollingUpdate") return plan.wanted();
    const std::int64_t room =
        std::int64_t{plan.wanted()} + plan.limits.max_surge - plan.pods_there();
    return std::clamp<std::int64_t>(room, 0, plan.wanted());
}

void create_current(Plan& plan) {
    ReplicaSet& made = plan.add(replica_set_of(plan.deployment));
    const std::int64_t revision_number = next_revision(plan);
    const std::int64_t size = first_size(plan);
    const std::string& name = made.metadata.name;
    std::string text = "no ReplicaSet has this template: " + name + ", revision " +
                       std::to_string(revision_number) + ", with ";
    if (plan.old.empty()) {
        text += std::to_string(size);
    } else {
        text += "min(" + std::to_string(plan.wanted()) + ", " +
                std::to_string(plan.wanted() + std::int64_t{plan.limits.max_surge}) +
                " allowed − " + std::to_string(plan.pods_there()) +
                " there) = " + std::to_string(size);
    }
    plan.step(
        "new-replica-set",
        std::move(text),
        {{"replica_set", name}, {"revision", revision_number}, {"replicas", size}}
    );
    plan.scale(made, size);
    set_annotations(made, plan.deployment, revision_number);
    plan.decision.revision = revision_number;
    if (has_deadline(plan.deployment))
        set_condition(
            plan.deployment.status,
            progressing(
                plan.seen.at,
                "True",
                "NewReplicaSetCreated",
                "Created new replica set \"" + name + "\""
            )
        );
}

}  // namespace

void sync_current(Plan& plan, Missing missing) {
    if (plan.current == nullptr) {
        if (missing == Missing::create) create_current(plan);
        return;
    }
    set_annotations(*plan.current, plan.deployment, next_revision(plan));
    plan.current->spec.min_ready_seconds = plan.deployment.spec.min_ready_seconds;
    plan.decision.revision = revision(plan.current->metadata);
    if (has_deadline(plan.deployment) &&
        find_condition(plan.deployment.status, "Progressing") == nullptr)
        set_condition(
            plan.deployment.status,
            progressing(
                plan.seen.at,
                "True",
                "FoundNewReplicaSet",
                "Found new replica set \"" + plan.current->metadata.name + "\""
            )
        );
}

}  // namespace swell::control::deployment
