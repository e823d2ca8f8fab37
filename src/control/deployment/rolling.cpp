#include <algorithm>
#include <string>

#include "control/deployment/revision.hpp"
#include "control/deployment/rollout_steps.hpp"

namespace swell::control::deployment {

using spec::ReplicaSet;

namespace {

std::string number(std::int64_t value) { return std::to_string(value); }

/// Returns whether it was scaled.
bool scale_current(Plan& plan) {
    ReplicaSet& current = *plan.current;
    const std::int64_t size = current.spec.replicas;
    if (size == plan.wanted()) return false;
    if (size > plan.wanted()) {
        plan.step(
            "replicas",
            number(plan.wanted()) + " wanted: " + change(current, plan.wanted()),
            {{"replicas", plan.wanted()}}
        );
        return plan.scale(current, plan.wanted());
    }
    const std::int64_t allowed = std::int64_t{plan.wanted()} + plan.limits.max_surge;
    const std::int64_t there = plan.pods_there();
    const std::int64_t more = std::min(allowed - there, plan.wanted() - size);
    if (more <= 0) return false;
    plan.step(
        "max-surge",
        "min(" + number(plan.wanted()) + " wanted + " + number(plan.limits.max_surge) +
            " surge − " + number(there) + " there, " + number(plan.wanted() - size) +
            " to go) = " + number(more) + ": " + change(current, size + more),
        {{"max_surge", plan.limits.max_surge},
         {"allowed", allowed},
         {"there", there},
         {"more", more}}
    );
    return plan.scale(current, size + more);
}

/// Takes pods that are not available from old ReplicaSets, at most `most`. Returns how many.
std::int64_t take_unavailable(Plan& plan, std::int64_t most) {
    std::int64_t taken = 0;
    for (ReplicaSet* set : plan.active_old()) {
        const std::int64_t missing = set->spec.replicas - available(*set);
        const std::int64_t count = std::min(most - taken, missing);
        if (count <= 0) continue;
        const std::int64_t to = set->spec.replicas - count;
        plan.step(
            "old-not-available",
            number(missing) + " of " + number(set->spec.replicas) + " pods of " +
                set->metadata.name + " are not available: " + change(*set, to),
            {{"replica_set", set->metadata.name}, {"not_available", missing}, {"to", to}}
        );
        plan.scale(*set, to);
        taken += count;
    }
    return taken;
}

/// Takes available pods from old ReplicaSets, oldest first, as far as enough stay available.
std::int64_t take_available(Plan& plan, std::int64_t min_available) {
    const std::int64_t there = plan.available();
    const std::int64_t spare = there - min_available;
    if (spare <= 0) return 0;
    std::int64_t taken = 0;
    for (ReplicaSet* set : plan.active_old()) {
        const std::int64_t count = std::min<std::int64_t>(set->spec.replicas, spare - taken);
        if (count <= 0) break;
        const std::int64_t to = set->spec.replicas - count;
        plan.step(
            "max-unavailable",
            number(there) + " available − (" + number(plan.wanted()) + " wanted − " +
                number(plan.limits.max_unavailable) + " may be unavailable) = " + number(spare) +
                " to spare: " + change(*set, to),
            {{"max_unavailable", plan.limits.max_unavailable},
             {"available", there},
             {"min_available", min_available},
             {"spare", spare},
             {"replica_set", set->metadata.name},
             {"to", to}}
        );
        plan.scale(*set, to);
        taken += count;
    }
    return taken;
}

/// Returns whether any was scaled.
bool scale_old(Plan& plan) {
    if (plan.active_old().empty()) return false;
    const std::int64_t min_available = plan.wanted() - plan.limits.max_unavailable;
    // Pods of the current one that are not available yet must not let more old ones go.
    const std::int64_t not_available_yet = plan.current->spec.replicas - available(*plan.current);
    const std::int64_t most = plan.pods() - min_available - not_available_yet;
    if (most <= 0) return false;
    const std::int64_t taken = take_unavailable(plan, most);
    return taken + take_available(plan, min_available) > 0;
}

bool old_pods_run(const Plan& plan) {
    for (const ReplicaSet* set : plan.old)
        if (set->status.replicas > 0) return true;
    return std::ranges::any_of(plan.seen.running, [&](const std::string& uid) {
        return plan.current == nullptr || uid != plan.current->metadata.uid;
    });
}

}  // namespace

void roll(Plan& plan) {
    sync_current(plan, Missing::create);
    if (scale_current(plan)) return;
    if (scale_old(plan)) return;
    if (is_complete(plan.deployment, plan.deployment.status)) clean_up(plan);
}

void recreate(Plan& plan) {
    sync_current(plan, Missing::leave);
    const auto active_old = plan.active_old();
    for (ReplicaSet* set : active_old) {
        plan.step(
            "recreate",
            "all old pods go first: " + change(*set, 0),
            {{"replica_set", set->metadata.name}, {"from", set->spec.replicas}, {"to", 0}}
        );
        plan.scale(*set, 0);
    }
    if (!active_old.empty() || old_pods_run(plan)) return;
    if (plan.current == nullptr) sync_current(plan, Missing::create);
    if (plan.current->spec.replicas != plan.wanted()) {
        plan.step(
            "recreate",
            "no old pod runs: " + change(*plan.current, plan.wanted()),
            {{"replica_set", plan.current->metadata.name}, {"to", plan.wanted()}}
        );
        plan.scale(*plan.current, plan.wanted());
    }
    if (is_complete(plan.deployment, plan.deployment.status)) clean_up(plan);
}

void clean_up(Plan& plan) {
    std::vector<const ReplicaSet*> alive;
    std::ranges::copy_if(plan.old, std::back_inserter(alive), [](const ReplicaSet* set) {
        return !set->metadata.deletion_timestamp.has_value();
    });
    const std::size_t limit = static_cast<std::size_t>(plan.deployment.spec.revision_history_limit);
    if (alive.size() <= limit) return;
    std::ranges::stable_sort(alive, {}, [](const ReplicaSet* set) {
        return revision(set->metadata);
    });
    alive.resize(alive.size() - limit);
    for (const ReplicaSet* set : alive) {
        const bool settled = set->metadata.generation <= set->status.observed_generation;
        if (set->status.replicas != 0 || set->spec.replicas != 0 || !settled) continue;
        plan.step(
            "revision-history-limit",
            "keep " + number(plan.deployment.spec.revision_history_limit) + " old: remove " +
                set->metadata.name + ", revision " + number(revision(set->metadata)),
            {{"replica_set", set->metadata.name}, {"revision", revision(set->metadata)}}
        );
        plan.decision.removals.push_back(*set);
    }
}

}  // namespace swell::control::deployment
