#include "control/vpa/conditions.hpp"

#include <algorithm>

namespace swell::control::vpa {

void set_condition(
    std::vector<spec::Condition>& conditions, spec::Condition condition, Instant now
) {
    const auto old = std::ranges::find(conditions, condition.type, &spec::Condition::type);
    const bool same = old != conditions.end() && old->status == condition.status;
    condition.last_transition_time =
        same ? old->last_transition_time : std::chrono::floor<std::chrono::seconds>(now);
    if (old != conditions.end()) {
        *old = std::move(condition);
    } else {
        conditions.push_back(std::move(condition));
    }
    std::ranges::sort(conditions, {}, &spec::Condition::type);
}

void remove_condition(std::vector<spec::Condition>& conditions, std::string_view type) {
    std::erase_if(conditions, [&](const spec::Condition& one) { return one.type == type; });
}

void conclude(std::vector<spec::Condition>& conditions, const Outcome& outcome, Instant now) {
    spec::Condition provided;
    provided.type = "RecommendationProvided";
    provided.status = outcome.has_recommendation ? "True" : "False";
    if (outcome.pods_matched) {
        remove_condition(conditions, "NoPodsMatched");
    } else {
        spec::Condition none;
        none.type = "NoPodsMatched";
        none.status = "True";
        none.reason = "NoPodsMatched";
        none.message = "No pods match this VPA object";
        if (!outcome.has_recommendation) {
            provided.reason = none.reason;
            provided.message = none.message;
        }
        set_condition(conditions, std::move(none), now);
    }
    set_condition(conditions, std::move(provided), now);
}

}  // namespace swell::control::vpa
