#include "control/deployment/explain.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "spec/object.hpp"

namespace swell::control::deployment {

namespace {

bool sizes(const Write& write) { return write.create || !write.event.empty(); }

/// More than one template has pods, before or after.
bool is_rollout(const Observation& seen, const Decision& decision) {
    const bool makes = std::ranges::any_of(decision.writes, &Write::create);
    const auto active = std::ranges::count_if(seen.replica_sets, [](const spec::ReplicaSet* set) {
        return set->spec.replicas > 0;
    });
    const bool revives = std::ranges::any_of(decision.writes, [](const Write& write) {
        return write.before == 0 && write.replica_set.spec.replicas > 0;
    });
    return makes || active > 1 || (revives && active == 1);
}

std::string action(const Observation& seen, const Decision& decision) {
    if (std::ranges::none_of(decision.writes, sizes)) return "clean-up";
    if (is_rollout(seen, decision)) return "rollout";
    std::int64_t more = 0;
    for (const Write& write : decision.writes)
        more += write.replica_set.spec.replicas - write.before;
    return more > 0 ? "scale-up" : "scale-down";
}

std::string summary(const Decision& decision) {
    std::string text;
    const auto add = [&text](const std::string& part) {
        text += (text.empty() ? "" : ", ") + part;
    };
    for (const Write& write : decision.writes)
        if (sizes(write))
            add((write.create ? "new " : "") + write.replica_set.metadata.name + " " +
                std::to_string(write.before) + " → " +
                std::to_string(write.replica_set.spec.replicas));
    for (const spec::ReplicaSet& set : decision.removals) add("remove " + set.metadata.name);
    return text;
}

Json observation(const Observation& seen) {
    const spec::DeploymentStatus& status = seen.deployment.status;
    Json sets = Json::object();
    for (const spec::ReplicaSet* set : seen.replica_sets)
        sets[set->metadata.name] = {
            {"replicas", set->spec.replicas},
            {"ready", set->status.ready_replicas},
            {"available", set->status.available_replicas},
        };
    return {
        {"replicas", seen.deployment.spec.replicas},
        {"available", status.available_replicas},
        {"updated", status.updated_replicas},
        {"replica_sets", std::move(sets)},
    };
}

}  // namespace

bool is_change(const Decision& decision) {
    return !decision.removals.empty() || std::ranges::any_of(decision.writes, sizes);
}

journal::Entry explain(const Observation& seen, const Decision& decision) {
    const spec::ObjectMeta& metadata = seen.deployment.metadata;
    journal::Entry entry;
    entry.at = seen.at;
    entry.controller = "deployment";
    entry.subject = spec::to_text({"Deployment", metadata.ns, metadata.name});
    entry.ns = metadata.ns;
    entry.name = metadata.name;
    entry.action = action(seen, decision);
    entry.summary = summary(decision);
    entry.observation = observation(seen);
    entry.steps = decision.steps;
    entry.before = Json::object();
    entry.after = Json::object();
    for (const Write& write : decision.writes) {
        if (!sizes(write)) continue;
        const std::string& name = write.replica_set.metadata.name;
        if (!write.create) entry.before[name] = write.before;
        entry.after[name] = write.replica_set.spec.replicas;
    }
    for (const spec::ReplicaSet& set : decision.removals) entry.before[set.metadata.name] = 0;
    return entry;
}

}  // namespace swell::control::deployment
