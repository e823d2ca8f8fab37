#include "control/hpa/room.hpp"

#include <algorithm>
#include <string_view>

#include "cluster/admission/limit_range.hpp"
#include "cluster/admission/quota.hpp"
#include "control/dependents.hpp"
#include "control/hpa/conditions.hpp"
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
spec::Pod next_pod(
    const cluster::Cluster& cluster, const cluster::Object& target, const Admit& admit
) {
    const spec::PodTemplateSpec& given = target.is<spec::Deployment>()
                                             ? target.as<spec::Deployment>().spec.pod_template
                                             : target.as<spec::ReplicaSet>().spec.pod_template;
    spec::Pod pod;
    pod.metadata = given.metadata;
    pod.metadata.ns = target.metadata().ns;
    pod.metadata.owner_references = {controller_reference(target)};
    pod.spec = given.spec;
    if (admit) pod = admit(std::move(pod));
    cluster::set_defaults(all_of<spec::LimitRange>(cluster, pod.metadata.ns), pod);
    spec::complete_pod_level(pod.spec);
    return pod;
}

/// Pods that the quotas count already. One more is wanted for each that has ended.
std::int32_t running(const cluster::Cluster& cluster, const TargetScale& target, Instant now) {
    const auto selector = spec::Selector::parse(selector_text(target));
    std::int32_t count = 0;
    if (!selector) return count;
    for (const spec::Pod& pod : all_of<spec::Pod>(cluster, target.object.metadata().ns))
        if (selector->matches(pod.metadata.labels) && cluster::usage_of(pod, now).contains("pods"))
            ++count;
    return count;
}

constexpr const char* limited = "QuotaLimited";

/// `wants 14, quota compute leaves room for 9`: what is used meanwhile is not news.
std::string_view news_in(std::string_view text) { return text.substr(0, text.find(':')); }

}  // namespace

std::optional<journal::Step> explain_room(
    const cluster::Cluster& cluster,
    const TargetScale& target,
    const Admit& admit,
    std::int32_t wanted,
    Instant now
) {
    const auto quotas = all_of<spec::ResourceQuota>(cluster, target.object.metadata().ns);
    if (quotas.empty()) return {};
    const std::int32_t have = running(cluster, target, now);
    if (wanted <= have) return {};
    const cluster::Room room =
        cluster::room_for(quotas, next_pod(cluster, target.object, admit), wanted - have);
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

void tell_room(Decision& decision, const std::optional<journal::Step>& lack, Instant at) {
    spec::HpaStatus& status = decision.status;
    if (!lack) return forget_condition(status, limited);
    const auto before = std::ranges::find(status.conditions, limited, &spec::Condition::type);
    const bool is_news =
        before == status.conditions.end() || news_in(before->message) != news_in(lack->text);
    if (is_news) decision.events.push_back({true, "QuotaExceeded", lack->text});
    set_condition(status, limited, {true, "QuotaExceeded", lack->text}, at);
    decision.gist += news_in(lack->text);
    if (!decision.steps.empty()) decision.steps.push_back(*lack);
}

}  // namespace swell::control::hpa
