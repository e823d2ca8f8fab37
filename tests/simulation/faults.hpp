#pragma once

#include <string_view>

#include "base/sim_clock.hpp"
#include "scenario.hpp"

namespace swell::simulation {

/// Which of a scenario's faults are at work now, in true time.
class Faults {
  public:
    Faults(const Scenario& scenario, const SimClock& truth)
        : scenario_(scenario), truth_(truth), began_(truth.now()) {}

    Duration elapsed() const { return truth_.now() - began_; }
    const Scenario& scenario() const { return scenario_; }

    /// A fault of this kind on this load; nullptr: none.
    const Fault* of(Fault::Kind kind, std::size_t load) const {
        for (const Fault& fault : scenario_.faults)
            if (fault.kind == kind && fault.load == load && is_on(fault)) return &fault;
        return nullptr;
    }
    /// Same, of whatever load: of the API and the journal.
    const Fault* of(Fault::Kind kind) const {
        for (const Fault& fault : scenario_.faults)
            if (fault.kind == kind && is_on(fault)) return &fault;
        return nullptr;
    }
    /// Whether a fault on some of a load's pods is one of this pod's: always the same ones.
    bool hits(Fault::Kind kind, std::size_t load, std::string_view pod) const {
        const Fault* const fault = of(kind, load);
        return fault != nullptr && share(pod) < fault->strength;
    }

  private:
    bool is_on(const Fault& fault) const {
        const Duration now = elapsed();
        return fault.from <= now && now < fault.until;
    }
    /// FNV-1a, as a number in [0, 1).
    static double share(std::string_view text) {
        std::uint64_t hash = 0xcbf29ce484222325ULL;
        for (const char c : text) {
            hash ^= static_cast<unsigned char>(c);
            hash *= 0x100000001b3ULL;
        }
        return static_cast<double>((hash ^ (hash >> 29)) & 0xffffff) / 0x1000000;
    }

    const Scenario& scenario_;
    const SimClock& truth_;
    Instant began_;
};

}  // namespace swell::simulation
