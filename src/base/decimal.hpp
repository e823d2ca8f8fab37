#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace swell {

/// A decimal number of any size, exact: sign * digits * 10^exponent.
///
/// What Quantity falls back on when 64 bits do not hold a number. Every operation takes time linear
/// in the digits that were written, whatever the exponent: 1e2000000000 is as cheap as 1.
class Decimal {
  public:
    Decimal() = default;
    explicit Decimal(std::int64_t integer, std::int32_t exponent = 0);

    /// Reads `[+-]?[0-9]*[.]?[0-9]*` with at least one digit. Returns false for anything else.
    bool read(std::string_view text);

    int sign() const { return digits_.empty() ? 0 : negative_ ? -1 : 1; }
    /// Without a zero at either end; empty for zero.
    const std::string& digits() const { return digits_; }
    std::int64_t exponent() const { return exponent_; }

    void negate() { negative_ = !negative_; }
    void shift(std::int64_t exponent) { exponent_ += exponent; }
    /// Exact, unless the terms are more than `most_digits` digits apart: then the smaller one is
    /// nothing beside the larger. A bound, so that 1e2000000000 + 1 costs no gigabytes.
    Decimal& operator+=(const Decimal& other);
    static constexpr std::int64_t most_digits = 4096;
    /// Times 2^bits.
    void scale_binary(int bits);
    /// Away from zero to a multiple of 10^exponent.
    void round_up(std::int64_t exponent);

    /// |this| * 10^power without its fraction, and of that the lowest 64 bits.
    struct Low {
        std::uint64_t bits = 0;
        bool has_fraction = false;
    };
    Low low(std::int64_t power) const;

    /// The double nearest to this * 10^power; infinite past its range.
    double nearest(std::int64_t power) const;

    std::strong_ordering operator<=>(const Decimal& other) const;
    bool operator==(const Decimal& other) const { return (*this <=> other) == 0; }

  private:
    void normalize();
    std::strong_ordering compare_magnitude(const Decimal& other) const;

    bool negative_ = false;
    std::string digits_;
    std::int64_t exponent_ = 0;
};

}  // namespace swell
