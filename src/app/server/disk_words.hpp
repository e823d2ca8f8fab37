#pragma once

#include <cstdint>
#include <string>

namespace swell::app {

/// Says once that the disk is full, and once that there is room again.
///
/// Every write that fails then fails for the same reason, and each alone would say so without end.
/// A little more room than none is not enough to say that it is over: pods print into it at once.
class DiskWords {
  public:
    static constexpr std::uint64_t full_below_bytes = 1u << 20;
    static constexpr std::uint64_t room_from_bytes = 16u << 20;

    explicit DiskWords(std::string folder) : folder_(std::move(folder)) {}

    /// What is to be said now; mostly nothing.
    std::string look(std::uint64_t free_bytes);
    /// What holds for as long as the disk is full, else empty.
    std::string warning() const;

  private:
    std::string folder_;
    bool full_ = false;
};

}  // namespace swell::app
