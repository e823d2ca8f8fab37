// The probes and lifecycle handlers of a container; the rest of ContainerRun is in
// container_io.cpp.

#include "base/saturate.hpp"
#include "cluster/pods/container_io.hpp"
#include "cluster/pods/ports.hpp"

namespace swell::cluster::pods {

namespace {

std::size_t index(ProbeKind kind) { return static_cast<std::size_t>(kind); }

}  // namespace

std::optional<ProbeState>& ContainerRun::state_of(ProbeKind kind) {
    if (kind == ProbeKind::startup) return facts_.probes.startup;
    return kind == ProbeKind::readiness ? facts_.probes.readiness : facts_.probes.liveness;
}

const std::optional<spec::Probe>& ContainerRun::spec_of(ProbeKind kind) const {
    if (kind == ProbeKind::startup) return container_.startup_probe;
    return kind == ProbeKind::readiness ? container_.readiness_probe : container_.liveness_probe;
}

void ContainerRun::schedule_probe(ProbeKind kind) {
    Clock::Timer& timer = probe_timers_[index(kind)];
    if (facts_.stage != Stage::running || timer != 0 || checks_[index(kind)]) return;
    if (!active(facts_.probes, kind)) return;
    timer = context_.loop.call_at(state_of(kind)->next, [this, kind] {
        probe_timers_[index(kind)] = 0;
        probe(kind);
    });
}

void ContainerRun::probe(ProbeKind kind) {
    if (facts_.stage != Stage::running || !active(facts_.probes, kind)) return;
    checks_[index(kind)] = std::make_unique<RunningCheck>(
        context_.loop,
        context_.client,
        context_.config.swell_binary,
        check_of(*spec_of(kind)),
        [this, kind](CheckResult result) { on_probed(kind, result); }
    );
}

void ContainerRun::on_probed(ProbeKind kind, const CheckResult& result) {
    checks_[index(kind)].reset();
    if (facts_.stage != Stage::running) return;
    auto& state = state_of(kind);
    const spec::Probe& probe = *spec_of(kind);
    const ProbeState before = *state;
    state = after_try(probe, before, result.passed, context_.loop.now());
    if (!result.passed)
        pod_.event(true, "Unhealthy", std::string(word(kind)) + " probe failed: " + result.output);
    if (result.warned)
        pod_.event(
            true, "ProbeWarning", std::string(word(kind)) + " probe warning: " + result.output
        );
    if (gave_up(kind, probe, *state) && facts_.give_up.empty())
        facts_.give_up = std::string("failed ") +
                         (kind == ProbeKind::startup ? "startup" : "liveness") +
                         " probe, will be restarted";
    if (state->passing != before.passing || !facts_.give_up.empty()) pod_.changed();
    // A startup probe that passed lets the others begin.
    for (const ProbeKind each : {ProbeKind::startup, ProbeKind::readiness, ProbeKind::liveness})
        schedule_probe(each);
}

void ContainerRun::end_checks() {
    for (auto& check : checks_) check.reset();
    for (Clock::Timer& timer : probe_timers_)
        if (timer != 0) context_.loop.cancel(std::exchange(timer, 0));
}

ExecSpec ContainerRun::exec_spec(const std::vector<std::string>& command) const {
    ExecSpec spec;
    const auto env = variables();
    if (env) spec.env.assign(env->begin(), env->end());
    for (const std::string& word : command) spec.argv.push_back(word);
    spec.cwd = working_folder();
    spec.cgroup_procs = context_.cgroups.procs(pod_.pod.metadata.uid, container_.name);
    if (process_) {
        spec.init_pid = process_->running().init_pid;
        spec.isolation = process_->running().isolation;
    }
    return spec;
}

Check ContainerRun::check_of(const spec::Probe& probe) const {
    Check check;
    check.http_get = probe.http_get;
    check.tcp_socket = probe.tcp_socket;
    if (probe.exec) check.exec = exec_spec(probe.exec->command);
    if (probe.http_get)
        check.port = real_port(pod_.pod, container_, probe.http_get->port).value_or(0);
    if (probe.tcp_socket)
        check.port = real_port(pod_.pod, container_, probe.tcp_socket->port).value_or(0);
    check.timeout = std::chrono::seconds(probe.timeout_seconds);
    return check;
}

void ContainerRun::run_hook(
    const spec::LifecycleHandler& handler, Duration longest, RunningCheck::Done done
) {
    Check check;
    check.timeout = longest;
    check.http_get = handler.http_get;
    if (handler.http_get)
        check.port = real_port(pod_.pod, container_, handler.http_get->port).value_or(0);
    if (handler.exec) check.exec = exec_spec(handler.exec->command);
    if (handler.sleep) check.sleep = std::min(saturated_seconds(handler.sleep->seconds), longest);
    hook_ = std::make_unique<RunningCheck>(
        context_.loop, context_.client, context_.config.swell_binary, check, std::move(done)
    );
}

}  // namespace swell::cluster::pods
