#pragma once

#include <functional>
#include <span>

#include "control/vpa/aggregate.hpp"
#include "spec/selector.hpp"

namespace swell::control::vpa {

struct PodKey {
    std::string ns, name;
    auto operator<=>(const PodKey&) const = default;
};

/// Containers of this name in pods with just these labels share their history, also after the pods
/// are gone.
struct StateKey {
    std::string ns, container;
    spec::Labels labels;
    auto operator<=>(const StateKey&) const = default;
};

struct TrackedPod {
    spec::Labels labels;
    std::string phase;
    std::map<std::string, ContainerWindow> containers;
};

/// What the recommender knows of the cluster: pods as they are, and what was used.
struct Model {
    HistoryConfig config;
    std::map<PodKey, TrackedPod> pods;
    std::map<StateKey, AggregateState> states;
    std::optional<Instant> collected;  ///< when garbage was last collected
};

/// Whose pods: those of a namespace with labels that match.
struct Selection {
    std::string ns;
    spec::Selector selector;

    bool matches(const std::string& other_ns, const spec::Labels& labels) const {
        return other_ns == ns && selector.matches(labels);
    }
};

/// Begins to track a pod, or notes its labels and phase as they are now.
void track(Model& model, const PodKey& key, const spec::Labels& labels, const std::string& phase);
/// Begins to track a container of a tracked pod.
void track_container(Model& model, const PodKey& key, const std::string& container, Instant now);

/// What one container of one pod used at a moment. Negative: not measured right, discarded.
struct Sample {
    PodKey pod;
    std::string container;
    std::int64_t amount = 0;  ///< milli-cores, or bytes
    Instant at{};
};

/// Return false when the sample is discarded: of nothing tracked, out of order, or negative.
bool add_cpu(Model& model, const Sample& sample);
bool add_memory(Model& model, const Sample& sample);
/// `amount` is the container's request when it was killed.
/// Errors  not_found, invalid; in the original's words.
Result<void> add_oom(Model& model, const Sample& sample);

/// Forgets states that are of no use: those without samples that no live pod (and no pod whose
/// controller exists) can add to, and those whose newest sample is older than the window.
///
/// every              how often at most; calls in between do nothing
/// controller_exists  of a tracked pod
void collect_garbage(
    Model& model,
    Instant now,
    Duration every,
    const std::function<bool(const PodKey&, const TrackedPod&)>& controller_exists
);

/// The history of each container name of the selected pods; `initial` is what checkpoints gave,
/// which counts for ever after.
AggregateStates aggregate(Model& model, const Selection& of, AggregateStates& initial, Instant now);

/// Tracked pods that are selected.
std::size_t count_pods(const Model& model, const Selection& of);

}  // namespace swell::control::vpa
