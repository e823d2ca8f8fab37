#include "cluster/admission/usage.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/saturate.hpp"
#include "cluster/admission/in_force.hpp"
#include "cluster/admission/refusal.hpp"
#include "spec/kinds/resources.hpp"

namespace swell::cluster {
namespace {

using spec::ResourceList;

const Quantity one = Quantity::from_value(1);

constexpr std::string_view class_suffix = ".storageclass.storage.k8s.io/";
constexpr std::array<std::string_view, 2> of_claims = {
    "persistentvolumeclaims", "requests.storage"
};
constexpr std::array<std::string_view, 3> of_services = {
    "services", "services.nodeports", "services.loadbalancers"
};
/// Kinds with an older name beside `count/…`.
constexpr std::array<std::string_view, 4> by_plural = {
    "configmaps", "secrets", "resourcequotas", "replicationcontrollers"
};
constexpr std::array<std::string_view, 10> of_pods = {
    "pods",
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

std::string count_of(const spec::Kind& kind) { return "count/" + qualified_plural(kind); }

bool is_of_pods(std::string_view resource) {
    constexpr std::string_view requests = "requests.";
    const bool extended = resource.starts_with(requests) && !spec::is_native(resource);
    return is_one_of(of_pods, resource) || extended || spec::is_huge_pages(resource) ||
           resource.starts_with("requests.hugepages-") ||
           resource.starts_with("requests.deviceclass.resource.kubernetes.io/");
}

bool is_of_claims(std::string_view resource) {
    if (is_one_of(of_claims, resource)) return true;
    const std::size_t at = resource.find(class_suffix);
    return at != std::string_view::npos &&
           is_one_of(of_claims, resource.substr(at + class_suffix.size()));
}

/// Neither ended nor overdue. The grace period is added to a moment that has it in already: the
/// original's.
bool is_charged(const spec::Pod& pod, Instant now) {
    if (pod.status.phase == "Failed" || pod.status.phase == "Succeeded") return false;
    const auto& gone = pod.metadata.deletion_timestamp;
    const auto& grace = pod.metadata.deletion_grace_period_seconds;
    return !gone || !grace || now <= *gone + saturated_seconds(*grace);
}

ResourceList usage_of_pod(const spec::Pod& pod, Instant now) {
    ResourceList used;
    if (!is_charged(pod, now)) return used;
    used["pods"] = one;
    for (const auto& [name, amount] : requests_held(pod)) {
        const bool compute = name == "cpu" || name == "memory" || name == "ephemeral-storage";
        if (compute || spec::is_huge_pages(name)) used[name] = amount;
        if (compute || spec::is_huge_pages(name) || spec::is_extended(name))
            used["requests." + name] = amount;
    }
    for (const auto& [name, amount] : limits_held(pod))
        if (name == "cpu" || name == "memory" || name == "ephemeral-storage")
            used["limits." + name] = amount;
    return used;
}

ResourceList usage_of_service(const spec::ServiceSpec& service) {
    const bool balanced = service.type == "LoadBalancer";
    std::int64_t ports = 0;
    if (service.type == "NodePort" || (balanced && service.allocate_load_balancer_node_ports))
        ports = static_cast<std::int64_t>(service.ports.size());
    else if (balanced)
        ports =
            std::ranges::count_if(service.ports, [](const auto& p) { return p.node_port != 0; });
    return {
        {"services", one},
        {"services.nodeports", Quantity::from_value(ports)},
        {"services.loadbalancers", Quantity::from_value(balanced ? 1 : 0)},
    };
}

/// In whole bytes.
Quantity rounded_up(const Quantity& amount) {
    const Quantity whole = Quantity::from_value(amount.value(), amount.format());
    return whole == amount ? amount : whole;
}

ResourceList usage_of_claim(const spec::PersistentVolumeClaimSpec& claim) {
    ResourceList used{{"persistentvolumeclaims", one}};
    const auto storage = claim.resources.requests.find("storage");
    if (storage != claim.resources.requests.end())
        used["requests.storage"] = rounded_up(storage->second);
    if (claim.storage_class_name.empty()) return used;
    ResourceList by_class;
    for (const auto& [name, amount] : used)
        by_class[claim.storage_class_name + std::string(class_suffix) + name] = amount;
    used.merge(by_class);
    return used;
}

/// Terms of `podAffinity` and `podAntiAffinity` that look into other namespaces.
bool crosses_namespaces(const Json& affinity) {
    const auto crosses = [](const Json& term) {
        return term.is_object() &&
               ((term.contains("namespaces") && !term["namespaces"].empty()) ||
                (term.contains("namespaceSelector") && !term["namespaceSelector"].is_null()));
    };
    if (!affinity.is_object()) return false;
    for (const char* kind : {"podAffinity", "podAntiAffinity"}) {
        const Json of_kind = affinity.value(kind, Json::object());
        if (!of_kind.is_object()) continue;
        for (const Json& term :
             of_kind.value("requiredDuringSchedulingIgnoredDuringExecution", Json::array()))
            if (crosses(term)) return true;
        for (const Json& weighted :
             of_kind.value("preferredDuringSchedulingIgnoredDuringExecution", Json::array()))
            if (weighted.is_object() && crosses(weighted.value("podAffinityTerm", Json::object())))
                return true;
    }
    return false;
}

/// A name that is empty is not there: NotIn and DoesNotExist are true of it.
bool selects(const spec::ScopeRequirement& scope, const std::string& name) {
    const bool listed = std::ranges::find(scope.values, name) != scope.values.end();
    if (scope.op == "Exists") return !name.empty();
    if (scope.op == "DoesNotExist") return name.empty();
    if (scope.op == "In") return !name.empty() && listed;
    if (scope.op == "NotIn") return name.empty() || !listed;
    return false;
}

bool in_scope(const spec::ScopeRequirement& scope, const spec::Pod& pod) {
    const std::string& name = scope.scope_name;
    if (name == "Terminating") return is_terminating(pod.spec);
    if (name == "NotTerminating") return !is_terminating(pod.spec);
    if (name == "BestEffort") return spec::quality_of_service(pod.spec) == "BestEffort";
    if (name == "NotBestEffort") return spec::quality_of_service(pod.spec) != "BestEffort";
    if (name == "PriorityClass") return selects(scope, pod.spec.priority_class_name);
    if (name == "CrossNamespacePodAffinity") return crosses_namespaces(pod.spec.affinity);
    return false;
}

bool in_scope(const spec::ScopeRequirement& scope, const spec::Object& object) {
    if (object.is<spec::Pod>()) return in_scope(scope, object.as<spec::Pod>());
    if (object.is<spec::PersistentVolumeClaim>() && scope.scope_name == "VolumeAttributesClass")
        return selects(
            scope, object.as<spec::PersistentVolumeClaim>().spec.volume_attributes_class_name
        );
    return false;
}

}  // namespace

ResourceList usage_of(const spec::Object& object, Instant now) {
    ResourceList used;
    if (object.is<spec::Pod>())
        used = usage_of_pod(object.as<spec::Pod>(), now);
    else if (object.is<spec::Service>())
        used = usage_of_service(object.as<spec::Service>().spec);
    else if (object.is<spec::PersistentVolumeClaim>())
        used = usage_of_claim(object.as<spec::PersistentVolumeClaim>().spec);
    else if (is_one_of(by_plural, object.kind().plural))
        used[std::string(object.kind().plural)] = one;
    used[count_of(object.kind())] = one;
    return used;
}

bool is_counted(const spec::Kind& kind, std::string_view resource) {
    if (resource.starts_with("count/")) return resource == count_of(kind);
    if (&kind == &spec::kind_of<spec::Pod>()) return is_of_pods(resource);
    if (&kind == &spec::kind_of<spec::Service>()) return is_one_of(of_services, resource);
    if (&kind == &spec::kind_of<spec::PersistentVolumeClaim>()) return is_of_claims(resource);
    return is_one_of(by_plural, resource) && resource == kind.plural;
}

bool is_counted(std::string_view resource) {
    return resource.starts_with("count/") || is_of_pods(resource) || is_of_claims(resource) ||
           is_one_of(of_services, resource) || is_one_of(by_plural, resource);
}

bool in_scope(const spec::ResourceQuotaSpec& quota, const spec::Object& object) {
    for (const std::string& scope : quota.scopes)
        if (!in_scope(spec::ScopeRequirement{scope, "Exists", {}}, object)) return false;
    if (!quota.scope_selector) return true;
    return std::ranges::all_of(quota.scope_selector->match_expressions, [&](const auto& scope) {
        return in_scope(scope, object);
    });
}

bool is_terminating(const spec::PodSpec& pod) {
    return pod.active_deadline_seconds && *pod.active_deadline_seconds >= 0;
}

}  // namespace swell::cluster
