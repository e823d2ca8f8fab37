#pragma once

#include <set>
#include <string>
#include <vector>

#include "cluster/store/store.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/core.hpp"

namespace swell::simulation {

/// Which autoscalers there are, as they are declared, and what each may do: written from
/// docs/autoscaling.md, and not with the controllers' own functions, which these check.

/// An HPA, or the part of an Autoscaler that is one.
struct Horizontal {
    spec::Key key;
    spec::HorizontalPodAutoscaler part;

    bool observes() const;
};

/// A VPA, or the part of an Autoscaler that is one. Its one policy is about the container `main`.
struct Vertical {
    spec::Key key;
    spec::VerticalPodAutoscaler part;

    bool observes() const;
    std::string mode() const;    ///< `Recreate` where nothing is said
    bool admits() const;         ///< gives new pods their resources
    bool evicts() const;         ///< and changes those that run
    bool resizes() const;        ///< in place
    bool keeps_limits() const;   ///< sets requests alone
    std::int32_t least() const;  ///< pods; fewer are left alone
    const spec::ContainerResourcePolicy& policy() const;
};

/// Those whose target is the Deployment of this name.
std::vector<Horizontal> horizontals(
    const cluster::Store& store, const std::string& ns, const std::string& target
);
std::vector<Vertical> verticals(
    const cluster::Store& store, const std::string& ns, const std::string& target
);

/// The resources that an HPA scales on by their utilization, and that a VPA of the same target
/// would set: it gives way. Empty with mode Off, and beside an HPA that observes.
std::set<std::string> contested(const Horizontal& horizontal, const Vertical& vertical);
/// Same, with every HPA of its target.
std::set<std::string> contested(const cluster::Store& store, const Vertical& vertical);
/// What is left to it: of cpu and memory what its policy controls, and nobody contests.
std::set<std::string> sets(const cluster::Store& store, const Vertical& vertical);

/// Requests and limits of the one container: what its status tells, else its spec.
const spec::ResourceRequirements& in_force(const spec::Pod& pod);

/// milli
std::int64_t amount(
    const spec::ResourceList& list, const std::string& name, std::int64_t otherwise
);

}  // namespace swell::simulation
