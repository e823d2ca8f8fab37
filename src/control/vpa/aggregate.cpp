#include "control/vpa/aggregate.hpp"

#include <algorithm>

namespace swell::control::vpa {

namespace {

/// In older releases a sample weighed its request; now all weigh the same.
constexpr double cpu_sample_weight = 0.1;
constexpr double memory_peak_weight = 1;

/// As Go prints a time: `1999-12-29 10:00:00 +0000 UTC`.
std::string as_go_prints(Instant at) {
    std::string text = to_rfc3339(at);
    text.pop_back();
    text[text.find('T')] = ' ';
    if (text.find('.') != std::string::npos) text.erase(text.find_last_not_of('0') + 1);
    return text + " +0000 UTC";
}

enum class Cause { usage, oom };

bool add_memory(
    ContainerWindow& window,
    AggregateState& state,
    std::int64_t bytes,
    Instant at,
    Cause cause,
    const HistoryConfig& config
) {
    const bool late = window.last_memory_sample && at < *window.last_memory_sample;
    if (bytes < 0 || (late && cause == Cause::usage)) return false;
    window.last_memory_sample = at;
    if (!window.window_end) window.window_end = at;
    bool is_peak = false;
    if (at < *window.window_end) {
        const std::int64_t before = window.peak();
        // Quirk: while the peak is 0 nothing in the same interval replaces it.
        if (before != 0 && bytes > before) {
            state.memory_peaks.subtract(
                static_cast<double>(before), memory_peak_weight, *window.window_end
            );
            is_peak = true;
        }
    } else {
        const Duration interval = config.memory_aggregation_interval;
        *window.window_end += ((at - *window.window_end) / interval + 1) * interval;
        window.memory_peak = 0;
        window.oom_peak = 0;
        is_peak = true;
    }
    if (!is_peak) return true;
    // The end of the interval, not the moment of the sample: peaks of one interval weigh alike.
    state.memory_peaks.add(static_cast<double>(bytes), memory_peak_weight, *window.window_end);
    (cause == Cause::oom ? window.oom_peak : window.memory_peak) = bytes;
    return true;
}

}  // namespace

std::int64_t amount_from(double value) {
    if (value > static_cast<double>(most_amount)) return most_amount;
    // Not a number compares false. The original makes the least integer of it, which the minimum
    // recommendation then covers; 0 is covered alike.
    return value >= 0 ? static_cast<std::int64_t>(value) : 0;
}

AggregateState::AggregateState(const HistoryConfig& config, Instant created_at)
    : cpu(cpu_buckets(), config.cpu_histogram_decay_half_life),
      memory_peaks(memory_buckets(), config.memory_histogram_decay_half_life),
      created(created_at) {}

void AggregateState::add_cpu(std::int64_t milli, Instant at) {
    cpu.add(static_cast<double>(milli) / 1000, cpu_sample_weight, at);
    last_sample = std::max(last_sample.value_or(at), at);
    first_sample = std::min(first_sample.value_or(at), at);
    ++samples;
}

void AggregateState::merge(AggregateState& other) {
    cpu.merge(other.cpu);
    memory_peaks.merge(other.memory_peaks);
    if (other.first_sample)
        first_sample = std::min(first_sample.value_or(*other.first_sample), *other.first_sample);
    last_sample = std::max(last_sample, other.last_sample);
    samples += other.samples;
}

bool AggregateState::expired(Instant now, const HistoryConfig& config) const {
    if (samples == 0) return now - created >= config.window();
    return !last_sample || now - *last_sample >= config.window();
}

bool add_cpu_sample(
    ContainerWindow& window, AggregateState& state, std::int64_t milli, Instant at
) {
    if (milli < 0 || (window.last_cpu_sample && at <= *window.last_cpu_sample)) return false;
    state.add_cpu(milli, at);
    window.last_cpu_sample = at;
    return true;
}

bool add_memory_sample(
    ContainerWindow& window,
    AggregateState& state,
    std::int64_t bytes,
    Instant at,
    const HistoryConfig& config
) {
    return add_memory(window, state, bytes, at, Cause::usage, config);
}

Result<void> record_oom(
    ContainerWindow& window,
    AggregateState& state,
    std::int64_t request_bytes,
    Instant at,
    const HistoryConfig& config
) {
    if (window.last_memory_sample &&
        at < *window.last_memory_sample - config.memory_aggregation_interval)
        return fail(
            Code::invalid, "OOM event will be discarded - it is too old (" + as_go_prints(at) + ")"
        );
    const std::int64_t used = std::max(request_bytes, window.memory_peak);
    const std::int64_t needs = std::max(
        used + amount_from(config.oom_min_bump_up_bytes),
        amount_from(static_cast<double>(used) * config.oom_bump_up_ratio)
    );
    if (!add_memory(window, state, needs, at, Cause::oom, config))
        return fail(Code::invalid, "adding OOM sample failed");
    return {};
}

}  // namespace swell::control::vpa
