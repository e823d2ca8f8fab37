#include "app/server/admit.hpp"

#include "cluster/pods/runnable.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/field_error.hpp"

namespace swell::app {

spec::Problems not_runnable(const spec::Object& object) {
    using cluster::pods::not_runnable;
    const std::string& name = object.metadata().name;
    if (object.is<spec::Deployment>()) {
        const auto& pods = object.as<spec::Deployment>().spec.pod_template;
        return not_runnable(pods.spec, pods.metadata.annotations, {"spec.template.spec", name});
    }
    if (object.is<spec::ReplicaSet>()) {
        const auto& pods = object.as<spec::ReplicaSet>().spec.pod_template;
        return not_runnable(pods.spec, pods.metadata.annotations, {"spec.template.spec", name});
    }
    if (object.is<spec::Pod>()) {
        const auto& pod = object.as<spec::Pod>();
        return not_runnable(pod.spec, pod.metadata.annotations, {"spec", name});
    }
    return {};
}

spec::Problems not_resizable(const spec::Object& object, const spec::Object& stored) {
    if (!object.is<spec::Pod>()) return {};
    const auto& asked = object.as<spec::Pod>().spec.resources;
    const auto& had = stored.as<spec::Pod>().spec.resources;
    if (asked == spec::ResourceRequirements{} || asked == had) return {};
    return {
        spec::forbidden("spec.resources", "what a pod has as a whole cannot change while it runs")
    };
}

Result<spec::Object> admit(spec::Object object) {
    std::string text;
    for (const auto& problem : not_runnable(object))
        if (!problem.warning)
            text += (text.empty() ? "" : "\n") + to_text(spec::key_of(object)) + ": " +
                    problem.path + ": " + problem.what;
    if (!text.empty()) return fail(Code::invalid, text);
    return object;
}

}  // namespace swell::app
