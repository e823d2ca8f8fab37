#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "spec/kinds/core.hpp"

namespace swell::control::replicaset {

/// Pods that somebody else keeps.
using Pods = std::vector<const spec::Pod*>;

/// The condition of a type, or nullptr.
const spec::Condition* find_condition(
    const std::vector<spec::Condition>& conditions, std::string_view type
);

/// Neither ended nor on its way out: a pod that counts towards `replicas`.
bool is_active(const spec::Pod& pod);

bool is_ready(const spec::Pod& pod);

/// Ready for at least `min_ready_seconds`.
bool is_available(const spec::Pod& pod, std::int32_t min_ready_seconds, Instant at);

/// When a pod that is ready, but not for long enough, will be available; empty for all others.
std::optional<Instant> available_at(
    const spec::Pod& pod, std::int32_t min_ready_seconds, Instant at
);

}  // namespace swell::control::replicaset
