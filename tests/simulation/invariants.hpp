#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "arithmetic.hpp"
#include "autoscalers.hpp"
#include "door.hpp"
#include "faults.hpp"
#include "journal/memory.hpp"
#include "measured.hpp"
#include "shifted_clock.hpp"

namespace swell::simulation {

/// What must hold, whatever happens:
///
///     bounds       an HPA sets no replicas outside [minReplicas, maxReplicas]
///     rate         nor more or fewer at once, or within a period, than `behavior` allows
///     window       nor does it undercut (or exceed) what was recommended within its windows
///     metrics      nor shrink a target by metrics that are missing, stale or absurd
///     journaled    each change of replicas, each pod that is created or deleted, each eviction is
///                  in the journal before it is done, and none is done while the journal refuses
///     quota        pods never use more than a quota leaves them, and its status says what they use
///     limits       no pod is outside its LimitRange
///     vpa          evictions and resizes leave as many pods as they must, are for those that need
///                  them, and what a policy forbade is not tried by an eviction; requests are
///                  within the autoscaler's policy, or as the template says
///     resize       a resize in place changes requests and limits, and nothing else of a pod
///     contention   what an HPA scales on a VPA leaves as it is, and the journal says so
///     observe      an autoscaler that observes journals, and changes nothing
///     settles      when the faults are over, everything comes to rest where it belongs
class Invariants {
  public:
    Invariants(
        const ShiftedClock& clock,
        const cluster::Store& store,
        const journal::MemoryJournal& journal,
        const Measured& measured,
        const Faults& faults
    );

    /// To be told of each write of a controller, right after it.
    void wrote(const Write& write);
    /// To be told after each step of the time.
    void stepped();
    /// To be told of each resize that could not be done.
    void resize_failed(const spec::Pod& wanted, const Error& why);
    /// To be told when another life of the control plane begins.
    void begins();
    /// What an HPA remembers of a time that lies ahead it forgets, with its last life; and what was
    /// written over that as well. Rates and windows are no matter until that time has come again.
    void clock_was_set_back(Duration by);

    /// What is not yet as it should be when nothing changes any more; empty when all is at rest.
    std::string unsettled() const;

    void break_(const char* invariant, const std::string& what);
    /// In the order of time; no more than the first few.
    const std::vector<std::string>& broken() const { return broken_; }
    /// How often things of note happened, for who doubts that they do.
    const std::map<std::string, std::size_t>& counts() const { return counts_; }
    void count(const std::string& what) { ++counts_[what]; }

  private:
    using Hpa = spec::HorizontalPodAutoscaler;

    struct Recommended {
        std::int32_t replicas = 0;
        Instant at{};
    };
    // Of one HPA, what was seen of it.
    struct Past {
        std::vector<Change> changes;
        std::vector<Recommended> recommended;
    };

    // What was done to one ReplicaSet's pods in one run of the updater.
    struct Disturbed {
        Instant at{};
        std::set<std::string> resized;  // by name
        std::int32_t evicted = 0;
    };
    struct Refused {
        spec::ResourceRequirements wanted;
        std::string by;  // uid of the VPA
        Instant at{};
    };

    void read_journal();
    void heard(const journal::Entry& entry);
    void heard_of_hpa(const journal::Entry& entry);
    bool is_contested_with_vpa(const journal::Entry& entry, const std::string& target) const;
    bool is_contested_with_hpa(const journal::Entry& entry, const std::string& target) const;
    void scaled(const spec::Deployment& before, const spec::Deployment& after);
    void check_rate(const Hpa& hpa, const Past& past, std::int32_t from, std::int32_t to);
    void check_window(const Hpa& hpa, const Past& past, std::int32_t from, std::int32_t to);
    void check_metrics(const Hpa& hpa, std::int32_t to);
    void sized(const spec::ReplicaSet& after);
    void created(const spec::Pod& pod);
    void removed(const std::string& controller, const spec::Pod& pod);
    void check_limits(const spec::Pod& pod);
    void check_quotas();
    // In vertical.cpp.
    void check_size(const spec::Pod& pod);
    void evicted(const spec::Pod& pod);
    void resized(const spec::Pod& before, const spec::Pod& after);
    std::optional<Vertical> actor(const char* action, const spec::Pod& pod);
    bool needs_other_size(const Vertical& vertical, const spec::Pod& pod) const;
    void check_policy(const Vertical& vertical, const spec::Pod& pod, const std::string& resource);
    void check_disruption(const Vertical& vertical, const spec::Pod& pod, const char* what);
    Disturbed& disturbed(const spec::OwnerReference& owner);

    const journal::Entry* entry_of(
        const std::string& controller, const char* list, const Json& item
    ) const;
    std::size_t load_of(const std::string& ns, const std::string& name) const;
    std::vector<spec::Pod> pods_in(const std::string& ns) const;
    std::string unsettled(std::size_t load) const;
    std::string unsettled(const Hpa& hpa, const Load& load, std::int32_t replicas) const;
    std::string unsettled_observer(const Hpa& hpa, const Load& load, std::int32_t replicas) const;
    std::string unsettled(const Vertical& vertical, const Load& load) const;
    std::string untold(const Load& load) const;
    std::int64_t wanted_by(
        const Hpa& hpa, const Load& load, std::int32_t replicas, const std::vector<spec::Pod>& pods
    ) const;
    bool has_room(const Load& load) const;

    const ShiftedClock& clock_;
    const cluster::Store& store_;
    const journal::MemoryJournal& journal_;
    const Measured& measured_;
    const Faults& faults_;
    std::map<std::string, Past> pasts_;           // by uid
    std::map<std::string, Disturbed> disturbed_;  // by uid of the ReplicaSet
    std::map<std::string, Refused> refused_;      // by uid of the pod
    std::set<std::string> observed_;              // controller and uid of who observes, and said so
    std::map<std::string, std::int64_t> used_;    // by quota and resource, at the last look
    Instant sure_from_{};                         // rates and windows are checked from here on
    std::uint64_t read_ = 0;                      // id of the journal entry read last
    std::uint64_t checked_ = 0;                   // version of the store
    std::vector<std::string> broken_;
    std::map<std::string, std::size_t> counts_;
};

}  // namespace swell::simulation
