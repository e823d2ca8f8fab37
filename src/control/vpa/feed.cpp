#include "control/vpa/feed.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "control/vpa/capping.hpp"
#include "control/vpa/phase.hpp"
#include "control/vpa/proportion.hpp"

namespace swell::control::vpa {

std::vector<PodKey> feed_pods(Model& model, std::span<const spec::Pod* const> pods, Instant now) {
    std::set<PodKey> there;
    for (const spec::Pod* pod : pods) {
        if (is_pending(*pod)) continue;
        const PodKey key{pod->metadata.ns, pod->metadata.name};
        there.insert(key);
        track(model, key, pod->metadata.labels, pod->status.phase);
        for (const spec::Container& container : pod->spec.containers)
            track_container(model, key, container.name, now);
    }
    std::vector<PodKey> gone;
    for (const auto& [key, pod] : model.pods)
        if (!there.contains(key)) gone.push_back(key);
    return gone;
}

void forget_pods(Model& model, std::span<const PodKey> gone) {
    for (const PodKey& key : gone) model.pods.erase(key);
}

void feed_usage(Model& model, std::span<const metrics::PodMetrics> usages) {
    for (const metrics::PodMetrics& pod : usages) {
        for (const metrics::ContainerUsage& container : pod.containers) {
            Sample sample{{pod.ns, pod.name}, container.name, 0, pod.timestamp};
            if (const auto cpu = container.usage.find("cpu"); cpu != container.usage.end()) {
                sample.amount = cpu->second.milli_value();
                add_cpu(model, sample);
            }
            const auto memory = container.usage.find("memory");
            if (memory == container.usage.end()) continue;
            sample.amount = memory->second.value();
            add_memory(model, sample);
        }
    }
}

void OomWatch::heard(const cluster::Change& change) {
    if (!change.object.is<spec::Pod>()) return;
    const spec::Pod& pod = change.object.as<spec::Pod>();
    if (change.type == cluster::Change::Type::deleted || is_pending(pod)) {
        known_.erase(pod.metadata.uid);
        return;
    }
    auto& known = known_[pod.metadata.uid];
    for (const spec::ContainerStatus& status : pod.status.container_statuses) {
        const bool has_ended = status.state.terminated.has_value();
        const auto& end = has_ended ? status.state.terminated : status.last_state.terminated;
        Known now;
        now.memory = amount_of(resources_in_force(pod, status.name).requests, "memory").value();
        if (end) now.ended = end->finished_at;
        const auto [found, is_first] = known.try_emplace(status.name, now);
        const Known before = std::exchange(found->second, now);
        found->second.ended = std::max(before.ended, now.ended);
        if (is_first || now.ended <= before.ended || end->reason != "OOMKilled") continue;
        ooms_.push_back(
            {{pod.metadata.ns, pod.metadata.name},
             status.name,
             has_ended ? now.memory : before.memory,
             *now.ended}
        );
        if (ooms_.size() > bound) ooms_.pop_front();
    }
}

std::deque<Sample> OomWatch::take() { return std::exchange(ooms_, {}); }

}  // namespace swell::control::vpa
