#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "control/vpa/histogram.hpp"

namespace swell::control::vpa {

/// How usage is remembered. The recommender's flags of the same names.
struct HistoryConfig {
    Duration memory_aggregation_interval = std::chrono::hours(24);
    std::int64_t memory_aggregation_interval_count = 8;
    Duration cpu_histogram_decay_half_life = std::chrono::hours(24);
    Duration memory_histogram_decay_half_life = std::chrono::hours(24);
    double oom_bump_up_ratio = 1.2;
    double oom_min_bump_up_bytes = 100.0 * 1024 * 1024;

    /// After this long without a sample a state says nothing any more.
    Duration window() const {
        return memory_aggregation_interval * memory_aggregation_interval_count;
    }
};

/// Amounts are milli-cores of cpu and bytes of memory, in whole numbers up to 10^14.
constexpr std::int64_t most_amount = 100'000'000'000'000;

/// Truncated; negative and not a number are 0, what is more than most_amount is that.
std::int64_t amount_from(double value);

/// What the containers of one name of a set of pods used.
struct AggregateState {
    AggregateState(const HistoryConfig& config, Instant created_at);

    Histogram cpu;           ///< cores
    Histogram memory_peaks;  ///< bytes, one peak of a container an interval
    // These three are of cpu samples alone, as in the original.
    std::optional<Instant> first_sample, last_sample;
    std::int64_t samples = 0;
    Instant created;

    void add_cpu(std::int64_t milli, Instant at);
    /// Adds the other's samples. See Histogram::merge for what it does to `other`.
    void merge(AggregateState& other);
    bool expired(Instant now, const HistoryConfig& config) const;
};

/// By container name; ordered, so that sums come out the same.
using AggregateStates = std::map<std::string, AggregateState>;

/// What one container used of late: enough to tell which samples are news.
struct ContainerWindow {
    std::optional<Instant> last_cpu_sample, last_memory_sample;
    std::optional<Instant> window_end;  ///< of the interval that the peaks below are of
    std::int64_t memory_peak = 0;       ///< bytes
    std::int64_t oom_peak = 0;          ///< bytes that an OOM said were needed

    /// The peak that is in the histogram for the interval under way.
    std::int64_t peak() const { return std::max(memory_peak, oom_peak); }
};

/// Adds a cpu sample. Returns false, and adds nothing, when it is negative or not newer than the
/// container's last.
bool add_cpu_sample(ContainerWindow& window, AggregateState& state, std::int64_t milli, Instant at);

/// Adds a memory sample: it counts when it is the highest of its interval, in place of the one
/// before. Returns false when it is negative or older than the container's last.
bool add_memory_sample(
    ContainerWindow& window,
    AggregateState& state,
    std::int64_t bytes,
    Instant at,
    const HistoryConfig& config
);

/// Takes an OOM for a sample of more memory than the container had:
///
///     used  = max(request, peak of the interval)       without peaks of earlier OOMs
///     needs = max(used + oom_min_bump_up, trunc(used * oom_bump_up_ratio))
///
/// Errors  invalid: `OOM event will be discarded - it is too old (…)` when it is more than an
///         interval older than the last memory sample.
Result<void> record_oom(
    ContainerWindow& window,
    AggregateState& state,
    std::int64_t request_bytes,
    Instant at,
    const HistoryConfig& config
);

}  // namespace swell::control::vpa
