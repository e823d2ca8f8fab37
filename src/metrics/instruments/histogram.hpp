#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace swell::metrics {

/// Counts of whole numbers from 0 to `highest`, each kept to `digits`
/// significant digits.
///
/// The arithmetic is HdrHistogram's: values below the smallest power of two >=
/// 2 * 10^digits have a bucket each, and each doubling after that has half as
/// many, so an answer is off by at most 10^-digits. Latencies are kept in
/// microseconds: 1 µs to 1 h. Histograms of equal digits add without loss,
/// which is why agents and pods exchange histograms and never percentiles.
///
/// The memory grows with the largest value seen: 3 digits take 16 KiB up to 2
/// ms, 8 KiB for each doubling, 188 kB at most. A value, for one thread.
///
/// Source  HdrHistogram, AbstractHistogram.java
class Histogram {
  public:
    struct Shape {
        std::int64_t highest = 3'600'000'000;  ///< one hour in microseconds
        int digits = 3;                        ///< 1 to 5

        bool operator==(const Shape&) const = default;
    };

    Histogram() : Histogram(Shape{}) {}
    explicit Histogram(Shape shape);

    /// Counts `value` `times` times. Above `highest` it counts as `highest` (and
    /// in saturated()), below 0 as 0: a sample is never lost.
    void record(std::int64_t value, std::int64_t times = 1);
    /// The duration in microseconds, to the nearest.
    void record(Duration duration);

    /// Adds each count of `other`. Both must have the same digits (CHECK).
    void add(const Histogram& other);
    void clear();

    std::int64_t count() const { return count_; }
    std::int64_t min() const { return count_ == 0 ? 0 : min_; }  ///< exact; 0 when empty
    std::int64_t max() const { return max_; }                    ///< exact; 0 when empty
    double sum() const { return sum_; }
    double mean() const;  ///< exact; 0 when empty
    std::int64_t saturated() const { return saturated_; }
    Shape shape() const { return shape_; }

    /// The highest value that shares a bucket with the ceil(percentile * count /
    /// 100)-th sample (the first one at least). 0 when empty; percentile is kept
    /// within [0, 100].
    std::int64_t value_at_percentile(double percentile) const;
    /// How many samples share a bucket with `value` or are below it.
    std::int64_t count_at_or_below(std::int64_t value) const;

    /// The smallest and the largest value that share a bucket with `value`.
    std::int64_t lowest_equivalent(std::int64_t value) const;
    std::int64_t highest_equivalent(std::int64_t value) const;

    /// Calls `use(lowest value of the bucket, count)` for each bucket that is not
    /// empty, rising.
    void each(const std::function<void(std::int64_t, std::int64_t)>& use) const;

    bool operator==(const Histogram& other) const;

  private:
    friend Result<Histogram> histogram_from_json(const Json& json);

    std::size_t index(std::int64_t value) const;
    std::int64_t value_at(std::size_t index) const;

    Shape shape_;
    int half_magnitude_ = 0;  // log2 of half the sub-bucket count
    std::vector<std::int64_t> counts_;
    std::int64_t count_ = 0;
    std::int64_t saturated_ = 0;
    std::int64_t min_ = 0;
    std::int64_t max_ = 0;
    double sum_ = 0;
};

/// What a run prints of a latency histogram, in seconds.
struct Percentiles {
    double p50 = 0, p95 = 0, p99 = 0, max = 0;
};
Percentiles percentiles(const Histogram& microseconds);

/// `{"highest": …, "digits": 3, "count": …, "min": …, "max": …, "sum": …,
/// "saturated": 0, "counts": [[lowest value of the bucket, count], …]}`:
/// buckets that are not empty, rising.
Json to_json(const Histogram& histogram);
/// Errors  invalid: says which field.
Result<Histogram> histogram_from_json(const Json& json);

}  // namespace swell::metrics
