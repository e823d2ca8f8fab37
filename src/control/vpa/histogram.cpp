#include "control/vpa/histogram.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/check.hpp"
#include "control/vpa/exact_math.hpp"

namespace swell::control::vpa {

namespace {

constexpr double ratio = 1.05;
constexpr double largest_saved = 10'000;

Buckets make_buckets(double first) {
    Buckets made;
    made.first = first;
    for (std::size_t i = 1; i < Buckets::count; ++i)
        made.starts[i] = first * (exact_pow(ratio, static_cast<int>(i)) - 1) / (ratio - 1);
    return made;
}

/// Differences past 292 years stay there.
std::int64_t difference(Instant later, Instant earlier) {
    std::int64_t result = 0;
    const std::int64_t a = later.time_since_epoch().count();
    const std::int64_t b = earlier.time_since_epoch().count();
    if (!__builtin_sub_overflow(a, b, &result)) return result;
    return a > b ? std::numeric_limits<std::int64_t>::max()
                 : std::numeric_limits<std::int64_t>::min();
}

/// The nearest multiple of `unit`, half up, counted from the year 1.
Instant rounded(Instant at, Duration unit) {
    const std::int64_t size = unit.count();
    // The year 1 is 62135596800 s before 1970: more nanoseconds than 64 bits hold.
    std::int64_t epoch = 62'135'596'800 % size;
    for (int digit = 0; digit < 9; ++digit) epoch = epoch * 10 % size;
    const std::int64_t since = at.time_since_epoch().count() % size;
    const std::int64_t rest = ((epoch + since) % size + size) % size;
    return rest + rest < size ? at - Duration(rest) : at + Duration(size - rest);
}

double subtracted(double value, double sub) {
    const double left = value - sub;
    return left < Buckets::epsilon ? 0 : left;
}

std::unexpected<Error> no_bucket(const std::string& bucket) {
    return fail(Code::invalid, "checkpoint has bucket " + bucket + " that the histogram has not");
}

}  // namespace

const Buckets& cpu_buckets() {
    static const Buckets buckets = make_buckets(0.01);
    return buckets;
}

const Buckets& memory_buckets() {
    static const Buckets buckets = make_buckets(1e7);
    return buckets;
}

std::size_t Buckets::find(double value) const {
    if (value < first) return 0;
    static const double log_ratio = exact_log(ratio);
    const double bucket = exact_log(value * (ratio - 1) / first + 1) / log_ratio;
    if (bucket >= count) return count - 1;
    return static_cast<std::size_t>(bucket);
}

Histogram::Histogram(const Buckets& buckets, Duration half_life)
    : buckets_(&buckets), half_life_(half_life) {
    CHECK(half_life > Duration{} && half_life <= std::chrono::years(20));
}

void Histogram::add(double value, double weight, Instant at) {
    const double added = weight * decay(at);
    const std::size_t bucket = buckets_->find(value);
    weights_[bucket] += added;
    total_ += added;
    if (weights_[bucket] < Buckets::epsilon) return;
    min_ = std::min(min_, bucket);
    max_ = std::max(max_, bucket);
}

void Histogram::subtract(double value, double weight, Instant at) {
    const double taken = weight * decay(at);
    const std::size_t bucket = buckets_->find(value);
    total_ = subtracted(total_, taken);
    weights_[bucket] = subtracted(weights_[bucket], taken);
    trim();
}

void Histogram::merge(Histogram& other) {
    CHECK(buckets_ == other.buckets_ && half_life_ == other.half_life_);
    // No reference is before every reference.
    if (reference_ < other.reference_) {
        move_reference(*other.reference_);
    } else if (other.reference_ < reference_) {
        other.move_reference(*reference_);
    }
    for (std::size_t i = other.min_; i <= other.max_; ++i) weights_[i] += other.weights_[i];
    total_ += other.total_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
}

double Histogram::percentile(double fraction) const {
    if (empty()) return 0;
    const double threshold = fraction * total_;
    double sum = 0;
    std::size_t bucket = min_;
    for (; bucket < max_; ++bucket) {
        sum += weights_[bucket];
        if (sum >= threshold) break;
    }
    return buckets_->starts[std::min(bucket + 1, Buckets::count - 1)];
}

bool Histogram::empty() const { return weights_[min_] < Buckets::epsilon; }

double Histogram::decay(Instant at) {
    constexpr std::int64_t most_half_lives = 100;
    const bool too_far =
        !reference_ || difference(at, *reference_) > half_life_.count() * most_half_lives;
    if (too_far) move_reference(at);
    return exact_exp2(
        static_cast<double>(difference(at, *reference_)) / static_cast<double>(half_life_.count())
    );
}

void Histogram::move_reference(Instant at) {
    const Instant next = rounded(at, half_life_);
    const std::int64_t moved =
        reference_ ? difference(*reference_, next) : std::numeric_limits<std::int64_t>::min();
    const double half_lives =
        std::floor(static_cast<double>(moved) / static_cast<double>(half_life_.count()) + 0.5);
    // Beyond this many nothing is left, and an int holds them.
    const double factor = std::ldexp(1.0, static_cast<int>(std::clamp(half_lives, -5e3, 5e3)));
    for (std::size_t i = min_; i <= max_; ++i) weights_[i] *= factor;
    total_ *= factor;
    trim();
    reference_ = next;
}

void Histogram::trim() {
    while (weights_[min_] < Buckets::epsilon && min_ < Buckets::count - 1) ++min_;
    while (weights_[max_] < Buckets::epsilon && max_ > 0) --max_;
}

spec::HistogramCheckpoint Histogram::save() const {
    spec::HistogramCheckpoint saved;
    if (reference_)
        saved.reference_timestamp = std::chrono::floor<std::chrono::seconds>(*reference_);
    saved.total_weight = total_;
    double largest = 0;
    for (std::size_t i = min_; i <= max_; ++i) largest = std::max(largest, weights_[i]);
    if (largest == 0) return saved;
    const double scale = largest_saved / largest;
    for (std::size_t i = min_; i <= max_; ++i) {
        const auto weight = static_cast<std::int64_t>(std::floor(weights_[i] * scale + 0.5));
        if (weight > 0) saved.bucket_weights[std::to_string(i)] = weight;
    }
    return saved;
}

Result<void> Histogram::load(const spec::HistogramCheckpoint& saved) {
    if (saved.total_weight < 0)
        return fail(Code::invalid, "cannot load checkpoint with negative weight");
    std::int64_t sum = 0;
    std::array<std::int64_t, Buckets::count> weights{};
    for (const auto& [name, weight] : saved.bucket_weights) {
        std::size_t bucket = 0;
        const char* const end = name.data() + name.size();
        const auto [stop, error] = std::from_chars(name.data(), end, bucket);
        if (error != std::errc{} || stop != end || bucket >= Buckets::count) return no_bucket(name);
        if (weight < 0) return fail(Code::invalid, "checkpoint has a negative weight in " + name);
        weights[bucket] = weight;
        sum += weight;
    }
    reference_ = saved.reference_timestamp;
    if (sum == 0) return {};
    const double scale = saved.total_weight / static_cast<double>(sum);
    for (std::size_t i = 0; i < Buckets::count; ++i) {
        if (weights[i] == 0) continue;
        min_ = std::min(min_, i);
        max_ = std::max(max_, i);
        weights_[i] += static_cast<double>(weights[i]) * scale;
    }
    total_ += saved.total_weight;
    trim();
    return {};
}

}  // namespace swell::control::vpa
