#include "base/time.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

namespace swell {
namespace {

using std::chrono::days;
using std::chrono::floor;

/// The second that a moment is in. Whole days or seconds of the earliest moments are out of range
/// as nanoseconds, so everything below counts in seconds.
std::chrono::seconds second_of(Instant at) {
    return floor<std::chrono::seconds>(at.time_since_epoch());
}

std::int64_t nanos_of(Instant at) {
    const std::int64_t rest = at.time_since_epoch().count() % 1'000'000'000;
    return rest < 0 ? rest + 1'000'000'000 : rest;
}

std::string date_time(Instant at) {
    const auto day = floor<days>(second_of(at));
    const std::chrono::year_month_day date{std::chrono::sys_days{day}};
    const std::chrono::hh_mm_ss clock{second_of(at) - day};
    std::array<char, 40> text{};
    const int length = std::snprintf(
        text.data(),
        text.size(),
        "%04d-%02u-%02uT%02d:%02d:%02d",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count())
    );
    return {text.data(), static_cast<std::size_t>(length)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes exactly `width` digits off the front; empty when there are fewer.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
    if (text.size() < width) return {};
    int number = 0;
    for (const char c : text.substr(0, width)) {
        if (!is_digit(c)) return {};
        number = number * 10 + (c - '0');
    }
    text.remove_prefix(width);
    return number;
}

bool take(std::string_view& text, char wanted) {
    if (text.empty() || text.front() != wanted) return false;
    text.remove_prefix(1);
    return true;
}

/// `YYYY-MM-DDTHH:MM:SS` off the front, as if it were UTC.
std::optional<std::chrono::seconds> take_date_time(std::string_view& text) {
    std::array<int, 6> part{};
    constexpr std::array<std::size_t, 6> widths{4, 2, 2, 2, 2, 2};
    constexpr std::string_view separators = "--T::";
    for (std::size_t i = 0; i < part.size(); ++i) {
        const auto number = take_digits(text, widths[i]);
        if (!number) return {};
        part[i] = *number;
        if (i < separators.size() && !take(text, separators[i])) return {};
    }
    const std::chrono::year_month_day date{
        std::chrono::year{part[0]},
        std::chrono::month{static_cast<unsigned>(part[1])},
        std::chrono::day{static_cast<unsigned>(part[2])},
    };
    if (!date.ok() || part[3] > 23 || part[4] > 59 || part[5] > 59) return {};
    return std::chrono::sys_days{date}.time_since_epoch() + std::chrono::hours{part[3]} +
           std::chrono::minutes{part[4]} + std::chrono::seconds{part[5]};
}

/// `.123` off the front; zero when there is none.
std::optional<Duration> take_fraction(std::string_view& text) {
    if (!take(text, '.')) return Duration{};
    std::int64_t nanos = 0;
    std::size_t count = 0;
    for (; count < text.size() && is_digit(text[count]); ++count) {
        if (count == 9) return {};
        nanos = nanos * 10 + (text[count] - '0');
    }
    if (count == 0) return {};
    text.remove_prefix(count);
    for (; count < 9; ++count) nanos *= 10;
    return Duration{nanos};
}

/// `Z` or `+02:00` off the front.
std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
    if (take(text, 'Z')) return std::chrono::minutes{0};
    const bool east = take(text, '+');
    if (!east && !take(text, '-')) return {};
    const auto hours = take_digits(text, 2);
    if (!hours || !take(text, ':')) return {};
    const auto minutes = take_digits(text, 2);
    if (!minutes || *hours > 23 || *minutes > 59) return {};
    return std::chrono::minutes{(east ? 1 : -1) * (*hours * 60 + *minutes)};
}

std::unexpected<Error> not_a_time(std::string_view text) {
    return fail(
        Code::invalid,
        "\"" + std::string(text) + "\" is not an RFC 3339 time such as 2026-11-24T12:00:00Z"
    );
}

// Reading durations follows Go's time.ParseDuration step by step, its rounding and limits too.

constexpr std::uint64_t two_to_63 = std::uint64_t{1} << 63;

struct Unit {
    std::string_view name;
    std::uint64_t nanos;
};
constexpr Unit units[] = {
    {"ns", 1},
    {"us", 1'000},
    {"\u00b5s", 1'000},  // micro sign
    {"\u03bcs", 1'000},  // Greek letter mu
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
};

std::unexpected<Error> bad_duration(std::string_view problem, std::string_view text) {
    return fail(Code::invalid, std::string(problem) + " duration \"" + std::string(text) + "\"");
}

std::optional<std::uint64_t> take_integer(std::string_view& text) {
    std::uint64_t number = 0;
    while (!text.empty() && is_digit(text.front())) {
        if (number > two_to_63 / 10) return {};
        number = number * 10 + static_cast<std::uint64_t>(text.front() - '0');
        if (number > two_to_63) return {};
        text.remove_prefix(1);
    }
    return number;
}

struct Fraction {
    std::uint64_t digits = 0;
    double scale = 1;
};

/// Digits after the point; those past 2^63 are read and dropped.
Fraction take_decimals(std::string_view& text) {
    Fraction fraction;
    bool full = false;
    while (!text.empty() && is_digit(text.front())) {
        const auto digit = static_cast<std::uint64_t>(text.front() - '0');
        text.remove_prefix(1);
        full = full || fraction.digits > (two_to_63 - 1) / 10;
        if (full) continue;
        fraction.digits = fraction.digits * 10 + digit;
        fraction.scale *= 10;
    }
    return fraction;
}

const Unit* take_unit(std::string_view& text) {
    std::size_t length = 0;
    while (length < text.size() && text[length] != '.' && !is_digit(text[length])) ++length;
    const std::string_view name = text.substr(0, length);
    text.remove_prefix(length);
    for (const Unit& unit : units) {
        if (unit.name == name) return &unit;
    }
    return nullptr;
}

/// One `12.5unit` off the front, in nanoseconds.
Result<std::uint64_t> take_term(std::string_view& text, std::string_view whole) {
    const std::size_t before = text.size();
    const auto integer = take_integer(text);
    if (!integer) return bad_duration("invalid", whole);
    bool has_digits = text.size() != before;
    Fraction fraction;
    if (take(text, '.')) {
        const std::size_t point = text.size();
        fraction = take_decimals(text);
        has_digits = has_digits || text.size() != point;
    }
    if (!has_digits) return bad_duration("invalid", whole);
    if (text.empty()) return bad_duration("missing unit in", whole);
    const Unit* unit = take_unit(text);
    if (unit == nullptr) return bad_duration("unknown unit in", whole);
    if (*integer > two_to_63 / unit->nanos) return bad_duration("out of range:", whole);
    std::uint64_t nanos = *integer * unit->nanos;
    nanos += static_cast<std::uint64_t>(
        static_cast<double>(fraction.digits) * (static_cast<double>(unit->nanos) / fraction.scale)
    );
    if (nanos > two_to_63) return bad_duration("out of range:", whole);
    return nanos;
}

/// A number of thousandths of `unit` digits wide, without trailing zeros: 1500 of 3 is `1.5`.
std::string decimal(std::uint64_t amount, int digits) {
    std::uint64_t power = 1;
    for (int i = 0; i < digits; ++i) power *= 10;
    std::string text = std::to_string(amount / power);
    std::uint64_t rest = amount % power;
    if (rest == 0) return text;
    text += '.';
    while (rest != 0) {
        power /= 10;
        text += static_cast<char>('0' + rest / power);
        rest %= power;
    }
    return text;
}

std::string pair_text(
    std::int64_t big, const char* big_unit, std::int64_t small, const char* unit
) {
    std::string text = std::to_string(big) + big_unit;
    if (small != 0) text += std::to_string(small) + unit;
    return text;
}

}  // namespace

std::string to_rfc3339(Instant at) {
    std::string text = date_time(at);
    std::int64_t nanos = nanos_of(at);
    if (nanos != 0) {
        int digits = 9;
        for (; nanos % 1000 == 0; nanos /= 1000) digits -= 3;
        std::string fraction = std::to_string(nanos);
        text +=
            '.' + std::string(static_cast<std::size_t>(digits) - fraction.size(), '0') + fraction;
    }
    return text + 'Z';
}

std::string to_rfc3339_seconds(Instant at) { return date_time(at) + 'Z'; }

Result<Instant> parse_rfc3339(std::string_view text) {
    std::string_view rest = text;
    const auto local = take_date_time(rest);
    if (!local) return not_a_time(text);
    const auto fraction = take_fraction(rest);
    if (!fraction) return not_a_time(text);
    const auto offset = take_offset(rest);
    if (!offset || !rest.empty()) return not_a_time(text);
    const std::chrono::seconds utc = *local - *offset;
    // One second short of what 64 bits of nanoseconds hold, so that the fraction always fits.
    constexpr auto limit = std::chrono::duration_cast<std::chrono::seconds>(Duration::max());
    if (utc >= limit || utc <= -limit) {
        return fail(
            Code::invalid, "\"" + std::string(text) + "\" is out of range: years 1678 to 2261"
        );
    }
    return Instant{Duration{utc} + *fraction};
}

Result<Duration> parse_duration(std::string_view text) {
    std::string_view rest = text;
    const bool negative = take(rest, '-');
    if (!negative) take(rest, '+');
    if (rest == "0") return Duration{};
    if (rest.empty()) return bad_duration("invalid", text);
    std::uint64_t total = 0;
    while (!rest.empty()) {
        const auto term = take_term(rest, text);
        if (!term) return std::unexpected(term.error());
        total += *term;
        if (total > two_to_63) return bad_duration("out of range:", text);
    }
    if (negative) return Duration{static_cast<std::int64_t>(0 - total)};
    if (total == two_to_63) return bad_duration("out of range:", text);
    return Duration{static_cast<std::int64_t>(total)};
}

std::string to_text(Duration duration) {
    const bool negative = duration.count() < 0;
    const auto count = static_cast<std::uint64_t>(duration.count());
    const std::uint64_t nanos = negative ? 0 - count : count;
    const std::string sign = negative ? "-" : "";
    if (nanos == 0) return "0s";
    if (nanos < 1'000) return sign + std::to_string(nanos) + "ns";
    if (nanos < 1'000'000) return sign + decimal(nanos, 3) + "\u00b5s";
    if (nanos < 1'000'000'000) return sign + decimal(nanos, 6) + "ms";
    constexpr std::uint64_t minute = 60'000'000'000;
    std::string text = decimal(nanos % minute, 9) + "s";
    const std::uint64_t minutes = nanos / minute;
    if (minutes > 0) text = std::to_string(minutes % 60) + "m" + text;
    if (minutes >= 60) text = std::to_string(minutes / 60) + "h" + text;
    return sign + text;
}

std::string to_age(Duration duration) {
    const std::int64_t whole = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    const std::int64_t minutes = whole / 60;
    const std::int64_t hours = minutes / 60;
    const std::int64_t all_days = hours / 24;
    if (whole < -1) return "<invalid>";
    if (whole < 0) return "0s";
    if (whole < 120) return std::to_string(whole) + "s";
    if (minutes < 10) return pair_text(minutes, "m", whole % 60, "s");
    if (minutes < 180) return std::to_string(minutes) + "m";
    if (hours < 8) return pair_text(hours, "h", minutes % 60, "m");
    if (hours < 48) return std::to_string(hours) + "h";
    if (all_days < 8) return pair_text(all_days, "d", hours % 24, "h");
    if (all_days < 2 * 365) return std::to_string(all_days) + "d";
    if (all_days < 8 * 365) return pair_text(all_days / 365, "y", all_days % 365, "d");
    return std::to_string(all_days / 365) + "y";
}

}  // namespace swell
