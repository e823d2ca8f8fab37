#include "control/replicaset/explain.hpp"

#include <algorithm>

#include "control/replicaset/pods.hpp"
#include "spec/object.hpp"

namespace swell::control::replicaset {

namespace {

std::string pods_in_words(std::size_t count) {
    return count == 1 ? "1 pod" : std::to_string(count) + " pods";
}

}  // namespace

journal::Entry explain(
    const Observation& seen, const Decision& decision, const std::vector<std::string>& names
) {
    const spec::ObjectMeta& metadata = seen.replica_set.metadata;
    const auto active =
        std::ranges::count_if(seen.pods, [](const spec::Pod* pod) { return is_active(*pod); });
    const std::string wanted = std::to_string(seen.replica_set.spec.replicas) + " wanted, " +
                               std::to_string(active) + " there";
    journal::Entry entry;
    entry.at = seen.at;
    entry.controller = "replicaset";
    entry.subject = spec::to_text({"ReplicaSet", metadata.ns, metadata.name});
    entry.ns = metadata.ns;
    entry.name = metadata.name;
    entry.observation = {{"replicas", seen.replica_set.spec.replicas}, {"active", active}};
    entry.steps = decision.steps;
    entry.before = {{"pods", active}};
    Json pods = Json::array();
    if (decision.victims.empty()) {
        entry.action = "create-pods";
        entry.summary = "create " + pods_in_words(names.size()) + ": " + wanted;
        for (const std::string& name : names) pods.push_back(name);
        entry.after = {{"pods", active + static_cast<std::int64_t>(names.size())}};
        entry.after["created"] = std::move(pods);
    } else {
        entry.action = "delete-pods";
        entry.summary = "delete " + pods_in_words(decision.victims.size()) + ": " + wanted;
        for (const spec::Pod* victim : decision.victims) pods.push_back(victim->metadata.name);
        entry.after = {{"pods", active - static_cast<std::int64_t>(decision.victims.size())}};
        entry.after["deleted"] = std::move(pods);
    }
    return entry;
}

}  // namespace swell::control::replicaset
