#pragma once

#include <string>
#include <vector>

#include "control/vpa/explain.hpp"
#include "control/vpa/match.hpp"
#include "journal/entry.hpp"

namespace swell::control::vpa {

/// What was recommended, as the journal keeps it: action `recommend` when a target changes, `hold`
/// when none does.
struct Recommended {
    Instant at{};
    std::size_t pods = 0;
    std::vector<ContainerEstimates> estimates;
    spec::RecommendedPodResources recommendation;
};
journal::Entry entry_of(
    const Governor& governor, const Recommended& made, const RecommenderConfig& config
);

/// Makes of it what one that observes tells: `before` are the pods' requests, `after` what they
/// would be; without what it would leave to an HPA. Action `observe` where they differ, else
/// `hold`.
void set_against(
    const std::vector<spec::Pod>& pods,
    const Recommended& made,
    std::span<const Contested> contested,
    journal::Entry& entry
);

/// An update of a pod: action `evict` or `resize`; `observe` where the autoscaler only observes.
enum class Act { evict, resize };
journal::Entry entry_of(
    const Governor& governor,
    const Candidate& candidate,
    const Disruption::Group& group,
    Act act,
    Instant at
);

/// What tells two entries apart that are worth keeping both.
std::string gist_of(const journal::Entry& entry);

}  // namespace swell::control::vpa
