#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "arithmetic.hpp"
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
///     vpa          evictions leave as many pods as they must; requests are within the policy
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
    void count(const char* what) { ++counts_[what]; }

  private:
    using Hpa = spec::HorizontalPodAutoscaler;

    struct Recommended {
        std::int32_t replicas = 0;
        Instant at{};
    };
    // Of one HPA, what was seen of it.
    struct Past {
        std::string uid;
        std::vector<Change> changes;
        std::vector<Recommended> recommended;
    };

    void read_journal();
    void scaled(const spec::Deployment& before, const spec::Deployment& after);
    void check_rate(const Hpa& hpa, const Past& past, std::int32_t from, std::int32_t to);
    void check_window(const Hpa& hpa, const Past& past, std::int32_t from, std::int32_t to);
    void check_metrics(const Hpa& hpa, std::int32_t to);
    void sized(const spec::ReplicaSet& after);
    void created(const spec::Pod& pod);
    void removed(const std::string& controller, const spec::Pod& pod);
    void check_limits(const spec::Pod& pod);
    void check_eviction(const spec::Pod& pod);
    void check_quotas();

    const journal::Entry* entry_of(
        const std::string& controller, const char* list, const Json& item
    ) const;
    std::size_t load_of(const std::string& ns, const std::string& name) const;
    std::vector<spec::Pod> pods_in(const std::string& ns) const;
    std::string unsettled(std::size_t load) const;
    std::string unsettled(const Hpa& hpa, const Load& load, std::int32_t replicas) const;
    bool has_room(const Load& load) const;

    const ShiftedClock& clock_;
    const cluster::Store& store_;
    const journal::MemoryJournal& journal_;
    const Measured& measured_;
    const Faults& faults_;
    std::map<spec::Key, Past> pasts_;
    std::map<std::string, std::int64_t> used_;  // by quota and resource, at the last look
    Instant sure_from_{};                       // rates and windows are checked from here on
    std::uint64_t read_ = 0;                    // id of the journal entry read last
    std::uint64_t checked_ = 0;                 // version of the store
    std::vector<std::string> broken_;
    std::map<std::string, std::size_t> counts_;
};

}  // namespace swell::simulation
