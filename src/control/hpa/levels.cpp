#include "control/hpa/levels.hpp"

#include <algorithm>
#include <cmath>

namespace swell::control::hpa {

namespace {

struct Numbers {
    double a_pod = 0;  // what one replica stands for
    std::int32_t current = 0;
    std::int64_t highest_tolerated = 0;
    std::int64_t below_tolerated = 0;  // the highest level that is too low to be tolerated
};

std::optional<Numbers> numbers_of(const Json& json) {
    const double target = json.value("target", 0.0);
    const double pods = json.value("form", "") == "shared-value" ? 1 : json.value("pods", 0.0);
    if (target <= 0 || pods <= 0 || !json.contains("tolerated_to")) return std::nullopt;
    return Numbers{
        .a_pod = target / pods,
        .current = json.value("current", 0),
        .highest_tolerated = static_cast<std::int64_t>(std::floor(json.value("tolerated_to", 0.0))),
        .below_tolerated =
            static_cast<std::int64_t>(std::ceil(json.value("tolerated_from", 0.0))) - 1,
    };
}

std::int64_t whole_level(double level) {
    // A quotient like 2.9999999999999996 is the 3 that the arithmetic on paper gives.
    return static_cast<std::int64_t>(std::floor(level + 1e-9 * std::max(1.0, std::abs(level))));
}

}  // namespace

// Any tolerated level asks for the present number; beyond that, n replicas are ceil(level / a_pod).
std::optional<std::int64_t> level_for_more(const Json& numbers, std::int32_t replicas) {
    const std::optional<Numbers> n = numbers_of(numbers);
    if (!n) return std::nullopt;
    const std::int64_t level = whole_level(n->a_pod * (replicas - 1));
    return replicas > n->current ? std::max(level, n->highest_tolerated)
                                 : std::min(level, n->below_tolerated);
}

std::optional<std::int64_t> level_for_fewer(const Json& numbers, std::int32_t replicas) {
    const std::optional<Numbers> n = numbers_of(numbers);
    if (!n) return std::nullopt;
    const std::int64_t level = whole_level(n->a_pod * replicas);
    return replicas < n->current ? std::min(level, n->below_tolerated)
                                 : std::max(level, n->highest_tolerated);
}

}  // namespace swell::control::hpa
