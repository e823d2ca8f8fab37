#include "control/replicaset/victims.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <compare>
#include <cstdint>
#include <map>

namespace swell::control::replicaset {

namespace {

constexpr const char* deletion_cost = "controller.kubernetes.io/pod-deletion-cost";

/// Pods by the name of their node.
using OnNode = std::map<std::string, std::int64_t>;

OnNode count_by_node(const Pods& pods) {
    OnNode on_node;
    for (const spec::Pod* pod : pods) ++on_node[pod->spec.node_name];
    return on_node;
}

int phase_rank(const spec::Pod& pod) {
    if (pod.status.phase == "Running") return 2;
    if (pod.status.phase == "Unknown") return 1;
    return 0;
}

/// A cost that is no 32-bit integer counts as none.
std::int32_t cost(const spec::Pod& pod) {
    const auto found = pod.metadata.annotations.find(deletion_cost);
    if (found == pod.metadata.annotations.end()) return 0;
    const std::string& text = found->second;
    std::int32_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc() && read.ptr == text.data() + text.size() ? value : 0;
}

/// The power of two of an age in nanoseconds; -1 for none and for the future.
int age_rank(std::optional<Instant> since, Instant at) {
    if (!since || *since >= at) return -1;
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>((at - *since).count()))) - 1;
}

std::optional<Instant> ready_since(const spec::Pod& pod) {
    const spec::Condition* ready = find_condition(pod.status.conditions, "Ready");
    if (ready == nullptr || ready->status != "True") return std::nullopt;
    return ready->last_transition_time;
}

std::int32_t restarts(const spec::Pod& pod) {
    std::int32_t most = 0;
    for (const auto& container : pod.status.container_statuses)
        most = std::max(most, container.restart_count);
    return most;
}

std::int32_t sidecar_restarts(const spec::Pod& pod) {
    std::int32_t most = 0;
    for (const spec::Container& container : pod.spec.init_containers) {
        if (container.restart_policy != "Always") continue;
        for (const auto& status : pod.status.init_container_statuses)
            if (status.name == container.name) most = std::max(most, status.restart_count);
    }
    return most;
}

struct Comparison {
    std::strong_ordering order = std::strong_ordering::equal;  ///< less: goes first
    const char* why = "";
};

Comparison compare(const spec::Pod& a, const spec::Pod& b, const OnNode& on_node, Instant at) {
    if (const auto order = !a.spec.node_name.empty() <=> !b.spec.node_name.empty(); order != 0)
        return {order, "not assigned to a node"};
    if (const auto order = phase_rank(a) <=> phase_rank(b); order != 0)
        return {order, "not running yet"};
    if (const auto order = is_ready(a) <=> is_ready(b); order != 0) return {order, "not ready"};
    if (const auto order = cost(a) <=> cost(b); order != 0) return {order, "lower deletion cost"};
    if (const auto order = on_node.at(b.spec.node_name) <=> on_node.at(a.spec.node_name);
        order != 0)
        return {order, "more pods on its node"};
    if (is_ready(a)) {
        const auto order = age_rank(ready_since(a), at) <=> age_rank(ready_since(b), at);
        if (order != 0) return {order, "ready for a shorter time"};
    }
    if (const auto order = restarts(b) <=> restarts(a); order != 0) return {order, "more restarts"};
    if (const auto order = sidecar_restarts(b) <=> sidecar_restarts(a); order != 0)
        return {order, "more restarts of sidecars"};
    const auto created_a = a.metadata.creation_timestamp;
    const auto created_b = b.metadata.creation_timestamp;
    if (const auto order = age_rank(created_a, at) <=> age_rank(created_b, at); order != 0)
        return {order, "newer"};
    return {a.metadata.uid <=> b.metadata.uid, "of about the same age, by uid"};
}

}  // namespace

Pods by_deletion_order(Pods pods, Instant at) {
    const OnNode on_node = count_by_node(pods);
    std::ranges::stable_sort(pods, [&](const spec::Pod* a, const spec::Pod* b) {
        return compare(*a, *b, on_node, at).order < 0;
    });
    return pods;
}

std::string why_first(
    const spec::Pod& victim, const spec::Pod& next, const Pods& pods, Instant at
) {
    const Comparison comparison = compare(victim, next, count_by_node(pods), at);
    return comparison.order < 0 ? comparison.why : "equal to the others";
}

}  // namespace swell::control::replicaset
