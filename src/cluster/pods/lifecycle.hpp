#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cluster/pods/backoff.hpp"
#include "cluster/pods/probe/probe.hpp"
#include "cluster/pods/shim/shim_spec.hpp"
#include "spec/kinds/core.hpp"

namespace swell::cluster::pods {

enum class Stage {
    waiting,   ///< never started
    starting,  ///< asked to start, or its postStart runs
    running,
    stopping,  ///< asked to stop: preStop, SIGTERM, SIGKILL
    exited,
};

/// What is known of one container.
struct ContainerFacts {
    Stage stage = Stage::waiting;
    int restarts = 0;
    std::optional<Exit> exit;           ///< of the newest run that ended
    std::optional<Exit> previous_exit;  ///< of the one before
    Backoff backoff;
    Probes probes;         ///< of the run under way
    std::string give_up;   ///< why a running one must be ended and started anew; empty: it need not
    Instant not_before{};  ///< a start or restart that lacked something waits until then
    std::string waiting_reason, waiting_message;  ///< what it lacked
    Instant started_at{};
    std::string id;
    spec::ResourceRequirements granted;  ///< what it may have, or will at its next start
    std::optional<spec::ResourceRequirements> in_force;  ///< of the newest run
    std::string resize_error;  ///< why what was granted is not in force; empty: nothing failed

    bool live() const {
        return stage == Stage::starting || stage == Stage::running || stage == Stage::stopping;
    }
};

/// What is known of a pod.
struct PodFacts {
    Instant now{};
    bool ending = false;     ///< its object is being deleted, or the runtime stops
    bool drained = false;    ///< no request reaches it any more
    bool begun = false;      ///< a container has run: init containers are over
    bool expired = false;    ///< it ran longer than activeDeadlineSeconds
    std::string infeasible;  ///< why its spec's resources cannot be granted; empty: they are
    std::vector<ContainerFacts> init_containers, containers;
};

struct Action {
    enum class What {
        drain,   ///< take the pod from the traffic
        start,   ///< a container, for the first time or again
        stop,    ///< a container, gently
        remove,  ///< the pod is down
    };
    What what = What::start;
    bool init = false;  ///< of initContainers
    std::size_t index = 0;
    std::string why;
    bool operator==(const Action&) const = default;
};

/// What to do now, and when to look again if nothing happens before.
struct Plan {
    std::vector<Action> actions;
    std::optional<Instant> look_again;
};

/// The next step of a pod. Level-triggered: what is under way is not asked for again.
///
///     up    init containers one after the other to success (a sidecar: until it started), then all
///     others;
///           one that ended is started again as its policy says, after its back-off
///     down  drain, stop containers, then sidecars from the last to the first, remove
Plan decide(const spec::PodSpec& pod, const PodFacts& facts);

/// `Always` for sidecars; an init container is never started again after success.
std::string restart_policy(const spec::PodSpec& pod, const spec::Container& container, bool init);
bool is_sidecar(const spec::Container& init_container);

/// Whether a container that ended so is started again.
bool restarts(const std::string& policy, const Exit& exit);

/// Whether every init container has done its part.
bool initialized(const spec::PodSpec& pod, const PodFacts& facts);

}  // namespace swell::cluster::pods
