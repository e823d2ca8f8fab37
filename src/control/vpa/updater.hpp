#pragma once

#include <functional>
#include <map>
#include <string>

#include "control/vpa/admission.hpp"
#include "control/vpa/record.hpp"
#include "control/world.hpp"

namespace swell::control::vpa {

/// What is said about a decision once its outcome is known.
using OnDecision = std::function<void(const journal::Entry&)>;
/// What a namespace's LimitRanges say.
using LimitRangesOf = std::function<LimitRanges(const std::string& ns)>;
/// Asks for a running pod to be given the resources of `wanted` in place.
/// Errors  forbidden: a quota or a limit range stands against it; else whatever keeps it from being
///         done.
using Resize = std::function<Result<void>(const spec::Pod& wanted)>;
/// The door of a cluster whose pods are resized when their spec says so: what `resize`, the
/// subresource of Kubernetes, does. The runtime says in the pod's conditions how it goes.
Resize resize_through(cluster::Cluster& cluster);

/// One loop of the original's updater: pods of autoscalers with mode Recreate, Auto or
/// InPlaceOrRecreate whose requests are off are evicted (and come back with others, see
/// VpaController::admission) or resized in place, the neediest first, as many as each controller
/// can do without. Each is journaled before it is done; what cannot be journaled is not done. Of
/// autoscalers that observe it is journaled alone.
///
/// A resize that fails ends in an eviction, as in the original. Not so one that a quota forbids: it
/// would forbid the pod that is to take its place as well, and the service would be a pod short. It
/// is tried again after refused_hold, or with another target.
class Updater {
  public:
    Updater(World world, UpdaterConfig config) : world_(world), config_(config) {}

    void run(
        const std::vector<Governor>& governors,
        const LimitRangesOf& limit_ranges,
        const OnDecision& on_decision
    );

    /// Without this door pods are evicted where they would be resized.
    void resize_with(Resize door) { resize_ = std::move(door); }

    static constexpr Duration refused_hold = std::chrono::minutes(10);
    /// How often an autoscaler that observes is journaled for one pod while nothing changes.
    static constexpr Duration repeat_observation = std::chrono::minutes(10);

  private:
    struct Work;
    struct Told {
        std::string gist;
        Instant at{};
    };
    struct Refusal {
        std::string targets;
        Instant at{};
    };
    void update(Work& work);
    void resize_or_evict(Work& work);
    void observe(Work& work, const Candidate& candidate, Act act);
    bool evict(Work& work, const Candidate& candidate);
    Result<void> resize(Work& work, const Candidate& candidate);
    bool is_refused(const Candidate& candidate, Instant now) const;
    void refused(Work& work, const Candidate& candidate, const std::string& why);
    Result<void> journaled(
        Work& work, const Candidate& candidate, Act act, const std::function<Result<void>()>& do_it
    );
    std::optional<std::int32_t> replicas(const std::string& ns, const Creator& creator) const;

    World world_;
    UpdaterConfig config_;
    Resize resize_;
    Disruption::FirstSeen resizing_since_;
    std::map<std::string, Refusal> refusals_;  ///< by uid
    std::map<std::pair<std::string, std::string>, Told>
        told_;  ///< by autoscaler and pod, their uids
};

}  // namespace swell::control::vpa
