// The invariant "settles": where everything comes to rest.

#include <algorithm>
#include <cmath>

#include "control/replicaset/pods.hpp"
#include "invariants.hpp"
#include "spec/kinds/vpa.hpp"

namespace swell::simulation {

namespace {

using spec::kind_of;

const spec::Condition* find(const std::vector<spec::Condition>& conditions, const char* type) {
    const auto found = std::ranges::find(conditions, type, &spec::Condition::type);
    return found == conditions.end() ? nullptr : &*found;
}

std::int64_t request(const spec::Pod& pod, const std::string& resource) {
    const auto& requests = pod.spec.containers.front().resources.requests;
    const auto found = requests.find(resource);
    return found == requests.end() ? 0 : found->second.milli_value();
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
    const auto vpa = store_.get({kind_of<spec::VerticalPodAutoscaler>().name, load.ns, load.name});
    const bool is_resized =
        vpa && vpa->as<spec::VerticalPodAutoscaler>().spec.update_policy->update_mode != "Off";
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
        live += control::replicaset::is_active(pod) ? 1 : 0;
        working += Measured::works(pod) ? 1 : 0;
    }
    if (working != live) return "has pods that are not ready";
    if (live > replicas || (live < replicas && !load.blocked && has_room(load)))
        return "has " + std::to_string(live) + " pods of " + std::to_string(replicas);
    if (deployment.status.ready_replicas != working)
        return "says that " + std::to_string(deployment.status.ready_replicas) + " are ready of " +
               std::to_string(working);
    const auto hpa = store_.get({kind_of<Hpa>().name, load.ns, load.name});
    return hpa ? unsettled(hpa->as<Hpa>(), load, replicas) : std::string{};
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
    Seen seen{.replicas = replicas};
    std::vector<spec::Pod> pods = measured_.pods_of(load);
    std::erase_if(pods, [](const spec::Pod& pod) { return !Measured::works(pod); });
    seen.pods = std::ssize(pods);
    if (pods.empty()) return {};
    if (active->status != "True") return "is not ScalingActive: " + active->message;
    std::int64_t want = 0;
    for (const spec::MetricSpec& metric : hpa.spec.metrics) {
        seen.used = seen.requested = 0;
        const bool is_memory = metric.resource && metric.resource->name == "memory";
        for (const spec::Pod& pod : pods) {
            seen.requested += request(pod, is_memory ? "memory" : "cpu");
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
    want = std::clamp<std::int64_t>(want, min, max);
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

}  // namespace swell::simulation
