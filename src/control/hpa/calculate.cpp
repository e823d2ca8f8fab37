#include "control/hpa/calculate.hpp"

#include <cmath>
#include <limits>

namespace swell::control::hpa {

namespace {

constexpr std::int32_t most_replicas = std::numeric_limits<std::int32_t>::max();

// Sums wrap as the original's do; in C++ only unsigned arithmetic may.
std::int64_t add(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

std::int64_t multiply(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

// What amd64 makes of a double that fits no integer: the smallest one.
std::int64_t to_int64(double value) {
    if (!(value >= -0x1.0p63 && value < 0x1.0p63)) return std::numeric_limits<std::int64_t>::min();
    return static_cast<std::int64_t>(value);
}

// A double that fits no int32 becomes the smallest one, as on amd64, unless it is capped.
std::int32_t to_replicas(double value, bool is_capped) {
    if (is_capped && value > static_cast<double>(most_replicas)) return most_replicas;
    if (!(value > -2147483649.0 && value < 2147483648.0))
        return std::numeric_limits<std::int32_t>::min();
    return static_cast<std::int32_t>(value);
}

enum class Group : std::uint8_t { ready, unready, missing, ignored };

bool is_starting_up(const PodSample& pod, const Terms& terms) {
    using Ready = PodSample::Ready;
    if (pod.ready == Ready::absent || !pod.has_started) return true;
    const bool is_young = pod.started + terms.cpu_initialization_period > terms.now;
    if (is_young) return pod.ready == Ready::no || pod.measured < pod.ready_since + pod.window;
    // Old, unready, and since shortly after its start: it never was ready.
    return pod.ready == Ready::no && pod.started + terms.initial_readiness_delay > pod.ready_since;
}

Group group_of(const PodSample& pod, const Terms& terms) {
    if (pod.terminating || pod.phase == PodSample::Phase::failed) return Group::ignored;
    if (pod.phase == PodSample::Phase::pending) return Group::unready;
    if (!pod.has_usage) return Group::missing;
    return terms.is_cpu && is_starting_up(pod, terms) ? Group::unready : Group::ready;
}

// Both passes over the pods in one: the sums of each group, from which every ratio follows.
struct Sums {
    Groups groups;
    std::int64_t used = 0, requested = 0;     // of ready pods
    std::int64_t missing_requested = 0;       // of missing pods
    std::int64_t missing_used_as_target = 0;  // their requests × max(100, target) / 100
    std::int64_t unready_requested = 0;       // of unready pods
    std::int64_t strays = 0, stray_used = 0;
    std::int64_t counted() const { return groups.ready + strays; }
};

Sums sum_up(const Samples& samples, const Terms& terms, std::int64_t missing_percent) {
    Sums sums;
    for (const PodSample& pod : samples.pods) {
        switch (group_of(pod, terms)) {
            case Group::ready:
                ++sums.groups.ready;
                sums.used = add(sums.used, pod.usage);
                sums.requested = add(sums.requested, pod.request);
                break;
            case Group::unready:
                ++sums.groups.unready;
                sums.unready_requested = add(sums.unready_requested, pod.request);
                break;
            case Group::missing:
                ++sums.groups.missing;
                sums.missing_requested = add(sums.missing_requested, pod.request);
                sums.missing_used_as_target =
                    add(sums.missing_used_as_target, multiply(pod.request, missing_percent) / 100);
                break;
            case Group::ignored:
                ++sums.groups.ignored;
                break;
        }
    }
    sums.strays = static_cast<std::int64_t>(samples.strays.size());
    for (const std::int64_t usage : samples.strays) sums.stray_used = add(sums.stray_used, usage);
    return sums;
}

std::int32_t utilization_of(std::int64_t used, std::int64_t requested) {
    if (requested == -1) return 0;  // only a sum that wrapped; the quotient may not exist
    return static_cast<std::int32_t>(multiply(used, 100) / requested);
}

// The pods counted again, with missing and unready ones filled in.
struct FilledIn {
    double ratio = 0;
    std::int64_t size = 0;
    std::int64_t used = 0, requested = 0;
};

void decide_first(Calculation& result, const Terms& terms) {
    if (terms.tolerances.is_within(result.ratio)) {
        result.rule = Rule::within_tolerance;
        result.replicas = terms.current;
    } else {
        result.rule = Rule::usage_ratio;
        result.replicas =
            to_replicas(std::ceil(result.ratio * result.groups.ready), terms.caps_overflow);
    }
}

void decide_filled_in(Calculation& result, const FilledIn& filled, const Terms& terms) {
    result.filled_ratio = filled.ratio;
    result.counted = filled.size;
    result.used = filled.used;
    result.requested = filled.requested;
    result.replicas = terms.current;
    const bool first_down = result.ratio < 1.0, first_up = result.ratio > 1.0;
    const bool then_down = filled.ratio < 1.0, then_up = filled.ratio > 1.0;
    if (terms.tolerances.is_within(filled.ratio)) {
        result.rule = Rule::filled_in_within;
        return;
    }
    if ((first_down && then_up) || (first_up && then_down)) {
        result.rule = Rule::filled_in_other_side;
        return;
    }
    const auto wanted = to_replicas(
        std::ceil(filled.ratio * static_cast<double>(filled.size)), terms.caps_overflow
    );
    if ((then_down && wanted > terms.current) || (then_up && wanted < terms.current)) {
        result.rule = Rule::filled_in_wrong_way;
        return;
    }
    result.rule = Rule::filled_in_ratio;
    result.replicas = wanted;
}

bool fills_in_unready(const Calculation& result) {
    return result.groups.unready > 0 && result.ratio > 1.0;
}

}  // namespace

const char* text(Failure failure) {
    switch (failure) {
        case Failure::none:
            return "";
        case Failure::no_pods:
            return "no pods returned by selector while calculating replica count";
        case Failure::no_usages:
            return "did not receive metrics for targeted pods (pods might be unready)";
        case Failure::request_missing:
            return "missing request";
        case Failure::nothing_in_common:
            return "no metrics returned matched known pods";
    }
    return "";
}

Calculation for_utilization(const Samples& samples, std::int32_t target, const Terms& terms) {
    Calculation result;
    const auto failed = [&](Failure failure) {
        result.failure = failure;
        return result;
    };
    if (samples.pods.empty()) return failed(Failure::no_pods);
    const Sums sums = sum_up(samples, terms, target > 100 ? target : 100);
    result.groups = sums.groups;
    if (sums.counted() == 0) return failed(Failure::no_usages);
    if (samples.request_missing) return failed(Failure::request_missing);
    if (sums.requested == 0) return failed(Failure::nothing_in_common);
    result.counted = sums.groups.ready;
    result.used = sums.used;
    result.requested = sums.requested;
    result.utilization = utilization_of(sums.used, sums.requested);
    result.usage = sums.used / sums.groups.ready;
    result.ratio = static_cast<double>(result.utilization) / target;
    const bool with_unready = fills_in_unready(result);
    if (!with_unready && sums.groups.missing == 0) {
        decide_first(result, terms);
        return result;
    }
    FilledIn filled{.size = sums.counted(), .used = sums.used, .requested = sums.requested};
    if (sums.groups.missing > 0 && result.ratio != 1.0) {
        filled.size += sums.groups.missing;
        filled.requested = add(filled.requested, sums.missing_requested);
        if (result.ratio < 1.0) filled.used = add(filled.used, sums.missing_used_as_target);
    }
    if (with_unready) {
        filled.size += sums.groups.unready;
        filled.requested = add(filled.requested, sums.unready_requested);
    }
    if (filled.requested == 0) return failed(Failure::nothing_in_common);
    filled.ratio = static_cast<double>(utilization_of(filled.used, filled.requested)) / target;
    decide_filled_in(result, filled, terms);
    return result;
}

Calculation for_average(const Samples& samples, std::int64_t target, const Terms& terms) {
    Calculation result;
    if (samples.pods.empty()) {
        result.failure = Failure::no_pods;
        return result;
    }
    const Sums sums = sum_up(samples, terms, 100);
    result.groups = sums.groups;
    if (sums.counted() == 0) {
        result.failure = Failure::no_usages;
        return result;
    }
    const auto ratio_to_target = [target](std::int64_t average) {
        return static_cast<double>(average) / static_cast<double>(target);
    };
    result.counted = sums.counted();
    result.used = add(sums.used, sums.stray_used);
    result.usage = result.used / sums.counted();
    result.ratio = ratio_to_target(result.usage);
    const bool with_unready = fills_in_unready(result);
    if (!with_unready && sums.groups.missing == 0) {
        decide_first(result, terms);
        return result;
    }
    FilledIn filled{.size = sums.counted(), .used = result.used};
    if (sums.groups.missing > 0 && result.ratio != 1.0) {
        filled.size += sums.groups.missing;
        if (result.ratio < 1.0)
            filled.used = add(filled.used, multiply(target, sums.groups.missing));
    }
    if (with_unready) filled.size += sums.groups.unready;
    filled.ratio = ratio_to_target(filled.used / filled.size);
    decide_filled_in(result, filled, terms);
    return result;
}

Calculation for_value(
    const Samples& samples, std::int64_t value, std::int64_t target, const Terms& terms
) {
    Calculation result;
    result.usage = result.used = value;
    result.ratio = static_cast<double>(value) / static_cast<double>(target);
    if (terms.current == 0) {
        result.rule = Rule::from_zero;
        result.replicas = to_replicas(std::ceil(result.ratio), terms.caps_overflow);
        return result;
    }
    if (terms.tolerances.is_within(result.ratio)) {
        result.rule = Rule::within_tolerance;
        result.replicas = terms.current;
        return result;
    }
    if (samples.pods.empty()) {
        result.failure = Failure::no_pods;
        return result;
    }
    for (const PodSample& pod : samples.pods) {
        const bool is_ready =
            pod.phase == PodSample::Phase::running && pod.ready == PodSample::Ready::yes;
        ++(is_ready ? result.groups.ready : result.groups.unready);
    }
    result.counted = result.groups.ready;
    result.rule = Rule::usage_ratio;
    result.replicas = to_replicas(std::ceil(result.ratio * result.groups.ready), true);
    return result;
}

Calculation for_shared_value(
    std::int64_t value,
    std::int64_t target,
    std::int32_t pods,
    const Tolerances& tolerances,
    bool is_capped
) {
    Calculation result;
    result.used = value;
    result.counted = pods;
    result.ratio = static_cast<double>(value) / (static_cast<double>(target) * pods);
    result.usage = to_int64(std::ceil(static_cast<double>(value) / pods));
    if (tolerances.is_within(result.ratio)) {
        result.rule = Rule::per_pod_within;
        result.replicas = pods;
    } else {
        result.rule = Rule::per_pod;
        result.replicas = to_replicas(
            std::ceil(static_cast<double>(value) / static_cast<double>(target)), is_capped
        );
    }
    return result;
}

std::int64_t sum_of_values(std::span<const std::int64_t> values) {
    std::int64_t sum = 0;
    for (const std::int64_t value : values) {
        const bool overflows = value > 0 && sum > std::numeric_limits<std::int64_t>::max() - value;
        sum = overflows ? std::numeric_limits<std::int64_t>::max() : add(sum, value);
    }
    return sum;
}

std::int64_t sum_of_shared_values(std::span<const std::int64_t> values) {
    std::int64_t sum = 0;
    for (const std::int64_t value : values) {
        sum = add(sum, value);
        if (sum < 0) return std::numeric_limits<std::int64_t>::max();
    }
    return sum;
}

}  // namespace swell::control::hpa
