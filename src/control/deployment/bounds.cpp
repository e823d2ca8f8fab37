#include "control/deployment/bounds.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace swell::control::deployment {

namespace {

enum class Rounding { up, down };

/// `25%` of `total`, or the number itself; text that is neither is 0 (the reader refuses it).
std::int64_t scaled(const spec::IntOrString& value, std::int64_t total, Rounding rounding) {
    if (!value.is_text()) return value.number;
    std::int64_t percent = 0;
    const char* const end = value.text.data() + value.text.size();
    const auto read = std::from_chars(value.text.data(), end, percent);
    if (read.ec != std::errc() || read.ptr + 1 != end || *read.ptr != '%') return 0;
    percent = std::clamp<std::int64_t>(percent, 0, std::numeric_limits<std::int32_t>::max());
    return (percent * total + (rounding == Rounding::up ? 99 : 0)) / 100;
}

std::int32_t within_int(std::int64_t value) {
    return static_cast<std::int32_t>(
        std::clamp<std::int64_t>(value, 0, std::numeric_limits<std::int32_t>::max())
    );
}

}  // namespace

Bounds bounds(const spec::DeploymentSpec& spec) {
    if (spec.strategy.type != "RollingUpdate") return {};
    const auto rolling = spec.strategy.rolling_update.value_or(spec::RollingUpdate{});
    const std::int64_t surge = scaled(rolling.max_surge, spec.replicas, Rounding::up);
    std::int64_t unavailable = scaled(rolling.max_unavailable, spec.replicas, Rounding::down);
    if (surge == 0 && unavailable == 0) unavailable = 1;
    return {within_int(surge), within_int(std::min<std::int64_t>(unavailable, spec.replicas))};
}

}  // namespace swell::control::deployment
