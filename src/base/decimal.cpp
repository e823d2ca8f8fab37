#include "base/decimal.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>

namespace swell {

Decimal::Decimal(std::int64_t integer, std::int32_t exponent)
    : negative_(integer < 0), exponent_(exponent) {
    const auto bits = static_cast<std::uint64_t>(integer);
    digits_ = std::to_string(negative_ ? 0 - bits : bits);
    normalize();
}

bool Decimal::read(std::string_view text) {
    *this = {};
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        negative_ = text.front() == '-';
        text.remove_prefix(1);
    }
    const std::size_t point = std::min(text.find('.'), text.size());
    digits_ = text.substr(0, point);
    if (point < text.size()) {
        digits_ += text.substr(point + 1);
        exponent_ = -static_cast<std::int64_t>(text.size() - point - 1);
    }
    const bool valid =
        !digits_.empty() && digits_.find_first_not_of("0123456789") == std::string::npos;
    normalize();
    return valid;
}

void Decimal::normalize() {
    const std::size_t last = digits_.find_last_not_of('0');
    if (last == std::string::npos) {
        digits_.clear();
        return;
    }
    exponent_ += static_cast<std::int64_t>(digits_.size() - last - 1);
    digits_.resize(last + 1);
    digits_.erase(0, digits_.find_first_not_of('0'));
}

namespace {

/// `longer` + `shorter`, digit by digit from the right.
std::string sum(std::string longer, std::string_view shorter) {
    int carry = 0;
    for (std::size_t i = 0; i < longer.size() && (i < shorter.size() || carry != 0); ++i) {
        char& digit = longer[longer.size() - 1 - i];
        const int add = i < shorter.size() ? shorter[shorter.size() - 1 - i] - '0' : 0;
        const int total = digit - '0' + add + carry;
        digit = static_cast<char>('0' + total % 10);
        carry = total / 10;
    }
    if (carry != 0) longer.insert(0, 1, '1');
    return longer;
}

/// `larger` - `smaller`, which has no more digits and is no larger.
std::string difference(std::string larger, std::string_view smaller) {
    int borrow = 0;
    for (std::size_t i = 0; i < larger.size() && (i < smaller.size() || borrow != 0); ++i) {
        char& digit = larger[larger.size() - 1 - i];
        const int take = i < smaller.size() ? smaller[smaller.size() - 1 - i] - '0' : 0;
        const int rest = digit - '0' - take - borrow;
        borrow = rest < 0 ? 1 : 0;
        digit = static_cast<char>('0' + rest + borrow * 10);
    }
    return larger;
}

}  // namespace

Decimal& Decimal::operator+=(const Decimal& other) {
    if (other.digits_.empty()) return *this;
    if (digits_.empty()) return *this = other;
    const bool mine_is_larger = compare_magnitude(other) >= 0;
    const Decimal& large = mine_is_larger ? *this : other;
    const Decimal& small = mine_is_larger ? other : *this;
    if (large.exponent_ - small.exponent_ > most_digits) return *this = Decimal(large);
    const std::int64_t exponent = std::min(large.exponent_, small.exponent_);
    const auto aligned = [exponent](const Decimal& d) {
        return d.digits_ + std::string(static_cast<std::size_t>(d.exponent_ - exponent), '0');
    };
    std::string longer = aligned(large);
    std::string shorter = aligned(small);
    if (longer.size() < shorter.size()) longer.swap(shorter);
    const bool negative = large.negative_;
    digits_ = large.negative_ == small.negative_ ? sum(std::move(longer), shorter)
                                                 : difference(std::move(longer), shorter);
    negative_ = negative;
    exponent_ = exponent;
    normalize();
    return *this;
}

void Decimal::scale_binary(int bits) {
    while (bits > 0 && !digits_.empty()) {
        // 2^10 * 9 plus the carry stays far inside the integer.
        const int step = std::min(bits, 10);
        unsigned carry = 0;
        for (std::size_t i = digits_.size(); i-- > 0;) {
            carry += static_cast<unsigned>(digits_[i] - '0') << step;
            digits_[i] = static_cast<char>('0' + carry % 10);
            carry /= 10;
        }
        if (carry > 0) digits_.insert(0, std::to_string(carry));
        bits -= step;
    }
    normalize();
}

void Decimal::round_up(std::int64_t exponent) {
    if (digits_.empty() || exponent_ >= exponent) return;
    const std::int64_t drop = exponent - exponent_;
    exponent_ = exponent;
    if (drop >= static_cast<std::int64_t>(digits_.size())) {
        digits_ = "1";
        return;
    }
    // What is dropped is not zero, since the last digit never is: so one more, with its carry.
    digits_.resize(digits_.size() - static_cast<std::size_t>(drop));
    std::size_t i = digits_.size();
    while (i > 0 && digits_[i - 1] == '9') digits_[--i] = '0';
    if (i > 0) {
        ++digits_[i - 1];
    } else {
        digits_.insert(0, 1, '1');
    }
    normalize();
}

Decimal::Low Decimal::low(std::int64_t power) const {
    std::int64_t zeros = exponent_ + power;
    std::string_view kept = digits_;
    Low result;
    if (zeros < 0) {
        const auto size = static_cast<std::int64_t>(kept.size());
        kept.remove_suffix(static_cast<std::size_t>(std::min(-zeros, size)));
        result.has_fraction = size > 0;
        zeros = 0;
    }
    // 10^64 is a multiple of 2^64: nothing is left of it below.
    if (zeros >= 64) return result;
    for (const char digit : kept)
        result.bits = result.bits * 10 + static_cast<unsigned>(digit - '0');
    for (; zeros > 0; --zeros) result.bits *= 10;
    return result;
}

double Decimal::nearest(std::int64_t power) const {
    if (digits_.empty()) return 0;
    const std::string text =
        (negative_ ? "-" : "") + digits_ + "e" + std::to_string(exponent_ + power);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc::result_out_of_range) return number;
    const bool large = exponent_ + power + static_cast<std::int64_t>(digits_.size()) > 0;
    const double magnitude = large ? std::numeric_limits<double>::infinity() : 0.0;
    return negative_ ? -magnitude : magnitude;
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
    if (sign() != other.sign()) return sign() <=> other.sign();
    if (sign() < 0) return other.compare_magnitude(*this);
    return compare_magnitude(other);
}

std::strong_ordering Decimal::compare_magnitude(const Decimal& other) const {
    if (digits_.empty() || other.digits_.empty()) return digits_.size() <=> other.digits_.size();
    const auto top = [](const Decimal& d) {
        return d.exponent_ + static_cast<std::int64_t>(d.digits_.size());
    };
    if (top(*this) != top(other)) return top(*this) <=> top(other);
    // Both start at the same power of ten, so they compare as text: a prefix is the smaller one.
    return digits_.compare(other.digits_) <=> 0;
}

}  // namespace swell
