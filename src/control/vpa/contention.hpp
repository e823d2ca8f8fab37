#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cluster/cluster.hpp"
#include "journal/entry.hpp"
#include "spec/kinds/autoscaler.hpp"

// Where a HorizontalPodAutoscaler and a VerticalPodAutoscaler of one workload would fight, and who
// gives way.
//
// A utilization is usage divided by request. A VPA that follows the usage moves the request, and
// with it the ratio that the HPA holds replicas to: it grows, usage a pod falls, the VPA shrinks
// the requests, the ratio is as high as before, and so on. Kubernetes leaves that to the reader of
// its documentation; here the VPA gives way: it recommends all the same, and does not set what is
// contested.
//
//     metric of the HPA                    target                contested with the VPA
//     Resource cpu, memory                 averageUtilization    that resource of every container
//     the same, with a pod-level request   averageUtilization    nothing: the VPA sets containers'
//     ContainerResource                    averageUtilization    that resource of that container
//     Resource, ContainerResource          averageValue          nothing: no request is in it
//     Pods, Object, External               any                   nothing
//
// The VPA takes part with what it would set: not with updateMode Off, mode Off of a container, or a
// resource out of controlledResources. An HPA that observes (spec/kinds/mode.hpp) steers nothing
// and is in nobody's way; a VPA that observes tells what it would leave to an HPA. What is declared
// counts, not what happens to be in force: a VPA that came and went with each metric that fails
// would be worse than either.

namespace swell::control::vpa {

/// A resource of a container that both would steer.
struct Contested {
    std::string container, resource;
    std::string by;  ///< the HPA: `hpa/shop`, `autoscaler/shop`
    auto operator<=>(const Contested&) const = default;
};

/// What this HPA and this VPA would both steer, in the order of containers and resources; empty for
/// different workloads.
///
/// pods  as the workload's template says
/// by    what the HPA is called
std::vector<Contested> contested(
    const spec::HorizontalPodAutoscaler& hpa,
    const spec::VerticalPodAutoscaler& vpa,
    const spec::PodSpec& pods,
    const std::string& by
);

/// The pods that a Deployment or ReplicaSet makes.
const spec::PodSpec& pods_of(const cluster::Object& workload);

/// `cpu of app, sidecar; memory of app`.
std::string in_words(std::span<const Contested> all);
/// The HPAs in it, each once: `hpa/shop, hpa/other`.
std::string rivals(std::span<const Contested> all);

/// The recommendation for a pod without what is contested: there it is what the pod requests
/// already, so that nothing is to change, or nothing where it requests nothing.
void give_way(
    std::span<const Contested> all,
    const spec::Pod& pod,
    spec::RecommendedPodResources& recommendation
);

/// Rule `resource-contention`, as the VPA tells it.
journal::Step explain_contention(std::span<const Contested> all);

/// The HPAs of a namespace (empty: of all), those within Autoscalers too, by the workload they
/// scale; looked up once for many VPAs.
class Horizontals {
  public:
    Horizontals(const cluster::Cluster& cluster, const std::string& ns);

    /// Of all of them; sorted, each container's resource once.
    std::vector<Contested> contested_with(
        const spec::VerticalPodAutoscaler& vpa, const spec::PodSpec& pods
    ) const;

  private:
    struct Named {
        spec::HorizontalPodAutoscaler hpa;
        std::string name;
    };
    std::multimap<std::pair<std::string, std::string>, Named> by_target_;  // namespace, name
};

/// The same rule as an HPA tells it; absent when no VPA gives way to it.
std::optional<journal::Step> explain_contention(
    const cluster::Cluster& cluster, const spec::HorizontalPodAutoscaler& hpa
);

}  // namespace swell::control::vpa
