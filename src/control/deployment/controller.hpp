#pragma once

#include <cstdint>
#include <map>

#include <set>
#include <string>
#include <vector>

#include "control/dependents.hpp"
#include "control/deployment/decide.hpp"
#include "control/follow.hpp"
#include "control/workqueue.hpp"
#include "control/world.hpp"

namespace swell::control {

/// Keeps one ReplicaSet a template for each Deployment and moves pods from the old to the new.
///
/// Runs from the clock and from watches of the cluster; nothing in it waits. Each change of sizes
/// is journaled (controller `deployment`, subject `deployment/NAME`) before it is made; while the
/// journal refuses, nothing is done and it is tried again.
class DeploymentController {
  public:
    explicit DeploymentController(World world);

    /// Looks at all there is and follows it from then on; once.
    void start();

  private:
    void enqueue_all();
    void on_replica_set(const cluster::Change& change);
    void on_pod(const cluster::Change& change);
    void enqueue_selecting(const cluster::Object& replica_set);
    Result<void> look_at(const spec::Key& key);
    deployment::Observation observe(
        const cluster::Object& object, const std::vector<cluster::Object>& replica_sets
    ) const;
    /// The version that the Deployment has after the last write, here and below.
    using Version = Result<std::uint64_t>;
    Version act(
        const cluster::Object& object,
        const deployment::Observation& seen,
        const deployment::Decision& decision
    );
    Version carry_out(
        const cluster::Object& object,
        const deployment::Observation& seen,
        const deployment::Decision& decision
    );
    Result<void> write(
        const cluster::Object& object,
        const deployment::Observation& seen,
        const deployment::Write& write
    );
    Result<void> create(
        const cluster::Object& object,
        const deployment::Observation& seen,
        const spec::ReplicaSet& replica_set
    );
    Result<void> after_collision(
        const deployment::Observation& seen,
        const spec::ReplicaSet& wanted,
        const spec::ReplicaSet& there
    );
    Version write_back(const cluster::Object& object, const deployment::Decision& decision);
    Version write_status(const cluster::Object& object, const spec::DeploymentStatus& status);

    World world_;
    Workqueue queue_;
    Dependents replica_sets_;
    /// Of those for which nothing is left to be done: at which version, while none of their
    /// ReplicaSets changes. Own status writes are news to nobody.
    std::map<spec::Key, std::uint64_t> settled_;
    Follow follow_deployments_, follow_replica_sets_, follow_pods_;
};

}  // namespace swell::control
