#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "base/rng.hpp"

namespace swell::cluster::pods {

/// The ports of this machine that pods are given: [base, end), below those the kernel hands out by
/// itself.
class PortBook {
  public:
    PortBook(std::uint16_t base, std::uint16_t end, Rng rng) : base_(base), end_(end), rng_(rng) {}

    /// A port that nobody has and that can be bound now. Empty when all are taken.
    std::optional<std::uint16_t> take();
    /// A port that a pod has from an earlier run.
    void keep(std::uint16_t port) { taken_.insert(port); }
    void give_back(std::uint16_t port) { taken_.erase(port); }

  private:
    std::uint16_t base_, end_;
    Rng rng_;
    std::set<std::uint16_t> taken_;
};

/// Whether a TCP port can be bound on all addresses now.
bool can_bind(std::uint16_t port);

}  // namespace swell::cluster::pods
