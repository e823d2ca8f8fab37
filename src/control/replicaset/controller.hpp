#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "control/dependents.hpp"
#include "control/follow.hpp"
#include "control/replicaset/decide.hpp"
#include "control/replicaset/expectations.hpp"
#include "control/workqueue.hpp"
#include "control/world.hpp"

namespace swell::control {

/// Keeps as many pods as each ReplicaSet wants.
///
/// Runs from the clock and from watches of the cluster; nothing in it waits. Each creation and
/// deletion of pods is journaled (controller `replicaset`, subject `replicaset/NAME`) before it is
/// done; while the journal refuses, nothing is done and it is tried again.
class ReplicaSetController {
  public:
    explicit ReplicaSetController(World world);

    /// `admit` gives each pod its last touch before it is created; without, pods are as the
    /// template says.
    void admit_with(std::function<spec::Pod(spec::Pod)> admit) { admit_ = std::move(admit); }

    /// Looks at all there is and follows it from then on; once.
    void start();

  private:
    /// What came of creating or deleting pods.
    struct Acted {
        std::string failure;  ///< empty: all went well
        std::size_t done = 0;
        std::size_t wanted = 0;
    };

    void on_pod(const cluster::Change& change);
    void enqueue_selecting(const cluster::Object& pod);
    Result<void> look_at(const spec::Key& key);
    Result<Acted> act(
        const cluster::Object& object,
        const replicaset::Observation& seen,
        const replicaset::Decision& decision
    );
    std::vector<std::string> draw_names(const std::string& replica_set, std::int32_t count);
    Acted create_pods(const cluster::Object& object, const std::vector<std::string>& names);
    Acted delete_pods(const cluster::Object& object, const replicaset::Pods& victims);
    bool create_pod(const cluster::Object& object, const std::string& name, Acted& acted);
    /// Gives the version that the ReplicaSet has then; 0 when it is gone.
    Result<std::uint64_t> write_status(
        const cluster::Object& object, const spec::ReplicaSetStatus& status
    );

    World world_;
    std::function<spec::Pod(spec::Pod)> admit_;
    Workqueue queue_;
    Dependents pods_;
    std::map<spec::Key, replicaset::Expectations> expectations_;
    /// Of those for which nothing is left to be done: at which version, while none of their pods
    /// changes. Own status writes are news to nobody.
    std::map<spec::Key, std::uint64_t> settled_;
    Follow follow_replica_sets_, follow_pods_;
};

}  // namespace swell::control
