#include "cluster/admission/immutable.hpp"

#include <set>
#include <string>

#include "spec/kinds/apps.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/field_error.hpp"
#include "spec/selector.hpp"

namespace swell::cluster {

namespace {

using spec::Problems;

/// `now` with what may change put back to what it was.
spec::PodSpec but_for_what_may_change(spec::PodSpec now, const spec::PodSpec& before) {
    const auto put_back = [](auto& containers, const auto& had) {
        if (containers.size() != had.size()) return;
        for (std::size_t i = 0; i < had.size(); ++i) {
            containers[i].image = had[i].image;
            containers[i].resources = had[i].resources;
        }
    };
    put_back(now.containers, before.containers);
    put_back(now.init_containers, before.init_containers);
    now.resources = before.resources;
    now.active_deadline_seconds = before.active_deadline_seconds;
    if (before.termination_grace_period_seconds < 0 && now.termination_grace_period_seconds == 1)
        now.termination_grace_period_seconds = before.termination_grace_period_seconds;
    if (before.node_name.empty()) now.node_name.clear();
    return now;
}

void pod(const spec::Pod& now, const spec::Pod& before, Problems& problems) {
    if (but_for_what_may_change(now.spec, before.spec) == before.spec) return;
    problems.push_back(spec::forbidden(
        "spec",
        "pod updates may not change fields other than `spec.containers[*].image`,"
        "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
        "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be "
        "set to 1 if it was previously negative)"
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
    if (now.is<spec::Pod>()) pod(now.as<spec::Pod>(), before.as<spec::Pod>(), problems);
    if (now.is<spec::ConfigMap>()) data<spec::ConfigMap>(now, before, problems);
    if (now.is<spec::Secret>()) data<spec::Secret>(now, before, problems);
    if (now.is<spec::Service>())
        service(now.as<spec::Service>(), before.as<spec::Service>(), problems);
}

}  // namespace swell::cluster
