#include "control/hpa/room.hpp"

#include "cluster/admission/limit_range.hpp"
#include "cluster/admission/quota.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/resources.hpp"

namespace swell::control::hpa {
namespace {

template <class T>
std::vector<T> all_of(const cluster::Cluster& cluster, const std::string& ns) {
    cluster::Query query;
    query.kind = spec::kind_of<T>().name;
    query.ns = ns;
    std::vector<T> all;
    for (const cluster::Object& object : cluster.list(query)) all.push_back(object.as<T>());
    return all;
}

/// As the target's pods are created, when the limit ranges have completed them.
spec::Pod next_pod(const cluster::Cluster& cluster, const cluster::Object& target) {
    const spec::PodTemplateSpec& given = target.is<spec::Deployment>()
                                             ? target.as<spec::Deployment>().spec.pod_template
                                             : target.as<spec::ReplicaSet>().spec.pod_template;
    spec::Pod pod;
    pod.metadata.ns = target.metadata().ns;
    pod.spec = given.spec;
    cluster::set_defaults(all_of<spec::LimitRange>(cluster, pod.metadata.ns), pod);
    spec::complete_pod_level(pod.spec);
    return pod;
}

/// Pods that the quotas count already. One more is wanted for each that has ended.
std::int32_t running(const cluster::Cluster& cluster, const TargetScale& target, Instant now) {
    const auto selector = spec::Selector::parse(target.selector);
    std::int32_t count = 0;
    if (!selector) return count;
    for (const spec::Pod& pod : all_of<spec::Pod>(cluster, target.object.metadata().ns))
        if (selector->matches(pod.metadata.labels) && cluster::usage_of(pod, now).contains("pods"))
            ++count;
    return count;
}

}  // namespace

std::optional<journal::Step> explain_room(
    const cluster::Cluster& cluster, const TargetScale& target, std::int32_t wanted, Instant now
) {
    const auto quotas = all_of<spec::ResourceQuota>(cluster, target.object.metadata().ns);
    if (quotas.empty()) return {};
    const std::int32_t have = running(cluster, target, now);
    if (wanted <= have) return {};
    const cluster::Room room =
        cluster::room_for(quotas, next_pod(cluster, target.object), wanted - have);
    if (room.quota.empty()) return {};
    return journal::Step{
        "quota",
        "wants " + std::to_string(wanted) + ", " + room.text(have),
        {{"wanted", wanted},
         {"room", room.pods + have},
         {"quota", room.quota},
         {"resource", room.resource},
         {"used", room.used.text()},
         {"hard", room.hard.text()}}
    };
}

}  // namespace swell::control::hpa
