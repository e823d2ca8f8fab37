#include "cluster/admission/admit.hpp"

#include <algorithm>

#include "cluster/admission/immutable.hpp"
#include "cluster/admission/limit_range.hpp"
#include "cluster/admission/refusal.hpp"
#include "cluster/admission/resize.hpp"
#include "spec/kinds/pod_rules.hpp"
#include "spec/kinds/resources.hpp"

namespace swell::cluster {
namespace {

/// Limit ranges, then quotas.
Result<spec::Object> within_policies(
    spec::Object object, const spec::Object* before, const Policies& policies
) {
    if (const auto broken = broken_limits(policies.limit_ranges, object))
        return std::unexpected(forbidden(object, *broken));
    const Charge charge{.object = object, .before = before, .now = policies.now};
    if (const auto over = over_quota(policies.quotas, charge))
        return std::unexpected(forbidden(object, *over));
    return object;
}

Policies without_limits(const Policies& policies) {
    return {.limit_ranges = {}, .quotas = policies.quotas, .now = policies.now};
}

/// Who does not know of a pod's own resources, and leaves them out, does not take them away.
spec::Pod with_own_resources(spec::Pod pod, const spec::Pod& before) {
    if (pod.spec.resources == spec::ResourceRequirements{})
        pod.spec.resources = before.spec.resources;
    return pod;
}

/// A pod whose resources change, as limit ranges and its own resources complete it.
spec::Pod resized(spec::Pod pod, const spec::Pod& before, const Policies& policies) {
    pod.spec = with_resources_of(before.spec, pod.spec);
    pod = with_own_resources(std::move(pod), before);
    if (!before.metadata.deletion_timestamp) set_defaults(policies.limit_ranges, pod);
    // The write has no say on annotations beside the spec, so the ranges have none here.
    pod.metadata.annotations.erase("kubernetes.io/limit-ranger");
    const auto noted = before.metadata.annotations.find("kubernetes.io/limit-ranger");
    if (noted != before.metadata.annotations.end()) pod.metadata.annotations.insert(*noted);
    spec::complete_pod_level(pod.spec);
    return pod;
}

bool same_resources(const spec::PodSpec& a, const spec::PodSpec& b) {
    const auto same = [](const spec::Container& x, const spec::Container& y) {
        return x.resources == y.resources;
    };
    return a.resources == b.resources && std::ranges::equal(a.containers, b.containers, same) &&
           std::ranges::equal(a.init_containers, b.init_containers, same);
}

}  // namespace

spec::Object completed(spec::Object object, const Policies& policies) {
    if (!object.is<spec::Pod>()) return object;
    spec::Pod pod = object.as<spec::Pod>();
    set_defaults(policies.limit_ranges, pod);
    spec::complete_pod_level(pod.spec);
    return pod;
}

Result<spec::Object> admit_new(spec::Object object, const Policies& policies) {
    object = completed(std::move(object), policies);
    spec::Problems problems;
    if (object.is<spec::Pod>()) {
        const spec::PodSpec& pod = object.as<spec::Pod>().spec;
        spec::validate_resources(pod, "spec", problems);
        spec::validate_deadline(pod, "spec", problems);
    }
    if (!problems.empty()) return std::unexpected(invalid(object, problems));
    return within_policies(std::move(object), nullptr, policies);
}

spec::Problems faults_of_change(const spec::Object& object, const spec::Object& stored) {
    spec::Problems problems;
    if (object.is<spec::ResourceQuota>())
        spec::validate_update(
            object.as<spec::ResourceQuota>(), stored.as<spec::ResourceQuota>(), problems
        );
    validate_immutable(
        object.is<spec::Pod>()
            ? spec::Object(with_own_resources(object.as<spec::Pod>(), stored.as<spec::Pod>()))
            : object,
        stored,
        problems
    );
    return problems;
}

spec::Problems faults_of_resize(
    const spec::Object& pod, const spec::Object& stored, const Policies& policies
) {
    const spec::Pod& before = stored.as<spec::Pod>();
    spec::Problems problems;
    validate_resize(resized(pod.as<spec::Pod>(), before, policies).spec, before.spec, problems);
    return problems;
}

Result<spec::Object> admit_change(
    spec::Object object, const spec::Object& stored, const Policies& policies
) {
    const spec::Problems problems = faults_of_change(object, stored);
    if (!problems.empty()) return std::unexpected(invalid(object, problems));
    if (!object.is<spec::Pod>()) return within_policies(std::move(object), &stored, policies);
    // Its resources are as they were, so limit ranges have nothing to say.
    return within_policies(
        with_own_resources(object.as<spec::Pod>(), stored.as<spec::Pod>()),
        &stored,
        without_limits(policies)
    );
}

Result<spec::Object> admit_resize(
    spec::Object pod, const spec::Object& stored, const Policies& policies
) {
    const spec::Problems problems = faults_of_resize(pod, stored, policies);
    if (!problems.empty()) return std::unexpected(invalid(pod, problems));
    const spec::Pod& before = stored.as<spec::Pod>();
    spec::Pod now = resized(pod.as<spec::Pod>(), before, policies);
    // Limit ranges leave alone what did not change, and a pod that is going.
    const bool is_free =
        before.metadata.deletion_timestamp || same_resources(now.spec, before.spec);
    return within_policies(std::move(now), &stored, is_free ? without_limits(policies) : policies);
}

std::optional<std::string> unknown_priority_class(
    const spec::Pod& pod, const std::vector<std::string>& known
) {
    const std::string& name = pod.spec.priority_class_name;
    const bool exists = name.empty() || name == "system-cluster-critical" ||
                        name == "system-node-critical" ||
                        std::ranges::find(known, name) != known.end();
    if (exists) return {};
    return "no PriorityClass with name " + name + " was found";
}

}  // namespace swell::cluster
