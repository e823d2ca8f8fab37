#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop_io.hpp"
#include "base/rng.hpp"
#include "cluster/cluster.hpp"
#include "cluster/pods/logs_io.hpp"
#include "cluster/pods/shim/shim_spec.hpp"
#include "journal/entry.hpp"
#include "metrics/pod_metrics.hpp"

namespace swell::cluster {

/// The door to the traffic: who must let go of a pod before it is stopped.
class TrafficGate {
  public:
    virtual ~TrafficGate() = default;

    /// Calls `done`, from the loop or from inside, when no new request can reach the pod and none
    /// is under way. Called first when a pod ends; the runtime waits no longer than the pod's grace
    /// period.
    virtual void drain(const Key& pod, std::function<void()> done) = 0;
};

/// Runs the pods of a Cluster as processes of this machine: what kubelet is to a node.
///
/// It follows Pod objects, starts their containers, probes and restarts them, writes their status,
/// and removes the object of a deleted pod once it is down. Everything happens on one loop; start()
/// comes first.
class PodRuntime {
  public:
    struct Config {
        std::string state_dir;     ///< 0700, ours alone; made when missing
        std::string swell_binary;  ///< absolute; run as `BINARY shim …`
        bool detach = false;       ///< pods outlive us; else they die with us, whatever ends us
        std::string cgroup_prefix = "swell";
        std::uint16_t port_base = 20000, port_end = 32000;
        Duration usage_period = std::chrono::seconds(1);
        Duration usage_window = std::chrono::seconds(10);
        pods::Isolation isolation =
            pods::Isolation::best;  ///< to keep less apart than this machine allows
        bool cgroups = true;        ///< false: as if this machine had none
    };

    PodRuntime(
        Loop& loop,
        Cluster& cluster,
        journal::Journal& journal,
        TrafficGate& gate,
        Rng rng,
        Config config
    );
    /// Lets go of everything: in the foreground all containers die, detached ones go on.
    ~PodRuntime();
    PodRuntime(const PodRuntime&) = delete;
    PodRuntime& operator=(const PodRuntime&) = delete;

    /// Adopts what an earlier control plane left running, clears away what it left dead, then
    /// follows the Cluster. Errors  unavailable: the state folder cannot be made.
    Result<void> start();

    /// Ends all pods gently and in parallel, and calls `done` once everything of them is gone.
    /// Their objects stay. Pods that come meanwhile are not started.
    void stop(std::function<void()> done);
    /// Ends everything at once and waits for it, a few seconds at most. The last resort.
    void kill_all();

    /// Usage of pods: CPU averaged over the window, memory as working set.
    const metrics::Metrics& metrics() const;
    /// One pod's; empty until it was measured twice.
    std::optional<metrics::PodMetrics> usage(const Key& pod) const;

    /// Lines of a container's log. Errors  not_found: pod or container, or it has not run yet.
    Result<LogSlice> logs(const Key& pod, const LogQuery& query) const;

    /// What cannot be enforced on this machine, and how to get it: for `swell doctor`.
    std::vector<std::string> warnings() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace swell::cluster
