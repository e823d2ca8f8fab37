#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cluster/cluster.hpp"
#include "control/vpa/contention.hpp"
#include "control/vpa/model.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/mode.hpp"
#include "spec/kinds/vpa.hpp"

namespace swell::control::vpa {

/// An autoscaler, and whose pods it is about.
struct Governor {
    cluster::Object object;  ///< a VerticalPodAutoscaler, or an Autoscaler with `vertical`
    Selection selection;     ///< of nothing when the target cannot be used
    std::string fault;       ///< why; empty when it can
    std::vector<Contested> contested{};  ///< what it leaves to an HPA

    /// It recommends and journals what it would do, and does nothing to pods.
    bool observes() const { return spec::observes(object.metadata()); }
    const spec::VerticalPodAutoscaler& vpa() const { return part; }

    spec::VerticalPodAutoscaler part{};
};

/// VerticalPodAutoscalers of a namespace (empty: all) that are this recommender's: those that name
/// `default` or none; and Autoscalers with `vertical`.
std::vector<Governor> governors(const cluster::Cluster& cluster, const std::string& ns);

/// The controller at the top of those that a pod belongs to: of a Deployment's pod the Deployment.
/// Absent for a pod of nobody.
struct Controller {
    std::string kind, name;
    bool operator==(const Controller&) const = default;
};
std::optional<Controller> topmost_controller(
    const cluster::Cluster& cluster, const spec::ObjectMeta& of
);

/// The autoscaler in charge of a pod: it selects the pod, and its target is the pod's topmost
/// controller. Of several the oldest, then the first by name. nullptr when there is none.
const Governor* in_charge(
    std::span<const Governor* const> governors,
    const spec::Pod& pod,
    const std::optional<Controller>& topmost
);

}  // namespace swell::control::vpa
