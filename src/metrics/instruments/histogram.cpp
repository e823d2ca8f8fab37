#include "metrics/instruments/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "base/check.hpp"

namespace swell::metrics {

namespace {

int log2_ceil(std::int64_t value) {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value - 1)));
}

std::int64_t power_of_ten(int exponent) {
    std::int64_t power = 1;
    for (int i = 0; i < exponent; ++i) power *= 10;
    return power;
}

/// Reads a whole number >= 0.
Result<std::int64_t> whole(const Json& json, const char* field) {
    const auto found = json.find(field);
    if (found == json.end() || !found->is_number_integer() || found->get<std::int64_t>() < 0) {
        return fail(Code::invalid, std::string("histogram.") + field + ": must be an integer >= 0");
    }
    return found->get<std::int64_t>();
}

/// Whether `pair` is [value, count] that a histogram with room for `left` more
/// samples can take.
bool valid_pair(const Json& pair, std::int64_t highest, std::int64_t left) {
    if (!pair.is_array() || pair.size() != 2) return false;
    if (!pair[0].is_number_integer() || !pair[1].is_number_integer()) return false;
    const auto value = pair[0].get<std::int64_t>();
    const auto times = pair[1].get<std::int64_t>();
    return value >= 0 && value <= highest && times >= 1 && times <= left;
}

}  // namespace

Histogram::Histogram(Shape shape) : shape_(shape) {
    CHECK(shape.digits >= 1 && shape.digits <= 5 && shape.highest >= 2);
    half_magnitude_ = log2_ceil(2 * power_of_ten(shape.digits)) - 1;
}

// Bucket b holds values of half_magnitude_ + 1 + b bits; the upper half of its
// sub-buckets is its own, the lower half would repeat bucket b - 1. Bucket 0
// owns both halves.
std::size_t Histogram::index(std::int64_t value) const {
    const auto bits = static_cast<std::uint64_t>(value);
    const auto below = (std::uint64_t{2} << half_magnitude_) - 1;
    const int bucket = static_cast<int>(std::bit_width(bits | below)) - (half_magnitude_ + 1);
    return (static_cast<std::size_t>(bucket) << half_magnitude_) +
           static_cast<std::size_t>(bits >> bucket);
}

std::int64_t Histogram::value_at(std::size_t index) const {
    const std::size_t half = std::size_t{1} << half_magnitude_;
    if (index < 2 * half) return static_cast<std::int64_t>(index);
    const std::size_t bucket = (index >> half_magnitude_) - 1;
    return static_cast<std::int64_t>((index - (bucket << half_magnitude_)) << bucket);
}

std::int64_t Histogram::lowest_equivalent(std::int64_t value) const {
    return value_at(index(std::clamp<std::int64_t>(value, 0, shape_.highest)));
}

std::int64_t Histogram::highest_equivalent(std::int64_t value) const {
    return value_at(index(std::clamp<std::int64_t>(value, 0, shape_.highest)) + 1) - 1;
}

void Histogram::record(std::int64_t value, std::int64_t times) {
    if (times <= 0) return;
    if (value > shape_.highest) {
        value = shape_.highest;
        saturated_ += times;
    }
    value = std::max<std::int64_t>(value, 0);
    const std::size_t at = index(value);
    if (at >= counts_.size()) {
        // Whole buckets, so that a slow tail does not make us grow at each new
        // worst sample.
        const std::size_t half = std::size_t{1} << half_magnitude_;
        counts_.resize(std::max(2 * half, (at / half + 1) * half));
    }
    counts_[at] += times;
    min_ = count_ == 0 ? value : std::min(min_, value);
    max_ = std::max(max_, value);
    count_ += times;
    sum_ += static_cast<double>(value) * static_cast<double>(times);
}

void Histogram::record(Duration duration) { record((duration.count() + 500) / 1000); }

void Histogram::add(const Histogram& other) {
    CHECK(shape_.digits == other.shape_.digits);
    if (other.count_ == 0) return;
    shape_.highest = std::max(shape_.highest, other.shape_.highest);
    if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size());
    for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
    min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
    count_ += other.count_;
    saturated_ += other.saturated_;
    sum_ += other.sum_;
}

void Histogram::clear() {
    std::fill(counts_.begin(), counts_.end(), 0);
    count_ = saturated_ = min_ = max_ = 0;
    sum_ = 0;
}

double Histogram::mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

std::int64_t Histogram::value_at_percentile(double percentile) const {
    if (count_ == 0) return 0;
    // One step down: 99.9 * 1000 / 100 comes out above 999 in doubles, and ceil
    // would say 1000.
    const double wanted = std::clamp(std::nextafter(percentile, -1.0), 0.0, 100.0);
    const auto rank = std::max<std::int64_t>(
        1, static_cast<std::int64_t>(std::ceil(wanted * static_cast<double>(count_) / 100.0))
    );
    std::int64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        seen += counts_[i];
        if (seen >= rank) return value_at(i + 1) - 1;
    }
    return highest_equivalent(max_);
}

std::int64_t Histogram::count_at_or_below(std::int64_t value) const {
    if (value < 0) return 0;
    const std::size_t last = index(std::min(value, shape_.highest));
    std::int64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size() && i <= last; ++i) seen += counts_[i];
    return seen;
}

void Histogram::each(const std::function<void(std::int64_t, std::int64_t)>& use) const {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] != 0) use(value_at(i), counts_[i]);
    }
}

bool Histogram::operator==(const Histogram& other) const {
    if (shape_ != other.shape_ || count_ != other.count_ || min() != other.min()) return false;
    if (max_ != other.max_ || sum_ != other.sum_ || saturated_ != other.saturated_) return false;
    const std::size_t shared = std::min(counts_.size(), other.counts_.size());
    const auto all_zero = [shared](const std::vector<std::int64_t>& counts) {
        return std::all_of(
            counts.begin() + static_cast<std::ptrdiff_t>(shared),
            counts.end(),
            [](std::int64_t n) { return n == 0; }
        );
    };
    return std::equal(
               counts_.begin(),
               counts_.begin() + static_cast<std::ptrdiff_t>(shared),
               other.counts_.begin()
           ) &&
           all_zero(counts_) && all_zero(other.counts_);
}

Percentiles percentiles(const Histogram& microseconds) {
    const auto at = [&](double percentile) {
        return static_cast<double>(microseconds.value_at_percentile(percentile)) * 1e-6;
    };
    return {
        .p50 = at(50),
        .p95 = at(95),
        .p99 = at(99),
        .max = static_cast<double>(microseconds.max()) * 1e-6
    };
}

Json to_json(const Histogram& histogram) {
    Json counts = Json::array();
    histogram.each([&](std::int64_t value, std::int64_t count) {
        counts.push_back(Json::array({value, count}));
    });
    return {
        {"highest", histogram.shape().highest},
        {"digits", histogram.shape().digits},
        {"count", histogram.count()},
        {"min", histogram.min()},
        {"max", histogram.max()},
        {"sum", histogram.sum()},
        {"saturated", histogram.saturated()},
        {"counts", std::move(counts)}
    };
}

Result<Histogram> histogram_from_json(const Json& json) {
    if (!json.is_object()) return fail(Code::invalid, "histogram: must be an object");
    std::int64_t fields[6];
    const char* const names[] = {"highest", "digits", "count", "min", "max", "saturated"};
    for (std::size_t i = 0; i < 6; ++i) {
        const auto value = whole(json, names[i]);
        if (!value) return std::unexpected(value.error());
        fields[i] = *value;
    }
    const auto [highest, digits, count, min, max, saturated] = fields;
    if (digits < 1 || digits > 5) return fail(Code::invalid, "histogram.digits: must be 1 to 5");
    // Half the range is left free, so that no border of a bucket overflows.
    if (highest < 2 || highest > std::numeric_limits<std::int64_t>::max() / 4) {
        return fail(Code::invalid, "histogram.highest: out of range");
    }
    Histogram histogram({.highest = highest, .digits = static_cast<int>(digits)});
    const auto counts = json.find("counts");
    if (counts == json.end() || !counts->is_array()) {
        return fail(Code::invalid, "histogram.counts: must be an array");
    }
    for (const Json& pair : *counts) {
        if (!valid_pair(pair, highest, count - histogram.count())) {
            return fail(Code::invalid, "histogram.counts: must be [value, count] within the range");
        }
        histogram.record(pair[0].get<std::int64_t>(), pair[1].get<std::int64_t>());
    }
    const auto sum = json.find("sum");
    if (sum == json.end() || !sum->is_number() || sum->get<double>() < 0) {
        return fail(Code::invalid, "histogram.sum: must be a number >= 0");
    }
    const bool agrees = histogram.count() == count && saturated <= count &&
                        histogram.min() == histogram.lowest_equivalent(min) &&
                        histogram.max() == histogram.lowest_equivalent(max);
    if (!agrees) return fail(Code::invalid, "histogram: counts do not agree with count, min, max");
    // What the buckets have rounded away.
    histogram.min_ = min;
    histogram.max_ = max;
    histogram.sum_ = sum->get<double>();
    histogram.saturated_ = saturated;
    return histogram;
}

}  // namespace swell::metrics
