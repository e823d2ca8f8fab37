#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/decimal.hpp"
#include "base/result.hpp"

namespace swell {

/// A Kubernetes resource quantity: `500m`, `1.5`, `128Mi`, `1e3`.
///
/// Exact down to nano; finer input is rounded away from zero to nano, as the original does, with
/// its oddities: what does not fit 64 bits wraps in value() and milli_value(), a unit alone reads
/// as 0, and a number past `E` in SI form prints without its unit. One thing differs: an exponent
/// such as `123456789012345678901e2000000000` is read at once, where the original spends gigabytes
/// on it.
///
/// Source  k8s.io/apimachinery/pkg/api/resource, and tests/conformance/vectors/quantity.
class Quantity {
  public:
    enum class Format { decimal_si, binary_si, decimal_exponent };

    Quantity() = default;

    /// Errors  invalid: `quantities must match the regular expression …`, as Kubernetes words it.
    static Result<Quantity> parse(std::string_view text);
    static Quantity from_milli(std::int64_t milli, Format format = Format::decimal_si);
    static Quantity from_value(std::int64_t value, Format format = Format::decimal_si);

    /// Canonical text: the largest suffix that leaves an integer, in the format it was written in.
    /// What was read from a text that is canonical but for leading zeros, a sign or a point keeps
    /// it as it was (`00100m`, `+5`), as the original does.
    std::string text() const;
    /// The format it is printed in, where that loses nothing.
    Format format() const { return format_; }

    /// Whole units, rounded away from zero.
    std::int64_t value() const { return scaled(0); }
    /// Thousandths, rounded away from zero (cores to millicores).
    std::int64_t milli_value() const { return is_milli() ? unscaled_ : scaled(-3); }
    /// Same, with the ends of the range for what is beyond them.
    std::int64_t milli_saturated() const {
        if (is_milli()) return unscaled_;
        if (scale_ != -9 || big_) return milli_within_range();
        constexpr std::int64_t by = 1'000'000;  // nanocores, as they are measured
        return unscaled_ / by + (unscaled_ % by > 0) - (unscaled_ % by < 0);
    }
    /// The same amount in thousandths, rounded away from zero; as it is when it has nothing finer.
    Quantity rounded_to_milli() const;
    /// As Go's AsApproximateFloat64, bit for bit.
    double approximate() const;
    /// -1, 0, 1.
    int sign() const;

    /// Equal amounts are equal whatever their format: `1` == `1000m`.
    bool operator==(const Quantity& other) const { return (*this <=> other) == 0; }
    std::strong_ordering operator<=>(const Quantity& other) const;

    /// Exact, however large. The sum prints in the format of its first term that is not 0, as the
    /// original's: 0 + 1Gi is 1Gi, and 1Gi + 1G is a number of bytes in Gi or Ki.
    Quantity& operator+=(const Quantity& other);
    Quantity& operator-=(const Quantity& other);

  private:
    struct Scan;
    /// A number that 64 bits and a power of ten do not hold.
    struct Big {
        Decimal amount;
        /// The power of ten that the original would keep it at; only its rounding to double shows
        /// it.
        std::int32_t scale = 0;
    };

    static Result<Quantity> parse_big(const Scan& scan);
    static bool read_suffix(Scan& scan);
    bool parse_small(const Scan& scan, std::string_view text);
    /// Most amounts of cores are written in thousandths.
    bool is_milli() const { return scale_ == -3 && !big_; }
    std::int64_t milli_within_range() const;
    std::int64_t scaled(std::int32_t scale) const;
    Decimal decimal() const;
    Quantity& add(const Quantity& other, bool negated);

    // unscaled_ * 10^scale_, unless big_ is set.
    std::int64_t unscaled_ = 0;
    std::int32_t scale_ = 0;
    Format format_ = Format::decimal_si;
    std::string text_;                // what text() gives; empty: to be worked out
    std::shared_ptr<const Big> big_;  // shared because copies are many and it never changes
};

}  // namespace swell
