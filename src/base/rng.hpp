#pragma once

#include <cstdint>

namespace swell {

/// The door to chance. Every random number descends from one printed seed; same seed, same run.
///
/// Source  splitmix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").
class Rng {
  public:
    explicit Rng(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    /// Uniform in [0, bound); bound > 0.
    std::uint64_t below(std::uint64_t bound) {
        return static_cast<std::uint64_t>((static_cast<Wide>(next()) * bound) >> 64);
    }

    /// Uniform in [0, 1).
    double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

    /// A generator of its own, so that one part's draws do not move another's.
    Rng split() { return Rng(next()); }

  private:
    __extension__ using Wide = unsigned __int128;

    std::uint64_t state_;
};

}  // namespace swell
