#include "control/vpa/checkpoint.hpp"

namespace swell::control::vpa {

namespace {

constexpr const char* supported_version = "v3";

std::optional<Instant> whole_seconds(std::optional<Instant> at) {
    if (at) at = std::chrono::floor<std::chrono::seconds>(*at);
    return at;
}

}  // namespace

std::map<std::string, spec::VpaCheckpointStatus> save(
    Model& model, const Selection& of, AggregateStates& initial, Instant now
) {
    AggregateStates states = aggregate(model, of, initial, now);
    for (const auto& [key, pod] : model.pods) {
        if (!of.matches(key.ns, pod.labels)) continue;
        for (const auto& [container, window] : pod.containers) {
            const auto state = states.find(container);
            const bool open = window.window_end && now < *window.window_end;
            if (state == states.end() || !open) continue;
            if (!model.states.contains({key.ns, container, pod.labels})) continue;
            state->second.memory_peaks.subtract(
                static_cast<double>(window.peak()), 1, *window.window_end
            );
        }
    }
    std::map<std::string, spec::VpaCheckpointStatus> saved;
    for (const auto& [container, state] : states) {
        spec::VpaCheckpointStatus& status = saved[container];
        status.last_update_time = whole_seconds(now);
        status.version = supported_version;
        status.cpu_histogram = state.cpu.save();
        status.memory_histogram = state.memory_peaks.save();
        status.first_sample_start = whole_seconds(state.first_sample);
        status.last_sample_start = whole_seconds(state.last_sample);
        status.total_samples_count = state.samples;
    }
    return saved;
}

Result<AggregateState> load(
    const spec::VpaCheckpointStatus& saved, const HistoryConfig& config, Instant now
) {
    if (saved.version != supported_version)
        return fail(Code::invalid, "unsupported checkpoint version " + saved.version);
    AggregateState state(config, now);
    state.samples = saved.total_samples_count;
    state.first_sample = saved.first_sample_start;
    state.last_sample = saved.last_sample_start;
    if (const auto loaded = state.memory_peaks.load(saved.memory_histogram); !loaded)
        return std::unexpected(loaded.error());
    if (const auto loaded = state.cpu.load(saved.cpu_histogram); !loaded)
        return std::unexpected(loaded.error());
    return state;
}

}  // namespace swell::control::vpa
