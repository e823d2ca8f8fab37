#include "base/yaml/resolve.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace swell::yaml {
namespace {

using Type = Node::Type;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Word {
    std::string_view text;
    Type type;
    std::string_view meaning;
};
constexpr Word words[] = {
    {"y", Type::boolean, "true"},      {"Y", Type::boolean, "true"},
    {"yes", Type::boolean, "true"},    {"Yes", Type::boolean, "true"},
    {"YES", Type::boolean, "true"},    {"true", Type::boolean, "true"},
    {"True", Type::boolean, "true"},   {"TRUE", Type::boolean, "true"},
    {"on", Type::boolean, "true"},     {"On", Type::boolean, "true"},
    {"ON", Type::boolean, "true"},     {"n", Type::boolean, "false"},
    {"N", Type::boolean, "false"},     {"no", Type::boolean, "false"},
    {"No", Type::boolean, "false"},    {"NO", Type::boolean, "false"},
    {"false", Type::boolean, "false"}, {"False", Type::boolean, "false"},
    {"FALSE", Type::boolean, "false"}, {"off", Type::boolean, "false"},
    {"Off", Type::boolean, "false"},   {"OFF", Type::boolean, "false"},
    {"", Type::null, "null"},          {"~", Type::null, "null"},
    {"null", Type::null, "null"},      {"Null", Type::null, "null"},
    {"NULL", Type::null, "null"},      {".nan", Type::number, ".nan"},
    {".NaN", Type::number, ".nan"},    {".NAN", Type::number, ".nan"},
    {".inf", Type::number, ".inf"},    {".Inf", Type::number, ".inf"},
    {".INF", Type::number, ".inf"},    {"+.inf", Type::number, ".inf"},
    {"+.Inf", Type::number, ".inf"},   {"+.INF", Type::number, ".inf"},
    {"-.inf", Type::number, "-.inf"},  {"-.Inf", Type::number, "-.inf"},
    {"-.INF", Type::number, "-.inf"},
};

const Word* find_word(std::string_view text) {
    if (text.size() > 5) return nullptr;  // the longest is `false`
    const auto* found = std::ranges::find(words, text, &Word::text);
    return found == std::end(words) ? nullptr : found;
}

/// Takes the prefix that names the base, as Go's strconv.ParseInt with base 0.
int take_base(std::string_view& digits) {
    if (digits.size() < 2 || digits.front() != '0') return 10;
    const char mark = static_cast<char>(digits[1] | 0x20);
    const int base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
    if (base != 0 && digits.size() > 2) {
        digits.remove_prefix(2);
        return base;
    }
    digits.remove_prefix(1);
    return 8;
}

/// An integer of 64 bits in any of YAML 1.1's notations, in decimal; without a sign up to 2^64 - 1.
std::optional<std::string> read_integer(std::string_view text) {
    const bool has_sign = !text.empty() && (text.front() == '-' || text.front() == '+');
    const bool negative = has_sign && text.front() == '-';
    std::string_view digits = text.substr(has_sign ? 1 : 0);
    const int base = take_base(digits);
    if (digits.empty()) return {};
    std::uint64_t number = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, number, base);
    if (read.ec != std::errc{} || read.ptr != end) return {};
    constexpr std::uint64_t two_to_63 = std::uint64_t{1} << 63;
    if (has_sign && number > (negative ? two_to_63 : two_to_63 - 1)) return {};
    return (negative && number != 0 ? "-" : "") + std::to_string(number);
}

/// `[-+]? ( .digits | digits [.digits] ) ( [eE] [-+]? digits )?`
bool looks_like_number(std::string_view text) {
    std::size_t i = 0;
    const auto digits = [&] {
        const std::size_t start = i;
        while (i < text.size() && is_digit(text[i])) ++i;
        return i - start;
    };
    const auto sign = [&] { i += i < text.size() && (text[i] == '-' || text[i] == '+') ? 1 : 0; };
    sign();
    const std::size_t whole = digits();
    std::size_t places = 0;
    if (i < text.size() && text[i] == '.') {
        ++i;
        places = digits();
    }
    if (whole + places == 0) return false;
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        ++i;
        sign();
        if (digits() == 0) return false;
    }
    return i == text.size();
}

/// Through a double, as Go's JSON prints it: shortest digits, an exponent below 1e-6 and from 1e21.
std::optional<Scalar> read_number(std::string_view text) {
    const std::string copy(text);
    // strtod, because from_chars does not tell an underflow, which is 0, from an overflow.
    const double number = std::strtod(copy.c_str(), nullptr);
    if (std::isinf(number)) return {};
    std::array<char, 40> buffer{};
    char* const start = buffer.data();
    const double magnitude = std::abs(number);
    const auto end =
        std::to_chars(start, start + buffer.size(), magnitude, std::chars_format::scientific).ptr;
    const std::string_view shortest(start, static_cast<std::size_t>(end - start));
    const std::size_t mark = shortest.find('e');
    std::string digits(1, shortest.front());
    if (mark > 1) digits += shortest.substr(2, mark - 2);
    const int exponent = std::atoi(std::string(shortest.substr(mark + 1)).c_str());
    const std::string sign = std::signbit(number) ? "-" : "";
    if (magnitude != 0 && (exponent < -6 || exponent >= 21)) {
        std::string decimal = digits.substr(0, 1);
        if (digits.size() > 1) decimal += "." + digits.substr(1);
        const std::string power = (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
        return Scalar{Type::number, sign + decimal + power};
    }
    const auto places = static_cast<std::size_t>(std::abs(exponent));
    if (exponent < 0) {
        return Scalar{Type::number, sign + "0." + std::string(places - 1, '0') + digits};
    }
    if (digits.size() <= places + 1) {
        const std::string whole = digits + std::string(places + 1 - digits.size(), '0');
        return Scalar{Type::integer, magnitude == 0 ? "0" : sign + whole};
    }
    return Scalar{
        Type::number, sign + digits.substr(0, places + 1) + "." + digits.substr(places + 1)
    };
}

/// `2026-11-24` and `2026-11-24T12:00:00Z`, loosely.
bool looks_like_date(std::string_view text) {
    std::size_t i = 0;
    const auto digits = [&](std::size_t most) {
        const std::size_t start = i;
        while (i < text.size() && i - start < most && is_digit(text[i])) ++i;
        return i - start;
    };
    const auto dash = [&] { return i < text.size() && text[i++] == '-'; };
    if (digits(4) != 4 || !dash() || digits(2) == 0 || !dash() || digits(2) == 0) return false;
    if (i == text.size()) return true;
    const char separator = text[i++];
    return (separator == 'T' || separator == 't' || separator == ' ') && digits(1) == 1;
}

/// `190:20:30`, which YAML 1.1 takes for a number in base 60.
bool looks_like_base_60(std::string_view text) {
    if (text.find(':') == std::string_view::npos) return false;
    const std::size_t start = text.front() == '-' || text.front() == '+' ? 1 : 0;
    if (start == text.size() || !is_digit(text[start])) return false;
    return text.find_first_not_of("0123456789_:.", start) == std::string_view::npos;
}

std::optional<std::string> decode_base64(std::string_view text) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    std::uint32_t bits = 0;
    std::size_t count = 0;
    for (const char c : text) {
        if (c == '\n' || c == '\r' || c == ' ' || c == '=') continue;
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos) return {};
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        if (++count % 4 != 1) {
            bytes += static_cast<char>(bits >> ((3 - (count - 1) % 4) * 2));
        }
    }
    if (count % 4 == 1) return {};
    return bytes;
}

}  // namespace

Scalar resolve_plain(std::string_view plain) {
    if (const Word* word = find_word(plain)) return {word->type, std::string(word->meaning)};
    const char first = plain.front();
    Scalar text{Type::string, std::string(plain)};
    if (first == '.') return looks_like_number(plain) ? read_number(plain).value_or(text) : text;
    if (!is_digit(first) && first != '-' && first != '+') return text;
    std::string digits(plain);
    std::erase(digits, '_');
    if (auto integer = read_integer(digits)) return {Type::integer, std::move(*integer)};
    return looks_like_number(digits) ? read_number(digits).value_or(text) : text;
}

std::optional<Scalar> resolve_tagged(std::string_view tag, std::string_view text) {
    constexpr std::string_view prefix = "tag:yaml.org,2002:";
    Scalar as_text{Type::string, std::string(text)};
    if (!tag.starts_with(prefix)) return as_text;
    const std::string_view name = tag.substr(prefix.size());
    if (name == "binary") {
        auto bytes = decode_base64(text);
        if (!bytes) return {};
        return Scalar{Type::string, std::move(*bytes)};
    }
    Scalar plain = resolve_plain(text);
    const bool numeric = plain.type == Type::integer || plain.type == Type::number;
    if (name == "int") return plain.type == Type::integer ? std::optional(plain) : std::nullopt;
    if (name == "float") return numeric ? std::optional(plain) : std::nullopt;
    if (name == "bool") return plain.type == Type::boolean ? std::optional(plain) : std::nullopt;
    if (name == "null") return plain.type == Type::null ? std::optional(plain) : std::nullopt;
    return as_text;
}

bool needs_quotes(std::string_view text) {
    return resolve_plain(text).type != Type::string || text == "<<" || looks_like_date(text) ||
           looks_like_base_60(text);
}

}  // namespace swell::yaml
