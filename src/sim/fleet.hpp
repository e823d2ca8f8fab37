#pragma once

#include <cstdint>
#include <vector>

#include "sim/simulation.hpp"

namespace swell::sim {

/// Objects and loads that no other part can influence: those of some namespaces.
struct Part {
    std::vector<spec::Object> objects;
    std::vector<Load> loads;
    std::uint64_t seed = 0;
};

/// Cuts a cluster by its namespaces. Each part's seed comes from the whole's and from its
/// namespace, so that one part's outcome does not depend on what else there is.
std::vector<Part> parts_of(
    const std::vector<spec::Object>& objects, const std::vector<Load>& loads, std::uint64_t seed
);

/// Services made up from a seed: `team-7/service-73`, ten to a namespace, each with its Deployment
/// and its HPA (CPU 70 %, 2 to 10) and a load of its own: a day's wave, noise and bursts, that
/// needs from 2 to 10 pods. Part number `index` of a fleet; services_in_part() of them.
Part made_up_part(int index, int services, std::uint64_t seed);

inline constexpr int services_in_part = 10;

}  // namespace swell::sim
