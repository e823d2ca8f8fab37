#pragma once

#include <optional>

#include "base/time.hpp"
#include "spec/kinds/core.hpp"

namespace swell::cluster::pods {

enum class ProbeKind { startup, readiness, liveness };

/// `Startup`, `Readiness`, `Liveness`: as events name them.
const char* word(ProbeKind kind);

/// What one probe of a running container knows. A new start begins with a new state.
struct ProbeState {
    bool passing = false;      ///< the verdict so far; kubelet's initial one, see begin()
    int run = 0;               ///< equal results in a row
    std::optional<bool> last;  ///< of the last try
    Instant next{};            ///< of the next try
    bool operator==(const ProbeState&) const = default;
};

/// Before the first try readiness and startup have not passed, liveness has.
ProbeState begin_probe(ProbeKind kind, const spec::Probe& probe, Instant container_started);

/// The state after a try that ended at `at`.
///
/// The verdict turns after failureThreshold failures or successThreshold successes in a row; the
/// next try is one period after this one was due, and never in the past.
ProbeState after_try(const spec::Probe& probe, ProbeState state, bool success, Instant at);

/// Whether the probe has given its container up: liveness or startup failed as often as they may.
bool gave_up(ProbeKind kind, const spec::Probe& probe, const ProbeState& state);

/// The three of a container together. Source  kubernetes pkg/kubelet/prober/worker.go
struct Probes {
    std::optional<ProbeState> startup, readiness, liveness;
    bool operator==(const Probes&) const = default;
};

Probes begin_probes(const spec::Container& container, Instant container_started);

/// Passed its startup probe, or has none: only then do the others speak.
bool started(const Probes& probes);

/// Started and passes its readiness probe, or has none.
bool ready(const Probes& probes);

/// Whether a kind of probe is tried now; the startup probe ends with its success.
bool active(const Probes& probes, ProbeKind kind);

}  // namespace swell::cluster::pods
