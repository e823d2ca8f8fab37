// The invariants about what pods request: `vpa`, `resize`, `contention` and `observe`.

#include <algorithm>
#include <limits>

#include "control/replicaset/pods.hpp"
#include "invariants.hpp"

namespace swell::simulation {

namespace {

using spec::kind_of;

constexpr const char* resources[] = {"cpu", "memory"};
/// For so long what a policy forbade is not tried again.
constexpr Duration refused_hold = std::chrono::minutes(10);

std::string app_of(const spec::Pod& pod) {
    const auto app = pod.metadata.labels.find("app");
    return app == pod.metadata.labels.end() ? "" : app->second;
}

const spec::ResourceRequirements& sizes(const spec::Pod& pod) {
    return pod.spec.containers.front().resources;
}

bool is_same(
    const spec::ResourceRequirements& a,
    const spec::ResourceRequirements& b,
    const std::string& resource
) {
    return amount(a.requests, resource, 0) == amount(b.requests, resource, 0) &&
           amount(a.limits, resource, 0) == amount(b.limits, resource, 0);
}

std::string size_text(const spec::Pod& pod, const std::string& resource) {
    return pod.metadata.name + " requests " + resource + " " +
           std::to_string(amount(sizes(pod).requests, resource, 0)) + " milli";
}

}  // namespace

void Invariants::resize_failed(const spec::Pod& wanted, const Error& why) {
    count(why.code == Code::forbidden ? "resize refused" : "resize failed");
    if (why.code != Code::forbidden) return;
    // One that is deleted and made again remembers nothing.
    const std::string by = journal_.entries().back().observation.value("uid", "");
    const Refused now{sizes(wanted), by, clock_.now()};
    const auto [last, is_first] = refused_.try_emplace(wanted.metadata.uid, now);
    if (is_first) return;
    const Refused& before = last->second;
    if (before.by == by && before.wanted == now.wanted && now.at < before.at + refused_hold)
        break_("vpa", wanted.metadata.name + ": what was refused is tried again at once");
    last->second = now;
}

/// A new pod is as its template says, but for what an acting VPA sets.
void Invariants::check_size(const spec::Pod& pod) {
    const spec::OwnerReference* const owner = pod.metadata.controller();
    if (owner == nullptr) return;
    const auto set = store_.get({kind_of<spec::ReplicaSet>().name, pod.metadata.ns, owner->name});
    if (!set) return;
    spec::ResourceRequirements own =
        set->as<spec::ReplicaSet>().spec.pod_template.spec.containers.front().resources;
    // Limits that the template leaves open are a LimitRange's.
    for (const auto& [resource, limit] : sizes(pod).limits) own.limits.try_emplace(resource, limit);
    std::optional<Vertical> acting;
    for (Vertical& one : verticals(store_, pod.metadata.ns, app_of(pod)))
        if (one.admits() && faults_.scenario().admits) acting = std::move(one);
    const std::set<std::string> set_by_it =
        acting ? sets(store_, *acting) : std::set<std::string>{};
    if (acting && !contested(store_, *acting).empty()) count("pod created beside an HPA");
    for (const char* resource : resources) {
        if (is_same(sizes(pod), own, resource)) continue;
        count("pod sized by a VPA");
        if (!acting)
            break_("observe", size_text(pod, resource) + ", and nothing sizes it");
        else if (!set_by_it.contains(resource))
            break_("contention", size_text(pod, resource) + ", which is left to an HPA");
        else
            check_policy(*acting, pod, resource);
        const std::int64_t limit = amount(sizes(pod).limits, resource, 0);
        if (acting && acting->keeps_limits() && limit != amount(own.limits, resource, 0))
            break_("vpa", pod.metadata.name + " has another limit of " + resource);
    }
}

void Invariants::check_policy(
    const Vertical& vertical, const spec::Pod& pod, const std::string& resource
) {
    const spec::ContainerResourcePolicy& policy = vertical.policy();
    const std::int64_t request = amount(sizes(pod).requests, resource, 0);
    std::int64_t least = amount(policy.min_allowed, resource, request);
    // Requests alone cannot be more than the limit.
    if (vertical.keeps_limits())
        least = std::min(least, amount(sizes(pod).limits, resource, least));
    if (request < least || request > amount(policy.max_allowed, resource, request))
        break_("vpa", size_text(pod, resource) + ", outside the policy");
}

/// The VPA whose entry the journal has of this moment: that it does this to the pod.
std::optional<Vertical> Invariants::actor(const char* action, const spec::Pod& pod) {
    const std::string what = std::string(action) + " of " + pod.metadata.name;
    if (journal_.refuses()) break_("journaled", what + " while the journal refuses");
    const journal::Entry* const entry =
        journal_.entries().empty() ? nullptr : &journal_.entries().back();
    if (entry == nullptr || entry->controller != "vpa" || entry->at != clock_.now() ||
        entry->observation.value("pod", "") != pod.metadata.name) {
        break_("journaled", what + " without a word");
        return std::nullopt;
    }
    if (entry->action != action) break_("journaled", what + ", told as " + entry->action);
    for (Vertical& one : verticals(store_, pod.metadata.ns, app_of(pod))) {
        if (spec::to_text(one.key) != entry->subject) continue;
        if (one.observes()) break_("observe", what + " by " + entry->subject + ", which observes");
        if (one.key.kind == "Autoscaler") count("pod updated by an Autoscaler");
        return std::move(one);
    }
    break_("vpa", what + " by " + entry->subject + ", which is not there");
    return std::nullopt;
}

/// Whether something that it sets is outside of what it recommends.
bool Invariants::needs_other_size(const Vertical& vertical, const spec::Pod& pod) const {
    const std::set<std::string> own = sets(store_, vertical);
    cluster::Query ranges;
    ranges.kind = kind_of<spec::LimitRange>().name;
    ranges.ns = pod.metadata.ns;
    // A LimitRange narrows what is recommended: how far is the original's arithmetic.
    if (!store_.list(ranges).empty()) return !own.empty();
    const auto& recommendation = vertical.part.status.recommendation;
    if (!recommendation || recommendation->container_recommendations.empty()) return false;
    const auto& range = recommendation->container_recommendations.front();
    const spec::ResourceRequirements& now = in_force(pod);
    return std::ranges::any_of(own, [&](const std::string& resource) {
        const std::int64_t request = amount(now.requests, resource, 0);
        std::int64_t cap = std::numeric_limits<std::int64_t>::max();
        if (vertical.keeps_limits()) cap = amount(now.limits, resource, cap);
        return request < std::min(cap, amount(range.lower_bound, resource, request)) ||
               request > std::min(cap, amount(range.upper_bound, resource, request));
    });
}

Invariants::Disturbed& Invariants::disturbed(const spec::OwnerReference& owner) {
    Disturbed& run = disturbed_[owner.uid];
    if (run.at != clock_.now()) run = Disturbed{.at = clock_.now(), .resized = {}, .evicted = 0};
    return run;
}

/// Of fewer than minReplicas none is touched; else in one run at most half, or one.
void Invariants::check_disruption(
    const Vertical& vertical, const spec::Pod& pod, const char* what
) {
    const spec::OwnerReference* const owner = pod.metadata.controller();
    if (owner == nullptr) return;
    const auto set = store_.get({kind_of<spec::ReplicaSet>().name, pod.metadata.ns, owner->name});
    if (!set) return;
    const std::int32_t configured = set->as<spec::ReplicaSet>().spec.replicas;
    const Disturbed& run = disturbed(*owner);
    std::int32_t live = 1 + run.evicted, running = 0;
    for (const spec::Pod& other : pods_in(pod.metadata.ns)) {
        const spec::OwnerReference* const its = other.metadata.controller();
        const std::string& name = other.metadata.name;
        if (its == nullptr || its->uid != owner->uid || name == pod.metadata.name) continue;
        if (!control::replicaset::is_active(other)) continue;
        ++live;
        running += other.status.phase == "Running" && !run.resized.contains(name) ? 1 : 0;
    }
    const std::string told = pod.metadata.name + " was " + what + ": ";
    if (live < vertical.least() || configured == 0)
        break_("vpa", told + "there are only " + std::to_string(live));
    if (pod.status.phase == "Running" && running < configured - std::max(1, configured / 2))
        break_(
            "vpa",
            told + std::to_string(running) + " of " + std::to_string(configured) + " are left alone"
        );
}

void Invariants::evicted(const spec::Pod& pod) {
    count("eviction");
    const auto vertical = actor("evict", pod);
    if (!vertical) return;
    const std::string& name = pod.metadata.name;
    if (!vertical->evicts() || !faults_.scenario().admits)
        break_("vpa", name + " was evicted in mode " + vertical->mode());
    if (!needs_other_size(*vertical, pod))
        break_(
            contested(store_, *vertical).empty() ? "vpa" : "contention",
            name + " was evicted, and nothing that the VPA sets is out of range"
        );
    const auto refused = refused_.find(pod.metadata.uid);
    if (refused != refused_.end() && refused->second.at == clock_.now())
        break_("vpa", name + " was evicted, though what takes its place is forbidden");
    check_disruption(*vertical, pod, "evicted");
    if (const spec::OwnerReference* const owner = pod.metadata.controller())
        ++disturbed(*owner).evicted;
}

void Invariants::resized(const spec::Pod& before, const spec::Pod& after) {
    count("resize");
    const std::string& name = after.metadata.name;
    const auto vertical = actor("resize", before);
    if (!vertical) return;
    if (!vertical->resizes() || !faults_.scenario().resizes)
        break_("vpa", name + " was resized in mode " + vertical->mode());
    if (!needs_other_size(*vertical, before))
        break_(
            contested(store_, *vertical).empty() ? "vpa" : "contention",
            name + " was resized, and nothing that the VPA sets is out of range"
        );
    spec::Pod same = after;
    same.spec.containers.front().resources = sizes(before);
    same.metadata.annotations = before.metadata.annotations;
    same.metadata.generation = before.metadata.generation;
    same.metadata.resource_version = before.metadata.resource_version;
    if (same != before) break_("resize", name + " is another pod");
    const std::set<std::string> own = sets(store_, *vertical);
    if (own.size() < std::size(resources)) count("resize beside an HPA");
    for (const char* resource : resources) {
        if (own.contains(resource))
            check_policy(*vertical, after, resource);
        else if (!is_same(sizes(before), sizes(after), resource))
            break_("contention", name + " has other " + resource + ", which is not the VPA's");
    }
    if (vertical->keeps_limits() && sizes(before).limits != sizes(after).limits)
        break_("vpa", name + " has other limits");
    check_limits(after);
    check_disruption(*vertical, before, "resized");
    if (const spec::OwnerReference* const owner = after.metadata.controller())
        disturbed(*owner).resized.insert(name);
}

}  // namespace swell::simulation
