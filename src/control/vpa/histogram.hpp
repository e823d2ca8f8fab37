#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "spec/kinds/vpa.hpp"

namespace swell::control::vpa {

/// Where the buckets of a resource begin: the first is `first` wide, each next one 5 % wider.
/// 176 buckets reach 1000 cores, and 10^12 bytes.
struct Buckets {
    static constexpr std::size_t count = 176;
    /// A bucket with less weight than this counts as empty: a thousandth of a cpu sample's.
    static constexpr double epsilon = 1e-4;

    double first = 0;
    std::array<double, count> starts{};

    /// The bucket of a value >= 0; what is past the end is in the last one.
    std::size_t find(double value) const;
};

const Buckets& cpu_buckets();     ///< in cores
const Buckets& memory_buckets();  ///< in bytes

/// Weighted samples in which what is `half_life` older counts half.
///
/// Instead of shrinking what is old, what is new weighs more: 2^((t - reference) / half_life). When
/// that grows past 2^100 the reference moves on and all weights shrink.
///
/// Source  vertical-pod-autoscaler decayingHistogram; tests/conformance/vectors/vpa.
class Histogram {
  public:
    Histogram(const Buckets& buckets, Duration half_life);

    /// weight  as of a sample at `at`, >= 0
    void add(double value, double weight, Instant at);
    /// Takes back what was added. Weights never go below 0: what is less than epsilon is 0.
    void subtract(double value, double weight, Instant at);
    /// Adds the other's samples; both have the same buckets and half-life. The reference of the one
    /// that lags moves on, even when that is `other`: a quirk, for what is then less than epsilon
    /// at its ends counts no more.
    void merge(Histogram& other);

    /// The end of the first bucket at which at least `fraction` of the weight is reached; of the
    /// last bucket the start. 0 when empty.
    double percentile(double fraction) const;
    bool empty() const;
    double total_weight() const { return total_; }

    /// Weights relative to the largest, which is 10000; those that round to 0 are dropped.
    spec::HistogramCheckpoint save() const;
    /// Adds what was saved. Errors  invalid: a negative weight, a bucket that is not there.
    Result<void> load(const spec::HistogramCheckpoint& saved);

  private:
    double decay(Instant at);
    void move_reference(Instant at);
    void trim();

    const Buckets* buckets_;
    Duration half_life_;
    std::optional<Instant> reference_;  ///< a multiple of half_life; none: the original's year 1
    std::array<double, Buckets::count> weights_{};
    double total_ = 0;
    // The first and the last bucket that are not empty; crossed when all are.
    std::size_t min_ = Buckets::count - 1, max_ = 0;
};

}  // namespace swell::control::vpa
