#include "control/deployment/plan.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "control/deployment/pod_template.hpp"
#include "control/deployment/revision.hpp"

namespace swell::control::deployment {

using spec::ReplicaSet;

std::int32_t available(const ReplicaSet& replica_set) {
    return std::min(replica_set.status.available_replicas, replica_set.spec.replicas);
}

std::string change(const ReplicaSet& replica_set, std::int64_t to) {
    return replica_set.metadata.name + " " + std::to_string(replica_set.spec.replicas) + " → " +
           std::to_string(to);
}

Plan::Plan(const Observation& observation)
    : seen(observation),
      limits(bounds(observation.deployment.spec)),
      deployment(observation.deployment) {
    sets_.reserve(seen.replica_sets.size() + 1);
    for (const ReplicaSet* set : seen.replica_sets) sets_.push_back(*set);
    std::ranges::sort(sets_, [](const ReplicaSet& a, const ReplicaSet& b) {
        return std::tie(a.metadata.creation_timestamp, a.metadata.name) <
               std::tie(b.metadata.creation_timestamp, b.metadata.name);
    });
    // Several of one template: the oldest, which any number of reconciliations agrees on.
    for (ReplicaSet& set : sets_) {
        const bool same = same_template(set.spec.pod_template, deployment.spec.pod_template);
        if (same && current == nullptr) {
            current = &set;
        } else {
            old.push_back(&set);
        }
    }
}

std::int64_t Plan::max_pods() const {
    return wanted() == 0 ? 0 : std::int64_t{wanted()} + limits.max_surge;
}

std::vector<ReplicaSet*> Plan::active_old() const {
    std::vector<ReplicaSet*> found;
    std::ranges::copy_if(old, std::back_inserter(found), [](const ReplicaSet* set) {
        return set->spec.replicas > 0;
    });
    return found;
}

std::vector<ReplicaSet*> Plan::active() const {
    std::vector<ReplicaSet*> found = active_old();
    if (current != nullptr && current->spec.replicas > 0) found.push_back(current);
    return found;
}

std::int64_t Plan::pods() const {
    std::int64_t sum = 0;
    for (const ReplicaSet& set : sets_) sum += set.spec.replicas;
    return sum;
}

std::int64_t Plan::pods_there() const {
    std::int64_t sum = 0;
    for (const ReplicaSet& set : sets_) sum += std::max(set.spec.replicas, set.status.replicas);
    return sum;
}

std::int64_t Plan::available() const {
    std::int64_t sum = 0;
    for (const ReplicaSet& set : sets_) sum += deployment::available(set);
    return sum;
}

ReplicaSet& Plan::add(ReplicaSet replica_set) {
    sets_.push_back(std::move(replica_set));
    current = &sets_.back();
    return *current;
}

bool Plan::scale(ReplicaSet& replica_set, std::int64_t replicas) {
    const auto size = static_cast<std::int32_t>(
        std::clamp<std::int64_t>(replicas, 0, std::numeric_limits<std::int32_t>::max())
    );
    const bool changes = replica_set.spec.replicas != size;
    replica_set.spec.replicas = size;
    note_size(replica_set, wanted(), std::int64_t{wanted()} + limits.max_surge);
    return changes;
}

void Plan::step(std::string rule, std::string text, Json numbers) {
    decision.steps.push_back({std::move(rule), std::move(text), std::move(numbers)});
}

void Plan::collect_writes() {
    if (current != nullptr) collect_write(*current);
    for (const ReplicaSet* set : old) collect_write(*set);
}

void Plan::collect_write(const ReplicaSet& replica_set) {
    const std::string& name = replica_set.metadata.name;
    const auto found = std::ranges::find_if(seen.replica_sets, [&](const ReplicaSet* set) {
        return set->metadata.name == name;
    });
    const bool create = found == seen.replica_sets.end();
    const ReplicaSet* const before = create ? nullptr : *found;
    if (!create && before->metadata == replica_set.metadata &&
        before->spec.replicas == replica_set.spec.replicas &&
        before->spec.min_ready_seconds == replica_set.spec.min_ready_seconds)
        return;
    Write write{replica_set, create, create ? 0 : before->spec.replicas, {}};
    const std::int32_t after = replica_set.spec.replicas;
    if (write.before != after)
        write.event = std::string("Scaled ") + (after > write.before ? "up" : "down") +
                      " replica set " + name + " from " + std::to_string(write.before) + " to " +
                      std::to_string(after);
    decision.writes.push_back(std::move(write));
}

}  // namespace swell::control::deployment
