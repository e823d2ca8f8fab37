#include "cluster/pods/lifecycle.hpp"

#include <algorithm>

namespace swell::cluster::pods {

namespace {

void look_again(Plan& plan, Instant at) {
    if (!plan.look_again || at < *plan.look_again) plan.look_again = at;
}

/// Starts a container that waits or ended, when its time has come.
void start(const ContainerFacts& facts, Instant now, Action action, Plan& plan) {
    Instant at = facts.not_before;
    if (facts.stage == Stage::exited && facts.exit)
        at = std::max(at, restart_at(facts.backoff, facts.exit->finished_at));
    if (at > now) return look_again(plan, at);
    plan.actions.push_back(std::move(action));
}

/// One container's next step while the pod is up.
void keep(
    const std::string& policy, const ContainerFacts& facts, Instant now, Action action, Plan& plan
) {
    if (facts.stage == Stage::running && !facts.give_up.empty()) {
        if (facts.not_before > now) return look_again(plan, facts.not_before);
        action.what = Action::What::stop;
        action.why = facts.give_up;
        plan.actions.push_back(std::move(action));
        return;
    }
    const bool again = facts.stage == Stage::exited && facts.exit && restarts(policy, *facts.exit);
    if (facts.stage != Stage::waiting && !again) return;
    action.what = Action::What::start;
    start(facts, now, std::move(action), plan);
}

bool init_done(const spec::Container& container, const ContainerFacts& facts) {
    if (is_sidecar(container)) return facts.stage == Stage::running && started(facts.probes);
    return facts.stage == Stage::exited && facts.exit && facts.exit->code == 0;
}

bool finished(
    const spec::PodSpec& pod,
    const spec::Container& container,
    bool init,
    const ContainerFacts& facts
) {
    return facts.stage == Stage::exited && facts.exit &&
           !restarts(restart_policy(pod, container, init), *facts.exit);
}

/// An init container failed for good: the pod has.
bool init_failed(const spec::PodSpec& pod, const PodFacts& facts) {
    for (std::size_t i = 0; i < pod.init_containers.size(); ++i) {
        const ContainerFacts& one = facts.init_containers[i];
        if (finished(pod, pod.init_containers[i], true, one) && one.exit->code != 0) return true;
    }
    return false;
}

bool all_finished(const spec::PodSpec& pod, const PodFacts& facts) {
    for (std::size_t i = 0; i < pod.containers.size(); ++i)
        if (!finished(pod, pod.containers[i], false, facts.containers[i])) return false;
    return true;
}

bool any_live(const std::vector<ContainerFacts>& list) {
    return std::any_of(list.begin(), list.end(), [](const ContainerFacts& c) { return c.live(); });
}

void stop(const ContainerFacts& facts, Action action, Plan& plan) {
    if (facts.stage != Stage::starting && facts.stage != Stage::running) return;
    action.what = Action::What::stop;
    plan.actions.push_back(std::move(action));
}

/// Containers first, then the sidecars that they may need, the last one first.
void stop_all(const PodFacts& facts, const std::string& why, Plan& plan) {
    for (std::size_t i = 0; i < facts.containers.size(); ++i)
        stop(facts.containers[i], {.what = {}, .init = false, .index = i, .why = why}, plan);
    if (any_live(facts.containers)) return;
    for (std::size_t i = facts.init_containers.size(); i-- > 0;) {
        if (!facts.init_containers[i].live()) continue;
        return stop(
            facts.init_containers[i], {.what = {}, .init = true, .index = i, .why = why}, plan
        );
    }
}

Plan down(const PodFacts& facts) {
    Plan plan;
    if (!facts.drained) {
        plan.actions.push_back({.what = Action::What::drain, .init = false, .index = 0, .why = ""});
        return plan;
    }
    stop_all(facts, "", plan);
    if (!any_live(facts.containers) && !any_live(facts.init_containers))
        plan.actions.push_back({.what = Action::What::remove, .init = false, .index = 0, .why = ""}
        );
    return plan;
}

/// Returns whether the containers' turn has come.
bool keep_inits(const spec::PodSpec& pod, const PodFacts& facts, Plan& plan) {
    for (std::size_t i = 0; i < pod.init_containers.size(); ++i) {
        const spec::Container& container = pod.init_containers[i];
        const ContainerFacts& one = facts.init_containers[i];
        if (!is_sidecar(container) && (facts.begun || init_done(container, one))) continue;
        const Action action{.what = {}, .init = true, .index = i, .why = ""};
        keep(restart_policy(pod, container, true), one, facts.now, action, plan);
        if (!facts.begun && !init_done(container, one)) return false;
    }
    return true;
}

}  // namespace

bool is_sidecar(const spec::Container& init_container) {
    return init_container.restart_policy == "Always";
}

std::string restart_policy(const spec::PodSpec& pod, const spec::Container& container, bool init) {
    if (!init) return pod.restart_policy;
    if (is_sidecar(container)) return "Always";
    return pod.restart_policy == "Always" ? "OnFailure" : pod.restart_policy;
}

bool restarts(const std::string& policy, const Exit& exit) {
    return policy == "Always" || (policy == "OnFailure" && exit.code != 0);
}

bool initialized(const spec::PodSpec& pod, const PodFacts& facts) {
    for (std::size_t i = 0; i < pod.init_containers.size(); ++i)
        if (!init_done(pod.init_containers[i], facts.init_containers[i])) return false;
    return true;
}

Plan decide(const spec::PodSpec& pod, const PodFacts& facts) {
    if (facts.ending) return down(facts);
    Plan plan;
    if (facts.expired) {
        stop_all(facts, "Pod was active on the node longer than the specified deadline", plan);
    } else if (init_failed(pod, facts) || all_finished(pod, facts)) {
        stop_all(facts, "", plan);
    } else if (keep_inits(pod, facts, plan)) {
        for (std::size_t i = 0; i < pod.containers.size(); ++i) {
            const Action action{.what = {}, .init = false, .index = i, .why = ""};
            keep(pod.restart_policy, facts.containers[i], facts.now, action, plan);
        }
    }
    return plan;
}

}  // namespace swell::cluster::pods
