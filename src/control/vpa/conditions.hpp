#pragma once

#include "spec/kinds/vpa.hpp"

namespace swell::control::vpa {

/// Sets a condition; lastTransitionTime changes only when the status does. The list stays sorted by
/// type, as the original writes it.
void set_condition(
    std::vector<spec::Condition>& conditions, spec::Condition condition, Instant now
);
void remove_condition(std::vector<spec::Condition>& conditions, std::string_view type);

/// The conditions after a recommendation: RecommendationProvided, and NoPodsMatched while that is
/// so.
struct Outcome {
    bool has_recommendation = false;
    bool pods_matched = false;
};
void conclude(std::vector<spec::Condition>& conditions, const Outcome& outcome, Instant now);

}  // namespace swell::control::vpa
