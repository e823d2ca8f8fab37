#include "cluster/pods/status.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace swell::cluster::pods {

namespace {

using spec::ContainerStatus;

spec::ContainerState waiting(std::string reason, std::string message = {}) {
    spec::ContainerState state;
    state.waiting = {std::move(reason), std::move(message)};
    return state;
}

spec::ContainerState ended(const std::optional<Exit>& exit) {
    spec::ContainerState state;
    if (exit) state.terminated = terminated(*exit);
    return state;
}

/// What a container that is not running now waits for.
spec::ContainerState idle_state(
    const spec::Pod& pod,
    const spec::Container& container,
    const ContainerFacts& one,
    const std::string& creating
) {
    if (!one.waiting_reason.empty()) return waiting(one.waiting_reason, one.waiting_message);
    if (one.stage == Stage::exited && one.backoff.delay > Duration{})
        return waiting("CrashLoopBackOff", backoff_message(pod, container.name, one.backoff));
    return waiting(creating);
}

ContainerStatus container_status(
    const spec::Pod& pod,
    const spec::Container& container,
    const ContainerFacts& one,
    bool init,
    const PodFacts& facts
) {
    ContainerStatus status;
    status.name = container.name;
    status.image = container.image;
    status.restart_count = one.restarts;
    status.container_id = one.id;
    if (one.in_force) {
        status.allocated_resources = one.granted.requests;
        status.resources = one.in_force;
    }
    const bool again = one.stage == Stage::exited && one.exit && !facts.ending && !facts.expired &&
                       restarts(restart_policy(pod.spec, container, init), *one.exit);
    if (one.stage == Stage::running || one.stage == Stage::stopping) {
        status.state.running = spec::ContainerStateRunning{one.started_at};
        status.last_state = ended(one.exit);
    } else if (one.stage == Stage::exited &&
               (!again || (one.waiting_reason.empty() &&
                           facts.now >= restart_at(one.backoff, one.exit->finished_at)))) {
        status.state = ended(one.exit);
        status.last_state = ended(one.previous_exit);
    } else {
        const bool early = !pod.spec.init_containers.empty() && !initialized(pod.spec, facts);
        status.state =
            idle_state(pod, container, one, early ? "PodInitializing" : "ContainerCreating");
        status.last_state = ended(one.exit);
    }
    status.started = one.stage == Stage::running && started(one.probes);
    status.ready = one.stage == Stage::running && ready(one.probes);
    if (init && !is_sidecar(container))
        status.ready = one.stage == Stage::exited && one.exit && one.exit->code == 0;
    return status;
}

spec::Condition condition(
    const spec::PodStatus& before,
    const std::string& type,
    bool holds,
    std::string reason,
    std::string message,
    Instant now
) {
    spec::Condition next;
    next.type = type;
    next.status = holds ? "True" : "False";
    next.reason = std::move(reason);
    next.message = std::move(message);
    next.last_transition_time = now;
    for (const spec::Condition& old : before.conditions)
        if (old.type == type && old.status == next.status && old.last_transition_time)
            next.last_transition_time = old.last_transition_time;
    return next;
}

/// `containers with unready status: [a b]`, empty when there are none.
std::string with_status(const char* what, const std::vector<std::string>& names) {
    return names.empty()
               ? ""
               : std::string("containers with ") + what + " status: [" + join(names, " ") + "]";
}

std::vector<std::string> unready(const spec::PodSpec& pod, const spec::PodStatus& status) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < pod.init_containers.size(); ++i)
        if (is_sidecar(pod.init_containers[i]) && !status.init_container_statuses[i].ready)
            names.push_back(pod.init_containers[i].name);
    for (const ContainerStatus& one : status.container_statuses)
        if (!one.ready) names.push_back(one.name);
    return names;
}

std::vector<std::string> uninitialized(const spec::PodSpec& pod, const PodFacts& facts) {
    std::vector<std::string> names;
    if (initialized(pod, facts)) return names;
    for (std::size_t i = 0; i < pod.init_containers.size(); ++i) {
        const ContainerFacts& one = facts.init_containers[i];
        const bool done = is_sidecar(pod.init_containers[i])
                              ? one.stage == Stage::running && started(one.probes)
                              : one.stage == Stage::exited && one.exit && one.exit->code == 0;
        if (!done) names.push_back(pod.init_containers[i].name);
    }
    return names;
}

/// A container of its own that has started stands for all init containers: a sidecar that ends or
/// starts again afterwards takes nothing back.
/// Source  kubernetes pkg/kubelet/status/generate.go, GeneratePodInitializedCondition
bool has_started(const spec::PodStatus& status) {
    const auto& all = status.container_statuses;
    return std::any_of(all.begin(), all.end(), [](const ContainerStatus& one) {
        return one.state.running || one.state.terminated;
    });
}

void set_conditions(const spec::Pod& pod, const PodFacts& facts, spec::PodStatus& status) {
    const auto missing =
        has_started(status) ? std::vector<std::string>() : uninitialized(pod.spec, facts);
    const auto waiting_for = unready(pod.spec, status);
    const bool completed = status.phase == "Succeeded";
    const bool is_ready = waiting_for.empty() && status.phase == "Running";
    const std::string unfinished = completed ? "PodCompleted" : "ContainersNotReady";
    const std::string reason = is_ready ? "" : unfinished;
    const std::string message = is_ready || completed ? "" : with_status("unready", waiting_for);
    const std::string initialized = completed ? "PodCompleted" : "";
    const auto add =
        [&](const char* type, bool holds, const std::string& why, const std::string& text) {
            status.conditions.push_back(condition(pod.status, type, holds, why, text, facts.now));
        };
    add("Initialized",
        missing.empty(),
        missing.empty() ? initialized : "ContainersNotInitialized",
        with_status("incomplete", missing));
    add("Ready", is_ready, reason, message);
    add("ContainersReady", is_ready, reason, message);
    add("PodScheduled", true, "", "");
}

/// Resizes that are under way, and only while they are.
void set_resize_conditions(const spec::Pod& pod, const PodFacts& facts, spec::PodStatus& status) {
    const auto add = [&](const char* type, const char* reason, const std::string& message) {
        status.conditions.push_back(condition(pod.status, type, true, reason, message, facts.now));
    };
    if (!facts.infeasible.empty()) add("PodResizePending", "Infeasible", facts.infeasible);
    bool under_way = false;
    std::string error;
    for (const auto* list : {&facts.init_containers, &facts.containers}) {
        for (const ContainerFacts& one : *list) {
            under_way = under_way || (one.live() && one.in_force && one.in_force != one.granted);
            if (error.empty()) error = one.resize_error;
        }
    }
    if (under_way) add("PodResizeInProgress", error.empty() ? "" : "Error", error);
}

struct Counts {
    int waiting = 0, running = 0, succeeded = 0, failed = 0;
};

Counts count(const PodFacts& facts) {
    Counts counts;
    for (const ContainerFacts& one : facts.containers) {
        if (one.live())
            ++counts.running;
        else if (one.stage == Stage::waiting || !one.exit)
            ++counts.waiting;
        else
            ++(one.exit->code == 0 ? counts.succeeded : counts.failed);
    }
    return counts;
}

}  // namespace

std::string phase_of(const spec::PodSpec& pod, const PodFacts& facts) {
    for (std::size_t i = 0; i < pod.init_containers.size(); ++i) {
        const ContainerFacts& one = facts.init_containers[i];
        const bool final = one.stage == Stage::exited && one.exit &&
                           !restarts(restart_policy(pod, pod.init_containers[i], true), *one.exit);
        if (final && one.exit->code != 0) return "Failed";
    }
    const Counts counts = count(facts);
    if (facts.expired && counts.running == 0) return "Failed";
    if (counts.waiting > 0) return "Pending";
    if (counts.running > 0) return "Running";
    if (pod.restart_policy == "Always" && !facts.ending) return "Running";
    if (counts.failed == 0) return "Succeeded";
    return pod.restart_policy == "OnFailure" && !facts.ending ? "Running" : "Failed";
}

spec::ContainerStateTerminated terminated(const Exit& exit) {
    spec::ContainerStateTerminated state;
    state.exit_code = exit.code;
    state.signal = exit.signal;
    state.started_at = exit.started_at;
    state.finished_at = exit.finished_at;
    state.message = exit.start_error;
    if (exit.oom)
        state.reason = "OOMKilled";
    else if (!exit.start_error.empty())
        state.reason = "StartError";
    else
        state.reason = exit.code == 0 ? "Completed" : "Error";
    return state;
}

std::string long_name(const spec::Pod& pod) {
    return pod.metadata.name + "_" + pod.metadata.ns + "(" + pod.metadata.uid + ")";
}

std::string backoff_message(
    const spec::Pod& pod, const std::string& container, const Backoff& backoff
) {
    return "back-off " + to_text(backoff.delay) + " restarting failed container=" + container +
           " pod=" + long_name(pod);
}

spec::PodStatus status_of(const spec::Pod& pod, const PodFacts& facts) {
    spec::PodStatus status;
    status.phase = phase_of(pod.spec, facts);
    status.message = pod.status.message;
    status.reason = pod.status.reason;
    status.ports = pod.status.ports;
    status.host_ip = "127.0.0.1";
    status.pod_ip = "127.0.0.1";
    status.start_time = pod.status.start_time.value_or(facts.now);
    if (facts.expired) {
        status.reason = "DeadlineExceeded";
        status.message = "Pod was active on the node longer than the specified deadline";
    }
    for (std::size_t i = 0; i < pod.spec.init_containers.size(); ++i)
        status.init_container_statuses.push_back(container_status(
            pod, pod.spec.init_containers[i], facts.init_containers[i], true, facts
        ));
    for (std::size_t i = 0; i < pod.spec.containers.size(); ++i)
        status.container_statuses.push_back(
            container_status(pod, pod.spec.containers[i], facts.containers[i], false, facts)
        );
    set_conditions(pod, facts, status);
    set_resize_conditions(pod, facts, status);
    return status;
}

void keep_others(
    const std::vector<spec::Condition>& before, std::vector<spec::Condition>& conditions
) {
    constexpr std::string_view ours[] = {
        "Initialized",
        "Ready",
        "ContainersReady",
        "PodScheduled",
        "PodReadyToStartContainers",
        "PodResizePending",
        "PodResizeInProgress",
    };
    for (const spec::Condition& condition : before)
        if (std::ranges::find(ours, condition.type) == std::end(ours))
            conditions.push_back(condition);
}

}  // namespace swell::cluster::pods
