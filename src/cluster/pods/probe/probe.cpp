#include "cluster/pods/probe/probe.hpp"

#include <algorithm>

namespace swell::cluster::pods {

const char* word(ProbeKind kind) {
    switch (kind) {
        case ProbeKind::startup:
            return "Startup";
        case ProbeKind::readiness:
            return "Readiness";
        case ProbeKind::liveness:
            return "Liveness";
    }
    return "";
}

ProbeState begin_probe(ProbeKind kind, const spec::Probe& probe, Instant container_started) {
    ProbeState state;
    state.passing = kind == ProbeKind::liveness;
    state.next = container_started + std::chrono::seconds(probe.initial_delay_seconds);
    return state;
}

ProbeState after_try(const spec::Probe& probe, ProbeState state, bool success, Instant at) {
    state.run = state.last == success ? state.run + 1 : 1;
    state.last = success;
    const int threshold = success ? probe.success_threshold : probe.failure_threshold;
    if (state.run >= threshold) state.passing = success;
    state.next = std::max(state.next + std::chrono::seconds(probe.period_seconds), at);
    return state;
}

bool gave_up(ProbeKind kind, const spec::Probe& probe, const ProbeState& state) {
    return kind != ProbeKind::readiness && state.last == false &&
           state.run >= probe.failure_threshold;
}

Probes begin_probes(const spec::Container& container, Instant container_started) {
    Probes probes;
    const auto begin = [&](ProbeKind kind, const std::optional<spec::Probe>& probe) {
        return probe ? std::optional(begin_probe(kind, *probe, container_started)) : std::nullopt;
    };
    probes.startup = begin(ProbeKind::startup, container.startup_probe);
    probes.readiness = begin(ProbeKind::readiness, container.readiness_probe);
    probes.liveness = begin(ProbeKind::liveness, container.liveness_probe);
    return probes;
}

bool started(const Probes& probes) { return !probes.startup || probes.startup->passing; }

bool ready(const Probes& probes) {
    return started(probes) && (!probes.readiness || probes.readiness->passing);
}

bool active(const Probes& probes, ProbeKind kind) {
    switch (kind) {
        case ProbeKind::startup:
            return probes.startup && !probes.startup->passing;
        case ProbeKind::readiness:
            return probes.readiness && started(probes);
        case ProbeKind::liveness:
            return probes.liveness && started(probes);
    }
    return false;
}

}  // namespace swell::cluster::pods
