#include "trial/load/schedule.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"

namespace swell::trial {

namespace {

double area(double rate, double slope, double t) { return (rate + slope * t / 2) * t; }

Duration from_seconds(double value) {
    return Duration(static_cast<std::int64_t>(std::llround(value * 1e9)));
}

}  // namespace

Schedule::Schedule(
    double start_rate, std::vector<Stage> stages, Arrivals arrivals, std::uint64_t seed
)
    : arrivals_(arrivals), rng_(seed) {
    CHECK(start_rate >= 0);
    double rate = start_rate;
    for (const Stage& stage : stages) {
        CHECK(stage.rate >= 0 && stage.duration >= Duration::zero());
        const double duration = seconds(stage.duration);
        if (duration > 0) {
            const double slope = (stage.rate - rate) / duration;
            pieces_.push_back({length_, duration, rate, slope, total_});
            length_ += duration;
            total_ += area(rate, slope, duration);
        }
        rate = stage.rate;
    }
    reached_ = arrivals_ == Arrivals::even ? 0.5 : -std::log1p(-rng_.unit());
}

Duration Schedule::length() const { return from_seconds(length_); }

double Schedule::rate_at(Duration at) const {
    const double t = seconds(at);
    if (t < 0) return 0;
    for (const Piece& piece : pieces_) {
        if (t < piece.start + piece.duration) return piece.rate + piece.slope * (t - piece.start);
    }
    return 0;
}

double Schedule::expected(Duration at) const {
    const double t = seconds(at);
    double sum = 0;
    for (const Piece& piece : pieces_) {
        const double inside = std::clamp(t - piece.start, 0.0, piece.duration);
        sum += area(piece.rate, piece.slope, inside);
    }
    return sum;
}

std::optional<Duration> Schedule::next() {
    while (piece_ < pieces_.size()) {
        const Piece& piece = pieces_[piece_];
        const double wanted = reached_ - piece.before;
        if (wanted > area(piece.rate, piece.slope, piece.duration)) {
            ++piece_;
            continue;
        }
        // The smaller root of rate t + slope t² / 2 = wanted, in the form that does not subtract
        // two near numbers when the slope is small.
        const double root =
            std::sqrt(std::max(0.0, piece.rate * piece.rate + 2 * piece.slope * wanted));
        const double t = wanted <= 0 ? 0 : 2 * wanted / (piece.rate + root);
        reached_ += arrivals_ == Arrivals::even ? 1 : -std::log1p(-rng_.unit());
        return from_seconds(piece.start + std::min(t, piece.duration));
    }
    return std::nullopt;
}

}  // namespace swell::trial
