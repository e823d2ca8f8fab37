#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.hpp"

namespace swell::cluster::pods {

/// A reading of what a container has used.
struct UsageSample {
    Instant at{};
    Duration cpu{};            ///< since it started
    std::uint64_t memory = 0;  ///< working set, bytes
};

/// What a container uses.
struct Usage {
    Instant at{};       ///< end of the window
    Duration window{};  ///< really measured; no longer than asked
    double cores = 0;   ///< averaged over the window
    std::uint64_t memory = 0;
};

/// The readings of a container within a window. Pure.
class UsageWindow {
  public:
    explicit UsageWindow(Duration window) : window_(window) {}

    /// A reading whose CPU is below the one before is of a new process: the window begins anew.
    void add(const UsageSample& sample);
    void clear() { samples_.clear(); }

    /// Empty until there are two readings.
    std::optional<Usage> usage() const;

  private:
    Duration window_;
    std::deque<UsageSample> samples_;
};

}  // namespace swell::cluster::pods
