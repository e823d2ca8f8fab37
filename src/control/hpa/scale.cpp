#include "control/hpa/scale.hpp"

#include "spec/kinds/apps.hpp"
#include "spec/selector.hpp"

namespace swell::control::hpa {

namespace {

template <class T>
TargetScale scale_of(const cluster::Object& object) {
    const T& target = object.as<T>();
    return {object, target.spec.replicas, target.status.replicas};
}

template <class T>
cluster::Object with_replicas(const cluster::Object& object, std::int32_t replicas) {
    T target = object.as<T>();
    target.spec.replicas = replicas;
    return target;
}

}  // namespace

std::string selector_text(const TargetScale& scale) {
    const cluster::Object& object = scale.object;
    const auto selector = spec::Selector::from(
        object.is<spec::Deployment>() ? object.as<spec::Deployment>().spec.selector
                                      : object.as<spec::ReplicaSet>().spec.selector
    );
    return selector ? selector->text() : "";
}

Result<TargetScale> read_scale(
    const cluster::Cluster& cluster,
    const std::string& ns,
    const spec::CrossVersionObjectReference& target
) {
    const bool is_apps = target.api_version.empty() || target.api_version.starts_with("apps/");
    const bool is_deployment = is_apps && target.kind == "Deployment";
    const bool is_replica_set = is_apps && target.kind == "ReplicaSet";
    if (!is_deployment && !is_replica_set) {
        return fail(
            Code::invalid,
            "no matches for kind \"" + target.kind + "\" in version \"" + target.api_version +
                "\"; Deployment and ReplicaSet of apps/v1 can be scaled"
        );
    }
    const spec::Kind& kind =
        is_deployment ? spec::kind_of<spec::Deployment>() : spec::kind_of<spec::ReplicaSet>();
    const Result<cluster::Object> object = cluster.get({kind.name, ns, target.name});
    if (!object) {
        if (object.error().code != Code::not_found) return std::unexpected(object.error());
        return fail(
            Code::not_found, std::string(kind.plural) + ".apps \"" + target.name + "\" not found"
        );
    }
    return is_deployment ? scale_of<spec::Deployment>(*object)
                         : scale_of<spec::ReplicaSet>(*object);
}

Result<void> write_scale(
    cluster::Cluster& cluster,
    const std::string& ns,
    const spec::CrossVersionObjectReference& target,
    TargetScale scale,
    std::int32_t replicas
) {
    constexpr int attempts = 5;
    for (int attempt = 1;; ++attempt) {
        const bool is_deployment = scale.object.is<spec::Deployment>();
        const Result<cluster::Object> written = cluster.update(
            is_deployment ? with_replicas<spec::Deployment>(scale.object, replicas)
                          : with_replicas<spec::ReplicaSet>(scale.object, replicas)
        );
        if (written) return {};
        if (written.error().code != Code::conflict || attempt == attempts) {
            return std::unexpected(written.error());
        }
        Result<TargetScale> again = read_scale(cluster, ns, target);
        if (!again) return std::unexpected(again.error());
        scale = std::move(*again);
    }
}

}  // namespace swell::control::hpa
