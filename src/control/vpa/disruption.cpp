#include "control/vpa/disruption.hpp"

#include <algorithm>

#include "control/vpa/phase.hpp"
#include "control/vpa/policy.hpp"

namespace swell::control::vpa {

namespace {

constexpr Duration deferred_timeout = std::chrono::minutes(5);
constexpr Duration in_progress_timeout = std::chrono::hours(1);

const spec::Condition* find_condition(const spec::Pod& pod, std::string_view type) {
    const auto found = std::ranges::find(pod.status.conditions, type, &spec::Condition::type);
    return found == pod.status.conditions.end() ? nullptr : &*found;
}

/// Whether the resize under way failed, or has taken `age` too long.
bool resize_is_lost(const spec::Pod& pod, Duration age) {
    if (const auto* pending = find_condition(pod, "PodResizePending"))
        return pending->reason != "Deferred" || age > deferred_timeout;
    const auto* progress = find_condition(pod, "PodResizeInProgress");
    if (progress == nullptr) return false;
    const bool goes_on = progress->reason.empty() && progress->message.empty();
    return !goes_on || age > in_progress_timeout;
}

bool can_evict_resizing(
    const spec::Pod& pod, const Disruption::Group& group, Instant now, Disruption::FirstSeen& seen
) {
    const Instant since = seen.try_emplace(pod.metadata.uid, now).first->second;
    return group.disruptable() && resize_is_lost(pod, now - since);
}

}  // namespace

Creator creator_of(const spec::Pod& pod) {
    const spec::OwnerReference* owner = pod.metadata.controller();
    return owner == nullptr ? Creator{} : Creator{owner->kind, owner->name};
}

const char* to_text(ResizeDecision decision) {
    switch (decision) {
        case ResizeDecision::approved:
            return "InPlaceApproved";
        case ResizeDecision::deferred:
            return "InPlaceDeferred";
        case ResizeDecision::evict:
            return "InPlaceEvict";
    }
    return "";
}

bool is_resizing(const spec::Pod& pod) {
    // The first of the two conditions decides, whatever the other says.
    for (const spec::Condition& one : pod.status.conditions)
        if (one.type == "PodResizePending" || one.type == "PodResizeInProgress")
            return one.status == "True";
    return false;
}

Disruption::Disruption(
    std::span<const spec::Pod* const> pods,
    const spec::VerticalPodAutoscaler& vpa,
    const UpdaterConfig& config,
    const Replicas& replicas
) {
    const auto& policy = vpa.spec.update_policy;
    const std::int32_t required =
        policy ? policy->min_replicas.value_or(config.min_replicas) : config.min_replicas;
    for (const spec::Pod* pod : pods) {
        Group& group = groups_[creator_of(*pod)];
        ++group.live;
        if (is_pending(*pod)) ++group.pending;
    }
    for (auto& [creator, group] : groups_) {
        if (creator.kind.empty()) continue;
        group.configured = creator.kind == "Job" ? group.live : replicas(creator).value_or(0);
        group.tolerated = static_cast<std::int32_t>(group.configured * config.eviction_tolerance);
    }
    std::erase_if(groups_, [&](const auto& entry) {
        const auto& [creator, group] = entry;
        return group.live < required || (group.configured == 0 && !creator.kind.empty());
    });
}

bool Disruption::Group::disruptable() const {
    if (running() - disturbed > configured - tolerated) return true;
    return configured == running() && tolerated == 0 && disturbed == 0;
}

const Disruption::Group* Disruption::group_of(const spec::Pod& pod) const {
    const auto found = groups_.find(creator_of(pod));
    return found == groups_.end() ? nullptr : &found->second;
}

bool Disruption::can_evict(const spec::Pod& pod, Instant now, FirstSeen& seen) const {
    const Group* group = group_of(pod);
    if (group == nullptr) return false;
    if (is_pending(pod)) return true;
    if (is_resizing(pod)) return can_evict_resizing(pod, *group, now, seen);
    return group->disruptable();
}

ResizeDecision Disruption::can_resize(
    const spec::Pod& pod, const spec::VerticalPodAutoscaler& vpa, Instant now, FirstSeen& seen
) const {
    const Group* group = group_of(pod);
    if (group == nullptr || is_pending(pod) || !vpa.status.recommendation)
        return ResizeDecision::deferred;
    if (is_resizing(pod))
        return can_evict_resizing(pod, *group, now, seen) ? ResizeDecision::evict
                                                          : ResizeDecision::deferred;
    return group->disruptable() ? ResizeDecision::approved : ResizeDecision::deferred;
}

void Disruption::evicted(const spec::Pod& pod) {
    if (is_pending(pod)) return;
    const auto found = groups_.find(creator_of(pod));
    if (found != groups_.end()) ++found->second.disturbed;
}

void Disruption::resized(const spec::Pod& pod) {
    const auto found = groups_.find(creator_of(pod));
    if (found != groups_.end()) ++found->second.disturbed;
}

}  // namespace swell::control::vpa
