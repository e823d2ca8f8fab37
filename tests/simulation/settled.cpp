// The invariant "settles": where everything comes to rest.

#include <algorithm>
#include <cmath>

#include "control/replicaset/pods.hpp"
#include "invariants.hpp"

namespace swell::simulation {

namespace {

using spec::kind_of;

const spec::Condition* find(const std::vector<spec::Condition>& conditions, const char* type) {
    const auto found = std::ranges::find(conditions, type, &spec::Condition::type);
    return found == conditions.end() ? nullptr : &*found;
}

}  // namespace

std::string Invariants::unsettled() const {
    for (std::size_t i = 0; i < faults_.scenario().loads.size(); ++i)
        if (const std::string why = unsettled(i); !why.empty())
            return faults_.scenario().loads[i].name + " " + why;
    return {};
}

bool Invariants::has_room(const Load& load) const {
    const auto object = store_.get({kind_of<spec::Deployment>().name, load.ns, load.name});
    spec::Pod next;
    next.spec = object->as<spec::Deployment>().spec.pod_template.spec;
    cluster::Query query;
    query.kind = kind_of<spec::ResourceQuota>().name;
    query.ns = load.ns;
    const std::vector<spec::Pod> pods = pods_in(load.ns);
    // A VPA may make the next one any size.
    const std::vector<Vertical> sizing = verticals(store_, load.ns, load.name);
    const bool is_resized = std::ranges::any_of(sizing, &Vertical::admits);
    for (const cluster::Object& quota : store_.list(query))
        for (const auto& [resource, hard] : quota.as<spec::ResourceQuota>().spec.hard) {
            std::vector<spec::Pod> more = pods;
            more.push_back(next);
            if (used_of(resource, more, clock_.now()) > hard.milli_value() || is_resized)
                return false;
        }
    return true;
}

std::string Invariants::unsettled(std::size_t index) const {
    const Load& load = faults_.scenario().loads[index];
    const auto object = store_.get({kind_of<spec::Deployment>().name, load.ns, load.name});
    if (!object) return "is not there";
    const auto& deployment = object->as<spec::Deployment>();
    const std::int32_t replicas = deployment.spec.replicas;
    std::int32_t live = 0, working = 0;
    for (const spec::Pod& pod : measured_.pods_of(load)) {
        if (pod.metadata.deletion_timestamp) return "has pods that are going";
        if (!control::replicaset::is_active(pod)) continue;
        if (in_force(pod) != pod.spec.containers.front().resources)
            return "has pods that are being resized";
        ++live;
        working += Measured::works(pod) ? 1 : 0;
    }
    if (working != live) return "has pods that are not ready";
    if (live > replicas || (live < replicas && !load.blocked && has_room(load)))
        return "has " + std::to_string(live) + " pods of " + std::to_string(replicas);
    if (deployment.status.ready_replicas != working)
        return "says that " + std::to_string(deployment.status.ready_replicas) + " are ready of " +
               std::to_string(working);
    for (const Horizontal& one : horizontals(store_, load.ns, load.name)) {
        const std::string why = one.observes() ? unsettled_observer(one.part, load, replicas)
                                               : unsettled(one.part, load, replicas);
        if (!why.empty()) return one.part.metadata.name + " " + why;
    }
    for (const Vertical& one : verticals(store_, load.ns, load.name))
        if (const std::string why = unsettled(one, load); !why.empty())
            return one.part.metadata.name + " " + why;
    return untold(load);
}

/// Of those that observe, and of those that give way, conditions and journal tell.
std::string Invariants::untold(const Load& load) const {
    const auto holds = [](const std::vector<spec::Condition>& conditions, const char* type) {
        const spec::Condition* const one = find(conditions, type);
        return one != nullptr && one->status == "True";
    };
    const auto check = [&](const auto& one, const char* controller, bool is_contested) {
        const auto& conditions = one.part.status.conditions;
        const std::string name = spec::to_text(one.key);
        if (holds(conditions, "Observing") != one.observes())
            return name + " has the wrong condition Observing";
        if (holds(conditions, "ResourceContention") != is_contested)
            return name + " has the wrong condition ResourceContention";
        if (one.observes() && !observed_.contains(controller + one.part.metadata.uid))
            return name + " observes, and the journal has nothing of it";
        return std::string{};
    };
    const std::vector<Vertical> sizing = verticals(store_, load.ns, load.name);
    for (const Vertical& one : sizing)
        if (std::string why = check(one, "vpa", !contested(store_, one).empty()); !why.empty())
            return why;
    for (const Horizontal& one : horizontals(store_, load.ns, load.name)) {
        const bool is_contested = std::ranges::any_of(sizing, [&](const Vertical& other) {
            return !other.observes() && !contested(one, other).empty();
        });
        if (std::string why = check(one, "hpa", is_contested); !why.empty()) return why;
    }
    return {};
}

/// Pods that it may change are as it recommends; how far quotas and LimitRanges let it is the
/// original's arithmetic.
std::string Invariants::unsettled(const Vertical& vertical, const Load& load) const {
    if (!vertical.evicts() || !faults_.scenario().admits) return {};
    cluster::Query query;
    query.ns = load.ns;
    for (const char* kind : {"ResourceQuota", "LimitRange"}) {
        query.kind = kind;
        if (!store_.list(query).empty()) return {};
    }
    std::vector<spec::Pod> pods = measured_.pods_of(load);
    std::erase_if(pods, [](const spec::Pod& pod) { return !control::replicaset::is_active(pod); });
    if (std::ssize(pods) < vertical.least()) return {};
    for (const spec::Pod& pod : pods)
        if (needs_other_size(vertical, pod))
            return "recommends something else for " + pod.metadata.name;
    return {};
}

/// It says what it would do: nothing, or one step towards where it should be.
std::string Invariants::unsettled_observer(const Hpa& hpa, const Load& load, std::int32_t replicas)
    const {
    if (replicas == 0) return {};
    const std::int32_t min = hpa.spec.min_replicas.value_or(1), max = hpa.spec.max_replicas;
    const std::int32_t told = hpa.status.desired_replicas;
    const bool is_out = replicas < min || replicas > max;
    if (is_out && told != std::clamp(replicas, min, max))
        return "does not say that " + std::to_string(replicas) + " replicas are out of bounds";
    std::vector<spec::Pod> pods = measured_.pods_of(load);
    std::erase_if(pods, [](const spec::Pod& pod) { return !Measured::works(pod); });
    if (is_out || pods.empty()) return {};
    const std::int64_t want = wanted_by(hpa, load, replicas, pods);
    const bool is_held =
        (want > replicas && is_disabled(hpa, true)) || (want < replicas && is_disabled(hpa, false));
    const bool is_right = is_held || want == replicas ? told == replicas
                          : want > replicas           ? told > replicas && told <= want
                                                      : told < replicas && told >= want;
    if (is_right) return {};
    return "says that it would have " + std::to_string(told) + " replicas and should have " +
           std::to_string(want) + ", from " + std::to_string(replicas);
}

std::string Invariants::unsettled(const Hpa& hpa, const Load& load, std::int32_t replicas) const {
    const auto& conditions = hpa.status.conditions;
    const spec::Condition* const able = find(conditions, "AbleToScale");
    const spec::Condition* const active = find(conditions, "ScalingActive");
    if (able == nullptr || able->status != "True") return "is not AbleToScale";
    if (active == nullptr) return "has no condition ScalingActive";
    const std::int32_t min = hpa.spec.min_replicas.value_or(1), max = hpa.spec.max_replicas;
    if (replicas == 0)
        return active->reason == "ScalingDisabled" || min == 0 ? "" : "has no replicas";
    if (replicas < min || replicas > max)
        return std::to_string(replicas) + " replicas are out of bounds";
    std::vector<spec::Pod> pods = measured_.pods_of(load);
    std::erase_if(pods, [](const spec::Pod& pod) { return !Measured::works(pod); });
    if (pods.empty()) return {};
    if (active->status != "True") return "is not ScalingActive: " + active->message;
    const std::int64_t want = wanted_by(hpa, load, replicas, pods);
    const bool is_held =
        (want > replicas && is_disabled(hpa, true)) || (want < replicas && is_disabled(hpa, false));
    if (want != replicas && !is_held)
        return "has " + std::to_string(replicas) + " replicas and should have " +
               std::to_string(want);
    if (hpa.status.current_replicas != replicas)
        return "says that it has " + std::to_string(hpa.status.current_replicas) + " replicas of " +
               std::to_string(replicas);
    return {};
}

/// The largest of what its metrics ask for, within its bounds.
std::int64_t Invariants::wanted_by(
    const Hpa& hpa, const Load& load, std::int32_t replicas, const std::vector<spec::Pod>& pods
) const {
    Seen seen{.replicas = replicas};
    seen.pods = std::ssize(pods);
    std::int64_t want = 0;
    for (const spec::MetricSpec& metric : hpa.spec.metrics) {
        seen.used = seen.requested = 0;
        const bool is_memory = metric.resource && metric.resource->name == "memory";
        for (const spec::Pod& pod : pods) {
            const auto& requests = pod.spec.containers.front().resources.requests;
            seen.requested += amount(requests, is_memory ? "memory" : "cpu", 0);
            if (is_memory)
                seen.used += static_cast<std::int64_t>(load.memory * 1024 * 1024) * 1000;
            else if (metric.pods)
                seen.used += static_cast<std::int64_t>(
                    std::ceil(measured_.work(load) / static_cast<double>(seen.pods) * 1000)
                );
            else
                seen.used += measured_.usage(load, pod, seen.pods);
        }
        seen.value = metric.object ? measured_.work(load) : measured_.queue(load);
        const std::string name = metric.object     ? metric.object->metric.name
                                 : metric.external ? metric.external->metric.name
                                                   : "";
        if (name.ends_with("_per_pod")) seen.value /= static_cast<double>(seen.pods);
        want = std::max(want, wanted(metric, hpa, seen));
    }
    return std::clamp<std::int64_t>(want, hpa.spec.min_replicas.value_or(1), hpa.spec.max_replicas);
}

}  // namespace swell::simulation
