#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace swell {

/// A Kubernetes resource quantity: `500m`, `1.5`, `128Mi`, `1e3`.
///
/// Exact down to nano; finer input is rounded away from zero to nano, as the original does.
/// The text form is canonical: the largest suffix that leaves an integer, in the format it was
/// written in (BinarySI, DecimalSI, DecimalExponent).
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

    /// Canonical text.
    std::string text() const;
    Format format() const { return format_; }

    /// Whole units, rounded away from zero.
    std::int64_t value() const;
    /// Thousandths, rounded away from zero (cores to millicores).
    std::int64_t milli_value() const;
    double approximate() const;
    /// -1, 0, 1.
    int sign() const;

    /// Equal amounts are equal whatever their format: `1` == `1000m`.
    bool operator==(const Quantity& other) const { return (*this <=> other) == 0; }
    std::strong_ordering operator<=>(const Quantity& other) const;

  private:
    // value = unscaled * 10^scale while `big` is empty; else `big` holds decimal digits of nanos.
    std::int64_t unscaled_ = 0;
    std::int32_t scale_ = 0;
    Format format_ = Format::decimal_si;
    std::string big_;
};

}  // namespace swell
