#include "control/vpa/model.hpp"

#include <set>

namespace swell::control::vpa {

namespace {

/// The state that a container adds to; made when there is none (any more).
AggregateState& state_of(
    Model& model,
    const PodKey& key,
    const TrackedPod& pod,
    const std::string& container,
    Instant now
) {
    StateKey of{key.ns, container, pod.labels};
    return model.states.try_emplace(std::move(of), model.config, now).first->second;
}

struct Found {
    TrackedPod* pod;
    ContainerWindow* window;
};

std::optional<Found> find(Model& model, const Sample& sample) {
    const auto pod = model.pods.find(sample.pod);
    if (pod == model.pods.end()) return std::nullopt;
    const auto container = pod->second.containers.find(sample.container);
    if (container == pod->second.containers.end()) return std::nullopt;
    return Found{&pod->second, &container->second};
}

void merge_into(
    AggregateStates& into,
    const std::string& name,
    AggregateState& from,
    Instant now,
    const HistoryConfig& config
) {
    into.try_emplace(name, config, now).first->second.merge(from);
}

}  // namespace

void track(Model& model, const PodKey& key, const spec::Labels& labels, const std::string& phase) {
    TrackedPod& pod = model.pods[key];
    pod.labels = labels;
    pod.phase = phase;
}

void track_container(Model& model, const PodKey& key, const std::string& container, Instant now) {
    const auto pod = model.pods.find(key);
    if (pod == model.pods.end()) return;
    if (pod->second.containers.try_emplace(container).second)
        state_of(model, key, pod->second, container, now);
}

bool add_cpu(Model& model, const Sample& sample) {
    const auto found = find(model, sample);
    if (!found) return false;
    AggregateState& state = state_of(model, sample.pod, *found->pod, sample.container, sample.at);
    return add_cpu_sample(*found->window, state, sample.amount, sample.at);
}

bool add_memory(Model& model, const Sample& sample) {
    const auto found = find(model, sample);
    if (!found) return false;
    AggregateState& state = state_of(model, sample.pod, *found->pod, sample.container, sample.at);
    return add_memory_sample(*found->window, state, sample.amount, sample.at, model.config);
}

Result<void> add_oom(Model& model, const Sample& sample) {
    const std::string pod = "{" + sample.pod.ns + " " + sample.pod.name + "}";
    const auto found = find(model, sample);
    if (!found)
        return fail(
            Code::not_found,
            "KeyError: " + (model.pods.contains(sample.pod) ? sample.container : pod)
        );
    AggregateState& state = state_of(model, sample.pod, *found->pod, sample.container, sample.at);
    const auto recorded = record_oom(*found->window, state, sample.amount, sample.at, model.config);
    if (!recorded)
        return fail(
            Code::invalid,
            "error while recording OOM for {" + pod + " " + sample.container +
                "}, Reason: " + recorded.error().what
        );
    return {};
}

void collect_garbage(
    Model& model,
    Instant now,
    Duration every,
    const std::function<bool(const PodKey&, const TrackedPod&)>& controller_exists
) {
    if (model.collected && now - *model.collected < every) return;
    model.collected = now;
    std::set<StateKey> contributive;
    for (const auto& [key, pod] : model.pods) {
        const bool active = pod.phase != "Succeeded" && pod.phase != "Failed";
        if (!active && !controller_exists(key, pod)) continue;
        for (const auto& [container, window] : pod.containers)
            contributive.insert({key.ns, container, pod.labels});
    }
    std::erase_if(model.states, [&](const auto& entry) {
        const auto& [key, state] = entry;
        const bool useless = state.samples == 0 && !contributive.contains(key);
        return useless || state.expired(now, model.config);
    });
}

AggregateStates aggregate(
    Model& model, const Selection& of, AggregateStates& initial, Instant now
) {
    AggregateStates merged;
    for (auto& [key, state] : model.states)
        if (of.matches(key.ns, key.labels))
            merge_into(merged, key.container, state, now, model.config);
    for (auto& [name, state] : initial) merge_into(merged, name, state, now, model.config);
    return merged;
}

std::size_t count_pods(const Model& model, const Selection& of) {
    std::size_t count = 0;
    for (const auto& [key, pod] : model.pods)
        if (of.matches(key.ns, pod.labels)) ++count;
    return count;
}

}  // namespace swell::control::vpa
