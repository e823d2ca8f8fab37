#include "base/quantity.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace swell {

/// The parts of a quantity's text, and what its suffix means.
struct Quantity::Scan {
    bool negative = false;
    std::string_view number;     // sign, digits and point
    std::string_view numerator;  // without leading zeros, "0" when nothing is left
    std::string_view denominator;
    std::string_view suffix;
    int base = 10;
    std::int32_t exponent = 0;
    Format format = Format::decimal_si;
};

namespace {

using Format = Quantity::Format;

constexpr const char* format_wrong =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
constexpr const char* numeric_wrong = "unable to parse numeric part of quantity";
constexpr const char* suffix_wrong = "unable to parse quantity's suffix";

constexpr std::int32_t nano = -9;

__extension__ using Wide = __int128;

struct Suffix {
    std::string_view text;
    int base;
    std::int32_t exponent;
};
constexpr std::array suffixes{
    Suffix{"", 10, 0},
    Suffix{"n", 10, -9},
    Suffix{"u", 10, -6},
    Suffix{"m", 10, -3},
    Suffix{"k", 10, 3},
    Suffix{"M", 10, 6},
    Suffix{"G", 10, 9},
    Suffix{"T", 10, 12},
    Suffix{"P", 10, 15},
    Suffix{"E", 10, 18},
    Suffix{"Ki", 2, 10},
    Suffix{"Mi", 2, 20},
    Suffix{"Gi", 2, 30},
    Suffix{"Ti", 2, 40},
    Suffix{"Pi", 2, 50},
    Suffix{"Ei", 2, 60},
};

constexpr std::string_view digit_characters = "0123456789";

/// Takes the longest prefix made of `characters`.
std::string_view take(std::string_view& text, std::string_view characters) {
    const std::size_t end = std::min(text.find_first_not_of(characters), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(end);
    return taken;
}

std::string_view take_sign(std::string_view& text) {
    const bool has = !text.empty() && (text.front() == '+' || text.front() == '-');
    const std::string_view sign = text.substr(0, has ? 1 : 0);
    text.remove_prefix(sign.size());
    return sign;
}

/// Sums of 32-bit powers wrap in Go and are undefined here.
std::int32_t wrapping_add(std::int32_t a, std::int32_t b) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

std::optional<std::int64_t> multiply(std::int64_t a, std::int64_t b) {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) return {};
    return product;
}

/// Times 10^power; nothing when that does not fit.
std::optional<std::int64_t> scaled_up(std::int64_t value, std::int32_t power) {
    if (value == 0) return 0;
    if (power > 18) return {};
    std::optional<std::int64_t> product = value;
    for (; power > 0 && product; --power) product = multiply(*product, 10);
    return product;
}

/// Divides by 10^power, away from zero.
std::int64_t divide_up(std::int64_t value, std::int64_t power) {
    constexpr auto powers = [] {
        std::array<std::int64_t, 19> made{1};
        for (std::size_t i = 1; i < made.size(); ++i) made[i] = made[i - 1] * 10;
        return made;
    }();
    const std::int64_t away = value < 0 ? -1 : 1;
    const auto quotient = [&](std::int64_t divisor) {
        return value / divisor + (value % divisor != 0 ? away : 0);
    };
    switch (power) {
        case 3:
            return quotient(1'000);
        case 6:
            return quotient(1'000'000
            );  // nanocores to millicores: a known divisor is a tenth of the time
        default:
            break;
    }
    if (power >= std::ssize(powers)) return value == 0 ? 0 : away;
    return quotient(powers[static_cast<std::size_t>(power)]);
}

/// Times 10^power; 0 when that does not fit, except where the original multiplies in one step and
/// gives back the wrapped product.
std::int64_t multiply_or_wrap(std::int64_t value, std::int64_t power) {
    const auto times = [](std::int64_t a, std::int64_t b) {
        return static_cast<std::int64_t>(
            static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b)
        );
    };
    constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
    switch (power) {
        case 0:
            return value;
        case 1:
            return value == lowest ? 0 : times(value, 10);
        case 2:
            return value == lowest ? 0 : times(value, 100);
        case 3:
            return value == lowest ? 0 : times(value, 1'000);
        case 6:
            return value == lowest ? 0 : times(value, 1'000'000);
        case 9:
            return value == lowest ? 0 : times(value, 1'000'000'000);
        default:
            break;
    }
    for (; power > 0 && value != 0; --power) {
        const auto product = multiply(value, 10);
        if (!product) return 0;
        value = *product;
    }
    return value;
}

/// Go's math.Pow10: a product or quotient of two table entries, so not always the nearest double.
double go_power_of_ten(std::int32_t exponent) {
    static constexpr std::array<double, 32> ones{
        1e00, 1e01, 1e02, 1e03, 1e04, 1e05, 1e06, 1e07, 1e08, 1e09, 1e10,
        1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
        1e22, 1e23, 1e24, 1e25, 1e26, 1e27, 1e28, 1e29, 1e30, 1e31,
    };
    static constexpr std::array<double, 10> up{
        1e00,
        1e32,
        1e64,
        1e96,
        1e128,
        1e160,
        1e192,
        1e224,
        1e256,
        1e288,
    };
    static constexpr std::array<double, 11> down{
        1e-00,
        1e-32,
        1e-64,
        1e-96,
        1e-128,
        1e-160,
        1e-192,
        1e-224,
        1e-256,
        1e-288,
        1e-320,
    };
    if (exponent > 308) return std::numeric_limits<double>::infinity();
    if (exponent < -323) return 0;
    const auto magnitude = static_cast<std::size_t>(exponent < 0 ? -exponent : exponent);
    if (exponent >= 0) return up[magnitude / 32] * ones[magnitude % 32];
    return down[magnitude / 32] / ones[magnitude % 32];
}

/// The suffix of base^exponent, empty where there is none.
std::string suffix_text(int base, std::int32_t exponent, Format format) {
    if (format == Format::decimal_exponent)
        return exponent == 0 ? "" : "e" + std::to_string(exponent);
    for (const Suffix& suffix : suffixes) {
        if (suffix.base == base && suffix.exponent == exponent) return std::string(suffix.text);
    }
    return "";
}

/// Fewest digits with an exponent that is a multiple of 3.
std::string decimal_text(const Decimal& amount, Format format) {
    std::string digits = amount.digits();
    // The exponent is 32 bits wide and wraps in the original, which only absurd input can tell.
    auto exponent = static_cast<std::int32_t>(static_cast<std::uint64_t>(amount.exponent()));
    for (; exponent % 3 != 0; exponent = wrapping_add(exponent, -1)) digits += '0';
    return (amount.sign() < 0 ? "-" : "") + digits + suffix_text(10, exponent, format);
}

std::string binary_text(std::int64_t value) {
    std::int32_t exponent = 0;
    constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
    for (; value != 0 && value % 1024 == 0 && value != lowest; value /= 1024) exponent += 10;
    return std::to_string(value) + suffix_text(2, exponent, Format::binary_si);
}

/// The same of a whole number that 64 bits do not hold: a sum.
std::string binary_text(Decimal amount) {
    // By 1024: times 5^10, and ten places on.
    const auto divided = [](Decimal number) {
        for (int i = 0; i < 10; ++i) {
            Decimal four = number;
            four.scale_binary(2);
            number += four;
        }
        number.shift(-10);
        return number;
    };
    std::int32_t exponent = 0;
    for (Decimal next = divided(amount); next.exponent() >= 0; next = divided(amount)) {
        amount = std::move(next);
        exponent += 10;
    }
    return (amount.sign() < 0 ? "-" : "") + amount.digits() +
           std::string(static_cast<std::size_t>(amount.exponent()), '0') +
           suffix_text(2, exponent, Format::binary_si);
}

bool fits_64_bits(const Decimal& amount) {
    using Limits = std::numeric_limits<std::int64_t>;
    return amount >= Decimal{Limits::min()} && amount <= Decimal{Limits::max()};
}

}  // namespace

Result<Quantity> Quantity::parse(std::string_view text) {
    if (text.empty()) return fail(Code::invalid, format_wrong);
    Scan scan;
    std::string_view rest = text;
    scan.negative = take_sign(rest) == "-";
    take(rest, "0");
    scan.numerator = take(rest, digit_characters);
    if (scan.numerator.empty()) scan.numerator = "0";
    if (!rest.empty() && rest.front() == '.') {
        rest.remove_prefix(1);
        scan.denominator = take(rest, digit_characters);
    }
    scan.number = text.substr(0, text.size() - rest.size());
    scan.suffix = rest;
    take(rest, "eEinumkKMGTP");
    take_sign(rest);
    take(rest, digit_characters);
    if (!rest.empty()) return fail(Code::invalid, format_wrong);
    if (!read_suffix(scan)) return fail(Code::invalid, suffix_wrong);
    Quantity small;
    if (small.parse_small(scan, text)) return small;
    return parse_big(scan);
}

bool Quantity::read_suffix(Scan& scan) {
    for (const Suffix& suffix : suffixes) {
        if (suffix.text != scan.suffix) continue;
        scan.base = suffix.base;
        scan.exponent = suffix.exponent;
        scan.format = suffix.base == 2 ? Format::binary_si : Format::decimal_si;
        return true;
    }
    std::string_view digits = scan.suffix;
    if (digits.size() < 2 || (digits.front() != 'e' && digits.front() != 'E')) return false;
    digits.remove_prefix(1);
    if (digits.front() == '+') digits.remove_prefix(1);
    std::int64_t exponent = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, exponent);
    if (read.ec != std::errc{} || read.ptr != end) return false;
    // The original cuts it to 32 bits as well.
    scan.exponent = static_cast<std::int32_t>(static_cast<std::uint64_t>(exponent));
    scan.format = Format::decimal_exponent;
    return true;
}

/// What fits 18 digits (15 less those of a binary suffix), which is nearly all that people write.
bool Quantity::parse_small(const Scan& scan, std::string_view text) {
    const std::size_t digits = scan.numerator.size() + scan.denominator.size();
    const bool binary = scan.base == 2;
    const std::size_t room = binary ? 14 - static_cast<std::size_t>(scan.exponent * 3 / 10) : 18;
    if (binary && (scan.exponent > 40 || !scan.denominator.empty())) return false;
    if (digits > room) return false;
    const auto places = static_cast<std::int32_t>(scan.denominator.size());
    const std::int32_t scale = binary ? 0 : wrapping_add(scan.exponent, -places);
    if (scale < nano) return false;
    std::int64_t magnitude = 0;
    for (const std::string_view part : {scan.numerator, scan.denominator}) {
        for (const char digit : part) magnitude = magnitude * 10 + (digit - '0');
    }
    const std::int64_t amount = binary ? magnitude << scan.exponent : magnitude;
    unscaled_ = scan.negative ? -amount : amount;
    scale_ = scale;
    format_ = scan.format;
    const bool starts_with_zero = scan.numerator.front() == '0';
    const bool canonical =
        binary ? (magnitude & 7) != 0
               : scale % 3 == 0 && !starts_with_zero && !(magnitude % 1000 == 0 && digits >= 3);
    if (canonical) text_ = text;
    return true;
}

Result<Quantity> Quantity::parse_big(const Scan& scan) {
    auto big = std::make_shared<Big>();
    Decimal& amount = big->amount;
    if (!amount.read(scan.number)) return fail(Code::invalid, numeric_wrong);
    const auto places = static_cast<std::int32_t>(scan.denominator.size());
    big->scale = -places;
    if (scan.base == 2) {
        amount.scale_binary(scan.exponent);
    } else {
        big->scale = wrapping_add(scan.exponent, -places);
        // By the same wrapping sum, so that number and scale stay in step.
        amount.shift(std::int64_t{big->scale} + places);
    }
    const bool negative = amount.sign() < 0;
    if (negative) amount.negate();
    if (amount.sign() != 0) {
        amount.round_up(nano);
        big->scale = nano;
    }
    Quantity quantity;
    quantity.format_ = scan.format;
    if (scan.format == Format::binary_si) {
        const Decimal most{std::numeric_limits<std::int64_t>::max()};
        if (amount > most) {
            amount = most;
            big->scale = 0;
        }
        if (amount < Decimal{1} && amount.sign() > 0) quantity.format_ = Format::decimal_si;
    }
    if (negative) amount.negate();
    quantity.big_ = std::move(big);
    return quantity;
}

Quantity Quantity::from_milli(std::int64_t milli, Format format) {
    Quantity quantity;
    quantity.unscaled_ = milli;
    quantity.scale_ = -3;
    quantity.format_ = format;
    return quantity;
}

Quantity Quantity::from_value(std::int64_t value, Format format) {
    Quantity quantity;
    quantity.unscaled_ = value;
    quantity.format_ = format;
    return quantity;
}

std::string Quantity::text() const {
    if (!text_.empty()) return text_;
    if (sign() == 0) return "0";
    const Decimal amount = decimal();
    Format format = format_;
    if (format == Format::binary_si) {
        const bool below_1024 = amount > Decimal{-1024} && amount < Decimal{1024};
        const bool whole = amount.exponent() >= 0;
        if (!below_1024 && whole && !fits_64_bits(amount)) {
            // Zeros that nobody could print are left in the exponent.
            if (amount.exponent() <= Decimal::most_digits) return binary_text(amount);
        } else if (!below_1024 && whole) {
            const std::uint64_t bits = amount.low(0).bits;
            return binary_text(static_cast<std::int64_t>(amount.sign() < 0 ? 0 - bits : bits));
        }
        format = Format::decimal_si;
    }
    return decimal_text(amount, format);
}

/// amount / 10^scale, away from zero; scale is 0 or -3.
std::int64_t Quantity::scaled(std::int32_t scale) const {
    if (!big_) {
        const std::int64_t power = std::int64_t{scale_} - scale;
        return power < 0 ? divide_up(unscaled_, -power) : multiply_or_wrap(unscaled_, power);
    }
    const Decimal& amount = big_->amount;
    const bool negative = amount.sign() < 0;
    const std::int64_t power = std::int64_t{big_->scale} - scale;
    const auto signed_bits = [&](std::uint64_t bits) {
        return static_cast<std::int64_t>(negative ? 0 - bits : bits);
    };
    if (power >= 0 || !negative) {
        const Decimal::Low low = amount.low(-scale);
        return static_cast<std::int64_t>(
            static_cast<std::uint64_t>(signed_bits(low.bits)) + (low.has_fraction ? 1 : 0)
        );
    }
    // Below zero the original cuts the unscaled number to 64 bits before it divides, and then
    // rounds up all the same, which for negative numbers is toward zero and one more.
    std::int64_t divisor = 1;
    for (std::int64_t i = power; i < 0; ++i) divisor *= 10;
    const std::int64_t unscaled = signed_bits(amount.low(-std::int64_t{big_->scale}).bits);
    return unscaled / divisor + (unscaled % divisor != 0 ? 1 : 0);
}

std::int64_t Quantity::milli_within_range() const {
    constexpr std::int32_t milli = -3;
    if (!big_ && scale_ <= milli) return divide_up(unscaled_, milli - std::int64_t{scale_});
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    if (!big_) {
        const std::int64_t power = std::min<std::int64_t>(std::int64_t{scale_} - milli, 19);
        return scaled_up(unscaled_, static_cast<std::int32_t>(power))
            .value_or(unscaled_ < 0 ? least : most);
    }
    if (*this > from_milli(most)) return most;
    return *this < from_milli(least) ? least : milli_value();
}

Quantity Quantity::rounded_to_milli() const {
    constexpr std::int32_t milli = -3;
    if (!big_) return scale_ >= milli ? *this : from_milli(milli_value(), format_);
    Quantity rounded = *this;
    Big big = *big_;
    big.amount.round_up(milli);
    big.scale = std::max(big.scale, milli);
    rounded.big_ = std::make_shared<const Big>(std::move(big));
    return rounded;
}

double Quantity::approximate() const {
    const std::int32_t scale = big_ ? big_->scale : scale_;
    const double base =
        big_ ? big_->amount.nearest(-std::int64_t{scale}) : static_cast<double>(unscaled_);
    return scale == 0 ? base : base * go_power_of_ten(scale);
}

int Quantity::sign() const {
    if (big_) return big_->amount.sign();
    return unscaled_ > 0 ? 1 : unscaled_ < 0 ? -1 : 0;
}

Decimal Quantity::decimal() const { return big_ ? big_->amount : Decimal{unscaled_, scale_}; }

std::strong_ordering Quantity::operator<=>(const Quantity& other) const {
    if (big_ || other.big_) return decimal() <=> other.decimal();
    if (scale_ == other.scale_) return unscaled_ <=> other.unscaled_;
    if (scale_ < other.scale_) return 0 <=> (other <=> *this);
    const std::int64_t power = std::int64_t{scale_} - other.scale_;
    if (power > 18) return decimal() <=> other.decimal();
    Wide scaled_up = unscaled_;
    for (std::int64_t i = 0; i < power; ++i) scaled_up *= 10;
    return scaled_up <=> Wide{other.unscaled_};
}

Quantity& Quantity::operator+=(const Quantity& other) { return add(other, false); }

Quantity& Quantity::operator-=(const Quantity& other) { return add(other, true); }

Quantity& Quantity::add(const Quantity& other, bool negated) {
    text_.clear();
    if (sign() == 0) format_ = other.format_;
    if (other.sign() == 0) return *this;
    if (!big_ && !other.big_) {
        const std::int32_t scale = std::min(scale_, other.scale_);
        const auto mine = scaled_up(unscaled_, scale_ - scale);
        const auto theirs = scaled_up(other.unscaled_, other.scale_ - scale);
        std::int64_t sum = 0;
        const bool fits = mine && theirs &&
                          !(negated ? __builtin_sub_overflow(*mine, *theirs, &sum)
                                    : __builtin_add_overflow(*mine, *theirs, &sum));
        if (fits) {
            unscaled_ = sum;
            scale_ = scale;
            return *this;
        }
    }
    const std::int32_t scale = big_ ? big_->scale : scale_;
    const std::int32_t other_scale = other.big_ ? other.big_->scale : other.scale_;
    Decimal term = other.decimal();
    if (negated) term.negate();
    auto big = std::make_shared<Big>(Big{decimal(), std::min(scale, other_scale)});
    big->amount += term;
    big_ = std::move(big);
    return *this;
}

}  // namespace swell
