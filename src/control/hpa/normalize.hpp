#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "spec/kinds/autoscaling.hpp"

namespace swell::control::hpa {

/// What the metrics asked for at some moment, before any limit.
struct Recommendation {
    std::int32_t replicas = 0;
    Instant at{};
    bool operator==(const Recommendation&) const = default;
};

/// By how much the target was scaled. Manual changes are none.
struct ScaleEvent {
    std::int32_t change = 0;
    Instant at{};
    bool outdated = false;  ///< its slot may be reused
    bool operator==(const ScaleEvent&) const = default;
};

/// What one autoscaler remembers from run to run. Slots are reused as the original reuses them, so
/// the lists stay short: about one entry a sync period of the longest window.
struct State {
    std::vector<Recommendation> recommendations;
    std::vector<ScaleEvent> scale_ups, scale_downs;
    bool operator==(const State&) const = default;
};

/// One direction's rules, with the API's defaults filled in.
struct Rules {
    enum class Select : std::uint8_t { max, min, disabled };
    struct Policy {
        bool is_percent = false;
        std::int32_t value = 0;
        Duration period{};
    };
    Duration window{};
    Select select = Select::max;
    std::vector<Policy> policies;
};

/// The API's `behavior`; absent sides and fields get the defaults of autoscaling/v2.
struct Behavior {
    Rules up, down;
};
Behavior behavior_of(const spec::HpaBehavior& behavior, Duration downscale_stabilization);

/// What keeps a number in its place.
enum class Limit : std::uint8_t { none, up_rate, down_rate, max_replicas, min_replicas };

/// The result and everything that explains it.
struct Normalized {
    std::int32_t replicas = 0;
    std::int32_t stabilized = 0;  ///< after the windows, before rates and bounds
    Limit limit = Limit::none;    ///< what changed `stabilized`
    bool scale_up = false;        ///< of a stabilization: which direction the message is about

    /// The recommendation that holds `stabilized` away from what was asked, and until when it can.
    std::optional<Recommendation> held_by{};
    Instant held_until{};

    /// Of rates: the bound, the policy that gives it, and what was changed within its period.
    std::int32_t rate_bound = 0;
    std::optional<Rules::Policy> policy{};  ///< none: disabled, or without `behavior`
    std::int32_t period_start = 0;          ///< replicas at the start of the policy's period
    /// When the oldest change leaves that period; none when there is none in it.
    std::optional<Instant> rate_until{};
};

struct Bounds {
    std::int32_t current = 0, min = 1, max = 1;
};

/// Without `behavior`: shrinks to the highest recommendation of the window; grows to at most
/// max(2 · current, 4); then min and max. Remembers `desired`.
/// Source  kubernetes HorizontalController.normalizeDesiredReplicas.
Normalized normalize(
    std::int32_t desired, const Bounds& bounds, Duration window, Instant now, State& state
);

/// With `behavior`: windows in both directions, policies, then min and max in the direction of the
/// change. Source  normalizeDesiredReplicasWithBehaviors.
Normalized normalize(
    std::int32_t desired, const Bounds& bounds, const Behavior& behavior, Instant now, State& state
);

/// Remembers a change that was made; only autoscalers with `behavior` do.
void remember_scaling(
    std::int32_t before, std::int32_t after, const Behavior& behavior, Instant now, State& state
);

}  // namespace swell::control::hpa
