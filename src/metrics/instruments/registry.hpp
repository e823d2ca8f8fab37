#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/instruments/exposition.hpp"

namespace swell::metrics {

// Counting is relaxed atomics, from any thread: each number is right by itself, and a page read
// while threads count may show one number a moment before another. Families and the registry may be
// used from any thread, too; they lock, so keep the instrument instead of looking it up each time.

/// Only rises.
class Counter {
  public:
    void add(double amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
    double value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<double> value_ = 0;
};

class Gauge {
  public:
    void set(double value) { value_.store(value, std::memory_order_relaxed); }
    void add(double amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
    double value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<double> value_ = 0;
};

/// Prometheus' classic histogram: a few buckets, which many threads count into. For percentiles
/// with digits, see Histogram.
class BucketHistogram {
  public:
    /// `bounds`: upper borders, inclusive, rising, without +Inf.
    explicit BucketHistogram(std::vector<double> bounds);

    void observe(double value);
    void write(Exposition& page, const Labels& labels) const;

  private:
    std::vector<double> bounds_;
    std::vector<std::atomic<std::uint64_t>> counts_;
    std::atomic<double> sum_ = 0;
};

/// 1 ms to 10 s, as Prometheus' own clients have them, and finer below.
std::vector<double> latency_bounds();

struct Declaration {
    std::string name;  ///< words with dots: `scaling.events`; the unit is the last: `…_seconds`
    std::string help;  ///< one sentence
    std::vector<std::string> labels;
    /// Label sets kept. Beyond it every new one counts in the series whose label values are all
    /// `other`, so that a label from outside (a path, a tenant) cannot fill the memory.
    std::size_t max_series = 1000;

    bool operator==(const Declaration&) const = default;
};

/// The instruments of one name, one a label set.
template <class Instrument>
class Family {
  public:
    Family(Declaration declaration, std::vector<double> bounds)
        : declaration_(std::move(declaration)), bounds_(std::move(bounds)) {}

    /// The instrument with these label values, in the order of the declared labels; made at first
    /// use. Stays where it is until remove().
    Instrument& with(const std::vector<std::string>& values);
    Instrument& only() { return with({}); }
    /// Forgets a label set (a pod that is gone); nobody may use its instrument any more.
    void remove(const std::vector<std::string>& values);

    void write(Exposition& page) const;

    const Declaration& declaration() const { return declaration_; }
    const std::vector<double>& bounds() const { return bounds_; }

  private:
    Declaration declaration_;
    std::vector<double> bounds_;  // of histograms
    mutable std::mutex mutex_;    // guards series_
    std::map<std::vector<std::string>, std::unique_ptr<Instrument>> series_;
};

/// All that one process counts; each part declares its families here and `/metrics` writes them.
///
/// Declaring the same family again hands out the one that exists. A malformed name, or one name for
/// two different families, is a bug (CHECK).
class Registry {
  public:
    Family<Counter>& counter(Declaration declaration);
    Family<Gauge>& gauge(Declaration declaration);
    Family<BucketHistogram>& histogram(
        Declaration declaration, std::vector<double> bounds = latency_bounds()
    );

    /// Every family that has a series, by name.
    void write(Exposition& page) const;
    std::string text() const;

  private:
    struct Entry {
        Type type;
        std::unique_ptr<Family<Counter>> counter;
        std::unique_ptr<Family<Gauge>> gauge;
        std::unique_ptr<Family<BucketHistogram>> histogram;
    };
    Entry& entry(const Declaration& declaration, Type type);

    mutable std::mutex mutex_;              // guards entries_
    std::map<std::string, Entry> entries_;  // by Prometheus' name
};

/// What scaling itself counts, from the side of the services it scales.
struct Scaling {
    Family<Gauge>& replicas;  ///< scaling.replicas{service}
    Family<Counter>& events;  ///< scaling.events{service,type}; type is `up` or `down`
};
Scaling scaling(Registry& registry);

}  // namespace swell::metrics
