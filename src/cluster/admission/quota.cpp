#include "cluster/admission/quota.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "spec/kinds/resources.hpp"

namespace swell::cluster {
namespace {

using spec::ResourceList;
using spec::ResourceQuota;

/// `cpu=1,memory=2Gi`
std::string printed(const ResourceList& list) {
    std::string text;
    for (const auto& [name, amount] : list)
        text.append(text.empty() ? "" : ",").append(name + "=" + amount.text());
    return text;
}

/// The entries of `list` whose names `names` has too.
template <class Names>
ResourceList masked(const ResourceList& list, const Names& names) {
    ResourceList kept;
    for (const auto& [name, amount] : list)
        if (names.contains(name)) kept[name] = amount;
    return kept;
}

bool concerns(const ResourceQuota& quota, const spec::Object& object) {
    const auto counts = [&](const auto& hard) { return is_counted(object.kind(), hard.first); };
    return std::ranges::any_of(quota.status.hard, counts) && in_scope(quota.spec, object);
}

/// Of cpu and memory a quota wants every container to say what it takes, which Kubernetes calls a
/// mistake and keeps: all other resources may be left out. A pod that speaks for itself as a whole
/// is not asked.
///
/// Returns the containers by what is missing of them, in order.
std::map<std::string, std::set<std::string>> missing(
    const ResourceQuota& quota, const spec::PodSpec& pod
) {
    constexpr std::array<std::string_view, 6> wanted = {
        "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"
    };
    std::map<std::string, std::set<std::string>> found;
    if (spec::has_pod_level(pod)) return found;
    const auto has = [](const spec::Container& container, std::string_view resource) {
        constexpr std::string_view limits = "limits.";
        constexpr std::string_view requests = "requests.";
        const bool limit = resource.starts_with(limits);
        if (limit) resource.remove_prefix(limits.size());
        if (resource.starts_with(requests)) resource.remove_prefix(requests.size());
        const auto& list = limit ? container.resources.limits : container.resources.requests;
        return list.contains(std::string(resource));
    };
    for (const auto& [resource, hard] : quota.status.hard) {
        if (std::ranges::find(wanted, resource) == wanted.end()) continue;
        for (const auto* list : {&pod.containers, &pod.init_containers})
            for (const spec::Container& container : *list)
                if (!has(container, resource)) found[resource].insert(container.name);
    }
    return found;
}

std::optional<std::string> unspecified(const ResourceQuota& quota, const spec::Object& object) {
    if (!object.is<spec::Pod>()) return {};
    std::string text;
    for (const auto& [resource, containers] : missing(quota, object.as<spec::Pod>().spec)) {
        text += (text.empty() ? "" : "; ") + resource + " for: ";
        bool first = true;
        for (const std::string& name : containers) {
            text.append(first ? "" : ",").append(name);
            first = false;
        }
    }
    if (text.empty()) return {};
    return "failed quota: " + quota.metadata.name + ": must specify " + text;
}

/// Updates that quotas look at.
bool is_looked_at(const Charge& charge) {
    if (charge.before == nullptr) return true;
    if (charge.object.is<spec::Service>() || charge.object.is<spec::PersistentVolumeClaim>())
        return true;
    if (!charge.object.is<spec::Pod>()) return false;
    const spec::PodSpec& now = charge.object.as<spec::Pod>().spec;
    const spec::PodSpec& before = charge.before->as<spec::Pod>().spec;
    return is_terminating(now) != is_terminating(before) ||
           spec::requests_of(now) != spec::requests_of(before) ||
           spec::limits_of(now) != spec::limits_of(before);
}

/// What a write adds to what a quota counts: all of an object that is new to it, else what grew.
ResourceList added(const ResourceQuota& quota, const Charge& charge) {
    ResourceList grown = usage_of(charge.object, charge.now);
    if (charge.before != nullptr && concerns(quota, *charge.before))
        for (const auto& [name, amount] : usage_of(*charge.before, charge.now))
            if (const auto at = grown.find(name); at != grown.end()) at->second -= amount;
    std::erase_if(grown, [](const auto& entry) { return entry.second.sign() <= 0; });
    return grown;
}

std::optional<std::string> exceeded(const ResourceQuota& quota, const ResourceList& growth) {
    const ResourceList requested = masked(growth, quota.status.hard);
    ResourceList over;
    for (const auto& [name, amount] : requested) {
        Quantity after;
        if (const auto used = quota.status.used.find(name); used != quota.status.used.end())
            after = used->second;
        after += amount;
        if (after > quota.status.hard.at(name)) over[name] = amount;
    }
    if (over.empty()) return {};
    return "exceeded quota: " + quota.metadata.name + ", requested: " + printed(over) +
           ", used: " + printed(masked(quota.status.used, over)) +
           ", limited: " + printed(masked(quota.status.hard, over));
}

}  // namespace

spec::ResourceQuotaStatus status_of(
    const ResourceQuota& quota, const std::vector<spec::Object>& objects, Instant now
) {
    spec::ResourceQuotaStatus status{quota.spec.hard, {}};
    for (const auto& [name, hard] : quota.spec.hard)
        if (is_counted(name)) status.used[name] = Quantity();
    for (const spec::Object& object : objects) {
        const auto counts = [&](const auto& hard) { return is_counted(object.kind(), hard.first); };
        if (!std::ranges::any_of(status.used, counts) || !in_scope(quota.spec, object)) continue;
        spec::add(status.used, masked(usage_of(object, now), status.used));
    }
    return status;
}

std::optional<std::string> over_quota(
    const std::vector<ResourceQuota>& quotas, const Charge& charge
) {
    if (!is_looked_at(charge)) return {};
    std::vector<const ResourceQuota*> concerned;
    for (const ResourceQuota& quota : quotas) {
        if (!concerns(quota, charge.object)) continue;
        if (auto refused = unspecified(quota, charge.object)) return refused;
        concerned.push_back(&quota);
    }
    for (const ResourceQuota* quota : concerned)
        if (auto refused = exceeded(*quota, added(*quota, charge))) return refused;
    return {};
}

std::string Room::text(std::int64_t running) const {
    std::string text =
        "quota " + quota + " leaves room for " + std::to_string(pods + running) + ": ";
    if (pods == 0 && hard.sign() == 0 && used.sign() == 0)
        return text + resource + " must be specified";
    return text + resource + " used " + used.text() + " of " + hard.text();
}

Room room_for(const std::vector<ResourceQuota>& quotas, const spec::Pod& pod, std::int64_t wanted) {
    Room room{.pods = wanted, .quota = {}, .resource = {}, .used = {}, .hard = {}};
    const spec::Object object(pod);
    for (const ResourceQuota& quota : quotas) {
        if (!concerns(quota, object)) continue;
        if (const auto unsaid = missing(quota, pod.spec); !unsaid.empty() && room.pods > 0)
            room = {0, quota.metadata.name, unsaid.begin()->first, {}, {}};
        const Charge charge{.object = object, .before = nullptr, .now = {}};
        for (const auto& [name, amount] : masked(added(quota, charge), quota.status.hard)) {
            const Quantity& hard = quota.status.hard.at(name);
            const auto at = quota.status.used.find(name);
            const Quantity used = at == quota.status.used.end() ? Quantity() : at->second;
            Quantity after = used;
            std::int64_t fit = 0;
            for (after += amount; fit < room.pods && after <= hard; after += amount) ++fit;
            if (fit < room.pods) room = {fit, quota.metadata.name, name, used, hard};
        }
    }
    return room;
}

}  // namespace swell::cluster
