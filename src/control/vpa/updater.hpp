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
/// Gives a running pod the resources of `wanted`, without a restart.
/// Errors  whatever keeps it from being done; the pod is then evicted.
using Resize = std::function<Result<void>(const spec::Pod& wanted)>;

/// One loop of the original's updater: pods of autoscalers with mode Recreate, Auto or
/// InPlaceOrRecreate whose requests are off are evicted (and come back with others, see
/// VpaController::admission) or resized in place, the neediest first, as many as each controller
/// can do without. Each is journaled before it is done; what cannot be journaled is not done. Of
/// autoscalers that observe it is journaled alone.
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

    /// How often an autoscaler that observes is journaled for one pod while nothing changes.
    static constexpr Duration repeat_observation = std::chrono::minutes(10);

  private:
    struct Work;
    void update(Work& work);
    void resize_or_evict(Work& work);
    void observe(Work& work, const Candidate& candidate, Act act);
    bool evict(Work& work, const Candidate& candidate);
    Result<void> resize(Work& work, const Candidate& candidate);
    Result<void> journaled(
        Work& work, const Candidate& candidate, Act act, const std::function<Result<void>()>& do_it
    );
    std::optional<std::int32_t> replicas(const std::string& ns, const Creator& creator) const;

    World world_;
    UpdaterConfig config_;
    Resize resize_;
    Disruption::FirstSeen resizing_since_;
    struct Told {
        std::string gist;
        Instant at{};
    };
    std::map<std::pair<std::string, std::string>, Told> told_;  // by autoscaler and pod, their uids
};

}  // namespace swell::control::vpa
