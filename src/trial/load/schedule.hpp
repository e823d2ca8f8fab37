#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/rng.hpp"
#include "base/time.hpp"

namespace swell::trial {

/// One piece of the arrival-rate curve: linear from the rate before to `rate`.
struct Stage {
    Duration duration{};  ///< >= 0; 0 is a step
    double rate = 0;      ///< arrivals a second at its end, >= 0
};

enum class Arrivals {
    even,     ///< as regular as the curve allows
    poisson,  ///< independent of each other, as many users are; from the seed
};

/// When each request is due: an open model, in which arrivals do not wait for answers.
///
///     number due by t = integral of the rate from 0 to t
///
/// Even arrivals come when the integral reaches 0.5, 1.5, 2.5, …, so that at every moment the
/// number is the integral, rounded. Poisson arrivals come at the integral's exponential steps of
/// mean 1.
class Schedule {
  public:
    Schedule(
        double start_rate,
        std::vector<Stage> stages,
        Arrivals arrivals = Arrivals::even,
        std::uint64_t seed = 1
    );

    Duration length() const;
    /// Arrivals a second at `at` from the start; 0 outside. Where a step is, the rate after it.
    double rate_at(Duration at) const;
    /// The integral of the rate up to `at`.
    double expected(Duration at) const;

    /// The next arrival, from the start of the schedule, never before the one before; empty when
    /// the schedule is over.
    std::optional<Duration> next();

  private:
    struct Piece {
        double start;     // seconds
        double duration;  // seconds
        double rate;      // at its start
        double slope;     // arrivals a second a second
        double before;    // integral at its start
    };

    std::vector<Piece> pieces_;
    double length_ = 0;
    double total_ = 0;
    Arrivals arrivals_;
    Rng rng_;
    double reached_ = 0;     // the integral of the next arrival
    std::size_t piece_ = 0;  // which holds it
};

}  // namespace swell::trial
