#include "control/replicaset/decide.hpp"

#include <algorithm>
#include <utility>

#include "control/replicaset/pods.hpp"
#include "control/replicaset/victims.hpp"
#include "spec/selector.hpp"

namespace swell::control::replicaset {

namespace {

constexpr const char* failure_type = "ReplicaFailure";

Pods active_pods(const Observation& seen) {
    Pods active;
    for (const spec::Pod* pod : seen.pods)
        if (is_active(*pod)) active.push_back(pod);
    return active;
}

std::int32_t count(std::size_t pods) { return static_cast<std::int32_t>(pods); }

journal::Step count_step(std::int32_t wanted, std::int32_t active, std::int32_t terminating) {
    std::string text = std::to_string(wanted) + " wanted, " + std::to_string(active) + " there";
    if (terminating > 0) text += ", " + std::to_string(terminating) + " ended or going";
    return {
        "replicas",
        std::move(text),
        {{"replicas", wanted}, {"active", active}, {"ended_or_going", terminating}},
    };
}

void choose_victims(Decision& decision, const Pods& active, std::int32_t surplus, Instant at) {
    Pods ordered = by_deletion_order(active, at);
    const auto victims = static_cast<std::size_t>(std::min(surplus, burst));
    for (std::size_t i = 0; i < victims; ++i) {
        const spec::Pod& next = *ordered[std::min(victims, ordered.size() - 1)];
        const bool all_go = victims == ordered.size();
        const std::string why =
            all_go ? "none is wanted" : why_first(*ordered[i], next, active, at);
        const std::string& name = ordered[i]->metadata.name;
        decision.steps.push_back({"victim", name + ": " + why, {{"pod", name}, {"why", why}}});
    }
    ordered.resize(victims);
    decision.victims = std::move(ordered);
}

}  // namespace

Decision decide(const Observation& seen) {
    Decision decision;
    if (seen.replica_set.metadata.deletion_timestamp) return decision;
    const Pods active = active_pods(seen);
    const std::int32_t wanted = seen.replica_set.spec.replicas;
    const std::int32_t there = count(active.size());
    if (there == wanted) return decision;
    decision.steps.push_back(count_step(wanted, there, count(seen.pods.size()) - there));
    if (there > wanted) {
        choose_victims(decision, active, there - wanted, seen.at);
    } else {
        decision.create = std::min(wanted - there, burst);
    }
    const std::int32_t all = std::max(wanted - there, there - wanted);
    if (all > burst)
        decision.steps.push_back(
            {"burst",
             std::to_string(burst) + " of " + std::to_string(all) + " now, the rest after",
             {{"burst", burst}, {"difference", all}}}
        );
    return decision;
}

spec::ReplicaSetStatus status(const Observation& seen, const std::string& failure) {
    spec::ReplicaSetStatus status = seen.replica_set.status;
    status.replicas = status.fully_labeled_replicas = 0;
    status.ready_replicas = status.available_replicas = 0;
    const auto& spec = seen.replica_set.spec;
    const auto template_labels = spec::Selector::from(spec.pod_template.metadata.labels);
    for (const spec::Pod* pod : seen.pods) {
        if (!is_active(*pod)) continue;
        ++status.replicas;
        if (template_labels.matches(pod->metadata.labels)) ++status.fully_labeled_replicas;
        if (is_ready(*pod)) ++status.ready_replicas;
        if (is_available(*pod, spec.min_ready_seconds, seen.at)) ++status.available_replicas;
    }
    status.observed_generation = seen.replica_set.metadata.generation;
    const bool failed_before = find_condition(status.conditions, failure_type) != nullptr;
    if (failure.empty()) {
        std::erase_if(status.conditions, [](const auto& c) { return c.type == failure_type; });
    } else if (!failed_before) {
        spec::Condition condition;
        condition.type = failure_type;
        condition.status = "True";
        condition.last_transition_time = seen.at;
        condition.reason = status.replicas > spec.replicas ? "FailedDelete" : "FailedCreate";
        condition.message = failure;
        status.conditions.push_back(std::move(condition));
    }
    return status;
}

std::optional<Instant> look_again(const Observation& seen) {
    std::optional<Instant> earliest;
    for (const spec::Pod* pod : seen.pods) {
        if (!is_active(*pod)) continue;
        const auto at = available_at(*pod, seen.replica_set.spec.min_ready_seconds, seen.at);
        if (at && (!earliest || *at < *earliest)) earliest = at;
    }
    return earliest;
}

spec::Pod pod_of(const spec::ReplicaSet& replica_set, std::string name) {
    const spec::PodTemplateSpec& pod_template = replica_set.spec.pod_template;
    spec::Pod pod;
    pod.metadata.name = std::move(name);
    pod.metadata.generate_name = pod_name(replica_set.metadata.name, "");
    pod.metadata.ns = replica_set.metadata.ns;
    pod.metadata.labels = pod_template.metadata.labels;
    pod.metadata.annotations = pod_template.metadata.annotations;
    pod.metadata.finalizers = pod_template.metadata.finalizers;
    pod.metadata.owner_references.push_back({
        .api_version = "apps/v1",
        .kind = "ReplicaSet",
        .name = replica_set.metadata.name,
        .uid = replica_set.metadata.uid,
        .controller = true,
        .block_owner_deletion = true,
    });
    pod.spec = pod_template.spec;
    return pod;
}

std::string pod_name(const std::string& replica_set, const std::string& suffix) {
    // 63 characters is the longest name that is a DNS label; 5 are the suffix, 1 the hyphen.
    constexpr std::size_t longest_prefix = 63 - 5 - 1;
    return replica_set.substr(0, longest_prefix) + "-" + suffix;
}

}  // namespace swell::control::replicaset
