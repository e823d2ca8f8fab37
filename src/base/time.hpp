#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace swell {

using Duration = std::chrono::nanoseconds;

/// The calendar's time line, UTC. It has no now(): the time comes from a Clock or as an argument.
struct WallTime {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = Duration;
    using time_point = std::chrono::time_point<WallTime, Duration>;
    static constexpr bool is_steady = false;
};

/// A moment: nanoseconds since 1970-01-01T00:00:00Z; the zero value is 1970.
using Instant = WallTime::time_point;

/// RFC 3339 in UTC: `2026-11-24T12:00:00Z`; with a fraction (as many digits as needed, in threes)
/// only when the moment has one.
std::string to_rfc3339(Instant at);

/// RFC 3339 to whole seconds, truncated, as Kubernetes' metav1.Time prints: `2026-11-24T12:00:00Z`.
std::string to_rfc3339_seconds(Instant at);

/// Reads RFC 3339 with `Z` or an offset, and up to nine digits of a fraction.
/// Errors  invalid: names the text.
Result<Instant> parse_rfc3339(std::string_view text);

/// Reads a duration as Go and Kubernetes write it: `300ms`, `1.5h`, `1m30s`, `0`; units h m s ms us
/// µs ns. Errors  invalid: names the text; out of range (about 292 years) too.
Result<Duration> parse_duration(std::string_view text);

/// The exact form that Go and so Kubernetes print: `1h0m0s`, `1m30s`, `1.5s`, `250ms`, `0s`.
std::string to_text(Duration duration);

/// For people: two units at most, as kubectl's AGE column: `45s`, `3m20s`, `2h5m`, `4d`.
/// Below -1 s it is `<invalid>`, as there: clocks that differ by more than that need a look.
/// Source  k8s.io/apimachinery/pkg/util/duration HumanDuration.
std::string to_age(Duration duration);

/// Seconds as a double.
constexpr double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace swell
