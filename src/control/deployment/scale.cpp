#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "control/deployment/revision.hpp"
#include "control/deployment/rollout_steps.hpp"

namespace swell::control::deployment {

using spec::ReplicaSet;

namespace {

std::string name(const ReplicaSet& set) { return set.metadata.name; }

/// The only one with pods, or, when none has any, the current one, or the newest.
ReplicaSet* find_active_or_latest(const Plan& plan) {
    const auto active = plan.active();
    if (active.size() == 1) return active.front();
    if (active.size() > 1) return nullptr;
    if (plan.current != nullptr) return plan.current;
    return plan.old.empty() ? nullptr : plan.old.back();
}

/// It has all the pods that are wanted, and was given them for this size of the Deployment.
bool is_saturated(const Plan& plan) {
    return plan.current != nullptr && plan.current->spec.replicas == plan.wanted() &&
           number_in(plan.current->metadata, desired_replicas_annotation) == plan.wanted();
}

/// How many more (or fewer, negative) pods a ReplicaSet has in the same share of the new size.
std::int64_t share(const Plan& plan, const ReplicaSet& set) {
    if (plan.wanted() == 0) return -std::int64_t{set.spec.replicas};
    const auto noted = number_in(set.metadata, max_replicas_annotation);
    const std::int64_t before = noted.value_or(0) != 0 ? *noted : plan.deployment.status.replicas;
    if (before == 0) return 0;
    const double size = static_cast<double>(set.spec.replicas) *
                        static_cast<double>(plan.wanted() + std::int64_t{plan.limits.max_surge}) /
                        static_cast<double>(before);
    return std::llround(size) - set.spec.replicas;
}

/// Largest first; of one size the newer first when pods are added, the older when they are taken.
void sort_by_size(std::vector<ReplicaSet*>& sets, bool newer_first) {
    const auto age = [](const ReplicaSet* set) {
        return std::pair(set->metadata.creation_timestamp, set->metadata.name);
    };
    std::ranges::sort(sets, [&](const ReplicaSet* a, const ReplicaSet* b) {
        if (a->spec.replicas != b->spec.replicas) return a->spec.replicas > b->spec.replicas;
        return newer_first ? age(b) < age(a) : age(a) < age(b);
    });
}

void share_out(Plan& plan) {
    auto sets = plan.active();
    const std::int64_t there = plan.pods();
    const std::int64_t to_add = plan.max_pods() - there;
    sort_by_size(sets, to_add > 0);
    std::map<const ReplicaSet*, std::int64_t> sizes;
    std::int64_t added = 0;
    for (const ReplicaSet* set : sets) {
        const std::int64_t left = to_add - added;
        std::int64_t part = left == 0 ? 0 : share(plan, *set);
        part = to_add > 0 ? std::min(part, left) : std::max(part, left);
        if (to_add == 0) part = 0;
        sizes[set] = set->spec.replicas + part;
        added += part;
    }
    sizes[sets.front()] = std::max<std::int64_t>(sizes[sets.front()] + to_add - added, 0);
    plan.step(
        "proportional",
        std::to_string(plan.max_pods()) + " allowed (" + std::to_string(plan.wanted()) +
            " wanted + " + std::to_string(plan.limits.max_surge) + " surge) − " +
            std::to_string(there) + " there = " + std::to_string(to_add) + ", shared out among " +
            std::to_string(sets.size()) + " ReplicaSets in proportion",
        {{"allowed", plan.max_pods()}, {"there", there}, {"to_add", to_add}}
    );
    for (ReplicaSet* set : sets) {
        if (set->spec.replicas != sizes[set])
            plan.step(
                "share",
                change(*set, sizes[set]),
                {{"replica_set", name(*set)}, {"from", set->spec.replicas}, {"to", sizes[set]}}
            );
        plan.scale(*set, sizes[set]);
    }
}

}  // namespace

void scale_in_proportion(Plan& plan) {
    if (ReplicaSet* only = find_active_or_latest(plan)) {
        if (only->spec.replicas != plan.wanted())
            plan.step(
                "replicas",
                std::to_string(plan.wanted()) + " wanted: " + change(*only, plan.wanted()),
                {{"replica_set", name(*only)}, {"replicas", plan.wanted()}}
            );
        plan.scale(*only, plan.wanted());
    } else if (is_saturated(plan)) {
        for (ReplicaSet* set : plan.active_old()) {
            plan.step(
                "saturated",
                name(*plan.current) + " has all " + std::to_string(plan.wanted()) + ": " +
                    change(*set, 0),
                {{"replica_set", name(*set)}, {"from", set->spec.replicas}, {"to", 0}}
            );
            plan.scale(*set, 0);
        }
    } else if (plan.deployment.spec.strategy.type == "RollingUpdate" && !plan.active().empty()) {
        share_out(plan);
    }
}

}  // namespace swell::control::deployment
