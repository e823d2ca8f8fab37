#include "control/hpa/normalize.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace swell::control::hpa {

namespace {

using namespace std::chrono_literals;

constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();

// 32-bit sums of the original wrap; an event list that could make them has no meaning anyway.
std::int32_t saturate(std::int64_t value) {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, least, most));
}

std::int32_t saturate(double value) {
    return static_cast<std::int32_t>(
        std::clamp(value, static_cast<double>(least), static_cast<double>(most))
    );
}

// Overwrites the last slot that is free, or appends.
void remember(State& state, std::optional<std::size_t> free, std::int32_t replicas, Instant now) {
    if (free) {
        state.recommendations[*free] = {replicas, now};
    } else {
        state.recommendations.push_back({replicas, now});
    }
}

std::int64_t changed_within(const std::vector<ScaleEvent>& events, Instant after) {
    std::int64_t sum = 0;
    for (const ScaleEvent& event : events)
        if (event.at > after) sum += event.change;
    return sum;
}

std::optional<Instant> first_within(const State& state, Instant after) {
    std::optional<Instant> first;
    for (const auto* events : {&state.scale_ups, &state.scale_downs})
        for (const ScaleEvent& event : *events)
            if (event.at > after && (!first || event.at < *first)) first = event.at;
    return first;
}

std::int32_t allowed_by(const Rules::Policy& policy, std::int32_t start, bool up) {
    if (!policy.is_percent) {
        return saturate(std::int64_t{start} + (up ? policy.value : -std::int64_t{policy.value}));
    }
    const double share = static_cast<double>(policy.value) / 100;
    return up ? saturate(std::ceil(start * (1 + share)))
              : saturate(std::trunc(start * (1 - share)));
}

// The bound of one direction. Max selects the biggest change, so the largest bound upwards and the
// smallest downwards.
void limit_rate(
    Normalized& result,
    const Rules& rules,
    bool up,
    std::int32_t current,
    Instant now,
    const State& state
) {
    if (rules.select == Rules::Select::disabled) {
        result.rate_bound = current;
        return;
    }
    const bool largest = (rules.select == Rules::Select::max) == up;
    result.rate_bound = largest ? least : most;
    for (const Rules::Policy& policy : rules.policies) {
        const Instant cutoff = now - policy.period;
        const std::int32_t start = saturate(
            current - changed_within(state.scale_ups, cutoff) +
            changed_within(state.scale_downs, cutoff)
        );
        const std::int32_t allowed = allowed_by(policy, start, up);
        if (largest ? allowed <= result.rate_bound : allowed >= result.rate_bound) continue;
        result.rate_bound = allowed;
        result.policy = policy;
        result.period_start = start;
        const auto first = first_within(state, cutoff);
        result.rate_until = first ? std::optional(*first + policy.period) : std::nullopt;
    }
    result.rate_bound =
        up ? std::max(result.rate_bound, current) : std::min(result.rate_bound, current);
}

void stabilize(
    Normalized& result,
    std::int32_t desired,
    std::int32_t current,
    const Behavior& behavior,
    Instant now,
    State& state
) {
    const Instant up_cutoff = now - behavior.up.window;
    const Instant down_cutoff = now - behavior.down.window;
    std::int32_t up = desired, down = desired;
    std::optional<Recommendation> holds_up, holds_down;
    std::optional<std::size_t> free;
    for (std::size_t i = 0; i < state.recommendations.size(); ++i) {
        const Recommendation& past = state.recommendations[i];
        // The latest of equal recommendations is the one that holds longest.
        if (past.at > up_cutoff && past.replicas <= up) {
            if (past.replicas < up || !holds_up || past.at > holds_up->at) holds_up = past;
            up = past.replicas;
        }
        if (past.at > down_cutoff && past.replicas >= down) {
            if (past.replicas > down || !holds_down || past.at > holds_down->at) holds_down = past;
            down = past.replicas;
        }
        if (past.at < up_cutoff && past.at < down_cutoff) free = i;
    }
    result.stabilized = std::min(std::max(current, up), down);
    result.scale_up = desired >= current;
    remember(state, free, desired, now);
    if (result.stabilized == desired) return;
    result.held_by = result.scale_up ? holds_up : holds_down;
    if (result.held_by) {
        result.held_until =
            result.held_by->at + (result.scale_up ? behavior.up : behavior.down).window;
    }
}

Duration longest_period(const Rules& rules) {
    Duration longest{};
    for (const Rules::Policy& policy : rules.policies) longest = std::max(longest, policy.period);
    return longest;
}

void remember_change(
    std::vector<ScaleEvent>& events, std::int32_t change, Duration longest, Instant now
) {
    ScaleEvent* free = nullptr;
    for (ScaleEvent& event : events) {
        if (event.at < now - longest) event.outdated = true;
        if (event.outdated) free = &event;
    }
    const ScaleEvent made{.change = change, .at = now};
    if (free != nullptr) {
        *free = made;
    } else {
        events.push_back(made);
    }
}

Rules rules_of(const std::optional<spec::ScalingRules>& given, Rules rules) {
    if (!given) return rules;
    if (given->stabilization_window_seconds) {
        rules.window = std::chrono::seconds(*given->stabilization_window_seconds);
    }
    if (given->select_policy == "Min") rules.select = Rules::Select::min;
    if (given->select_policy == "Disabled") rules.select = Rules::Select::disabled;
    if (given->policies) {
        rules.policies.clear();
        for (const spec::ScalingPolicy& policy : *given->policies) {
            rules.policies.push_back(
                {policy.type == "Percent", policy.value, std::chrono::seconds(policy.period_seconds)
                }
            );
        }
    }
    return rules;
}

}  // namespace

Behavior behavior_of(const spec::HpaBehavior& behavior, Duration downscale_stabilization) {
    const Rules::Policy four_pods{.is_percent = false, .value = 4, .period = 15s};
    const Rules::Policy everything{.is_percent = true, .value = 100, .period = 15s};
    const Rules up{.window = 0s, .policies = {four_pods, everything}};
    const Rules down{.window = downscale_stabilization, .policies = {everything}};
    return {.up = rules_of(behavior.scale_up, up), .down = rules_of(behavior.scale_down, down)};
}

Normalized normalize(
    std::int32_t desired, const Bounds& bounds, Duration window, Instant now, State& state
) {
    Normalized result{.stabilized = desired};
    const Instant cutoff = now - window;
    std::optional<std::size_t> free;
    for (std::size_t i = 0; i < state.recommendations.size(); ++i) {
        const Recommendation& past = state.recommendations[i];
        if (past.at < cutoff) {
            free = i;
        } else if (past.replicas > desired && past.replicas >= result.stabilized) {
            const bool is_later = !result.held_by || past.at > result.held_by->at;
            if (past.replicas > result.stabilized || is_later) result.held_by = past;
            result.stabilized = past.replicas;
        }
    }
    if (result.held_by) result.held_until = result.held_by->at + window;
    remember(state, free, desired, now);

    result.rate_bound = saturate(std::max(2.0 * bounds.current, 4.0));
    const std::int32_t upper = std::min(result.rate_bound, bounds.max);
    result.replicas = result.stabilized;
    if (result.stabilized < bounds.min) {
        result.limit = Limit::min_replicas;
        result.replicas = bounds.min;
    } else if (result.stabilized > upper) {
        result.limit = bounds.max > result.rate_bound ? Limit::up_rate : Limit::max_replicas;
        result.replicas = upper;
    }
    return result;
}

Normalized normalize(
    std::int32_t desired, const Bounds& bounds, const Behavior& behavior, Instant now, State& state
) {
    Normalized result;
    stabilize(result, desired, bounds.current, behavior, now, state);
    result.replicas = result.stabilized;
    if (result.stabilized > bounds.current) {
        limit_rate(result, behavior.up, true, bounds.current, now, state);
        const std::int32_t upper = std::min(result.rate_bound, bounds.max);
        if (result.stabilized <= upper) return result;
        result.limit = bounds.max > result.rate_bound ? Limit::up_rate : Limit::max_replicas;
        result.replicas = upper;
    } else if (result.stabilized < bounds.current) {
        limit_rate(result, behavior.down, false, bounds.current, now, state);
        const std::int32_t lower = std::max(result.rate_bound, bounds.min);
        if (result.stabilized >= lower) return result;
        result.limit = bounds.min < result.rate_bound ? Limit::down_rate : Limit::min_replicas;
        result.replicas = lower;
    }
    return result;
}

void remember_scaling(
    std::int32_t before, std::int32_t after, const Behavior& behavior, Instant now, State& state
) {
    if (after > before) {
        remember_change(state.scale_ups, after - before, longest_period(behavior.up), now);
    } else {
        remember_change(state.scale_downs, before - after, longest_period(behavior.down), now);
    }
}

}  // namespace swell::control::hpa
