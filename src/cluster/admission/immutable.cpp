#include "cluster/admission/immutable.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>

#include "base/json.hpp"
#include "base/text.hpp"
#include "cluster/admission/internal_form.hpp"
#include "cluster/admission/unified_diff.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/field_error.hpp"
#include "spec/kinds/pod_rules.hpp"
#include "spec/kinds/quota.hpp"
#include "spec/selector.hpp"

namespace swell::cluster {

namespace {

using spec::Problems;

/// `now` with what may change put back to what it was.
spec::PodSpec but_for_what_may_change(spec::PodSpec now, const spec::PodSpec& before) {
    const auto put_back = [](auto& containers, const auto& had) {
        for (std::size_t i = 0; i < had.size(); ++i) containers[i].image = had[i].image;
    };
    put_back(now.containers, before.containers);
    put_back(now.init_containers, before.init_containers);
    now.active_deadline_seconds = before.active_deadline_seconds;
    now.tolerations = before.tolerations;
    if (before.termination_grace_period_seconds < 0 && now.termination_grace_period_seconds == 1)
        now.termination_grace_period_seconds = before.termination_grace_period_seconds;
    return now;
}

/// Returns whether the containers can be compared one by one. The original also wants an image,
/// which a pod that runs processes need not have.
bool containers(
    const std::vector<spec::Container>& now,
    const std::vector<spec::Container>& before,
    const std::string& path,
    Problems& problems
) {
    if (now.size() != before.size()) {
        problems.push_back(spec::forbidden(path, "pod updates may not add or remove containers"));
        return false;
    }
    for (std::size_t i = 0; i < now.size(); ++i)
        if (trim(now[i].image) != now[i].image)
            problems.push_back(spec::invalid(
                path + "[" + std::to_string(i) + "].image",
                spec::go_quoted(now[i].image),
                "must not have leading or trailing whitespace"
            ));
    return true;
}

/// Beside the rule for any pod, which leaves out 0 and is told first. Returns whether the original
/// looks further.
bool deadline(const spec::PodSpec& now, const spec::PodSpec& before, Problems& problems) {
    const auto& given = now.active_deadline_seconds;
    const auto& had = before.active_deadline_seconds;
    const std::string at = "spec.activeDeadlineSeconds";
    if (!given && had)
        problems.push_back(
            spec::invalid(at, "null", "must not update from a positive integer to nil value")
        );
    if (!given) return true;
    const bool is_out = *given < 0 || *given > std::numeric_limits<std::int32_t>::max();
    if (is_out)
        problems.push_back(
            spec::invalid(at, std::to_string(*given), "must be between 0 and 2147483647, inclusive")
        );
    const bool is_later = !is_out && had && *had < *given;
    if (is_later)
        problems.push_back(spec::invalid(
            at, std::to_string(*given), "must be less than or equal to previous value"
        ));
    return !is_out && !is_later;
}

/// Without what may change of it.
std::map<std::string, Json> kept(const Json& toleration) {
    std::map<std::string, Json> fields;
    if (!toleration.is_object()) return fields;
    for (const auto& [name, value] : toleration.items())
        if (name != "tolerationSeconds") fields.emplace(name, value);
    return fields;
}

void tolerations(const Json& now, const Json& before, Problems& problems) {
    if (!before.is_array()) return;
    const auto is_there = [&](const Json& had) {
        return now.is_array() &&
               std::ranges::any_of(now, [&](const Json& one) { return kept(one) == kept(had); });
    };
    if (!std::ranges::all_of(before, is_there))
        problems.push_back(spec::forbidden(
            "spec.tolerations",
            "existing toleration can not be modified except its tolerationSeconds"
        ));
}

void pod(const spec::PodSpec& now, const spec::PodSpec& before, Problems& problems) {
    const bool is_kept = now.active_deadline_seconds == before.active_deadline_seconds;
    if (!is_kept) spec::validate_deadline(now, "spec", problems);
    if (!containers(now.containers, before.containers, "spec.containers", problems) ||
        !containers(now.init_containers, before.init_containers, "spec.initContainers", problems) ||
        (!is_kept && !deadline(now, before, problems)))
        return;
    tolerations(now.tolerations, before.tolerations, problems);
    const spec::PodSpec rest = but_for_what_may_change(now, before);
    if (rest == before) return;
    problems.push_back(spec::forbidden(
        "spec",
        "pod updates may not change fields other than `spec.containers[*].image`,"
        "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
        "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be "
        "set to 1 if it was previously negative)\n" +
            unified_diff(internal_form(before), internal_form(rest))
    ));
}

template <class T>
void selector(const spec::Object& now, const spec::Object& before, Problems& problems) {
    const auto& wanted = now.as<T>().spec.selector;
    if (wanted == before.as<T>().spec.selector) return;
    const auto read = spec::Selector::from(wanted);
    problems.push_back(spec::invalid(
        "spec.selector", spec::go_quoted(read ? read->text() : ""), "field is immutable"
    ));
}

template <class T>
void data(const spec::Object& now, const spec::Object& before, Problems& problems) {
    const T& wanted = now.as<T>();
    const T& had = before.as<T>();
    if (!had.immutable) return;
    if (!wanted.immutable)
        problems.push_back(
            spec::forbidden("immutable", "field is immutable when `immutable` is set")
        );
    if (!now.kind().same_spec(now.value(), before.value()) && wanted.immutable)
        problems.push_back(spec::forbidden("data", "field is immutable when `immutable` is set"));
}

void service(const spec::Service& now, const spec::Service& before, Problems& problems) {
    const std::string& had = before.spec.cluster_ip;
    const std::string& wanted = now.spec.cluster_ip;
    if (had.empty() || wanted.empty() || had == wanted) return;
    problems.push_back(
        spec::invalid("spec.clusterIP", spec::go_quoted(wanted), "may not change once set")
    );
}

/// A claim's status is not kept, so that it never counts as bound, and a size may shrink to no less
/// than a capacity of nothing. The annotation of the beta, which once named the class, is not
/// looked at.
void claim(
    const spec::PersistentVolumeClaimSpec& now,
    const spec::PersistentVolumeClaimSpec& before,
    Problems& problems
) {
    spec::PersistentVolumeClaimSpec had = before, wanted = now;
    if (had.volume_name.empty()) had.volume_name = wanted.volume_name;
    if (had.storage_class_name.empty()) wanted.storage_class_name.clear();
    if (wanted != had)
        problems.push_back(spec::forbidden(
            "spec",
            "spec is immutable after creation except resources.requests and "
            "volumeAttributesClassName for bound claims\n" +
                unified_diff(internal_form(had), internal_form(wanted))
        ));
    const auto size = [](const spec::PersistentVolumeClaimSpec& spec) {
        const auto storage = spec.resources.requests.find("storage");
        return storage == spec.resources.requests.end() ? Quantity() : storage->second;
    };
    if (size(now) < size(before) && size(now).sign() <= 0)
        problems.push_back(spec::forbidden(
            "spec.resources.requests.storage", "field can not be less than status.capacity"
        ));
    const auto mode = [](const std::string& given) { return given.empty() ? "Filesystem" : given; };
    if (mode(now.volume_mode) != mode(before.volume_mode))
        problems.push_back(spec::invalid(
            "volumeMode", spec::go_quoted(mode(now.volume_mode)), "field is immutable"
        ));
}

/// What is going can only be let go.
void finalizers(const spec::ObjectMeta& now, const spec::ObjectMeta& before, Problems& problems) {
    if (!before.deletion_timestamp) return;
    std::set<std::string_view> added(now.finalizers.begin(), now.finalizers.end());
    for (const std::string& had : before.finalizers) added.erase(had);
    if (added.empty()) return;
    std::string listed;
    for (const std::string_view name : added)
        listed += (listed.empty() ? "" : ", ") + spec::go_quoted(name);
    problems.push_back(spec::forbidden(
        "metadata.finalizers",
        "no new finalizers can be added if the object is being deleted, found new finalizers "
        "[]string{" +
            listed + "}"
    ));
}

}  // namespace

void validate_immutable(const spec::Object& now, const spec::Object& before, Problems& problems) {
    finalizers(now.metadata(), before.metadata(), problems);
    if (now.is<spec::Deployment>()) selector<spec::Deployment>(now, before, problems);
    if (now.is<spec::ReplicaSet>()) selector<spec::ReplicaSet>(now, before, problems);
    if (now.is<spec::Pod>()) pod(now.as<spec::Pod>().spec, before.as<spec::Pod>().spec, problems);
    if (now.is<spec::ConfigMap>()) data<spec::ConfigMap>(now, before, problems);
    if (now.is<spec::Secret>()) data<spec::Secret>(now, before, problems);
    if (now.is<spec::PersistentVolumeClaim>())
        claim(
            now.as<spec::PersistentVolumeClaim>().spec,
            before.as<spec::PersistentVolumeClaim>().spec,
            problems
        );
    if (now.is<spec::Service>())
        service(now.as<spec::Service>(), before.as<spec::Service>(), problems);
}

}  // namespace swell::cluster
