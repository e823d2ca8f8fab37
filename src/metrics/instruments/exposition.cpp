#include "metrics/instruments/exposition.hpp"

#include <charconv>
#include <cmath>

#include "base/check.hpp"
#include "base/text.hpp"

namespace swell::metrics {

namespace {

const char* word(Type type) {
    switch (type) {
        case Type::counter:
            return "counter";
        case Type::gauge:
            return "gauge";
        case Type::histogram:
            return "histogram";
        case Type::untyped:
            break;
    }
    return "untyped";
}

/// Backslash and line feed are escaped everywhere, the quote in label values only. Prometheus drops
/// a whole page for one byte that is not UTF-8, so such text loses its foreign bytes instead.
void append_escaped(std::string& out, std::string_view text, bool quote) {
    const bool clean = is_utf8(text);
    for (const char c : text) {
        if (c == '\\') {
            out += "\\\\";
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '"' && quote) {
            out += "\\\"";
        } else if (!clean && static_cast<unsigned char>(c) >= 0x80) {
            out += '?';
        } else {
            out += c;
        }
    }
}

}  // namespace

std::string prometheus_name(std::string_view name, Type type) {
    std::string out(name);
    for (char& c : out) {
        if (c == '.' || c == '-') c = '_';
    }
    if (type == Type::counter && !out.ends_with("_total")) out += "_total";
    return out;
}

std::string prometheus_number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    char digits[32];
    // Whole numbers stay readable up to what a double counts exactly.
    const bool whole = value == std::floor(value) && std::fabs(value) < 0x1p53;
    const auto end =
        whole ? std::to_chars(std::begin(digits), std::end(digits), static_cast<long long>(value))
              : std::to_chars(std::begin(digits), std::end(digits), value);
    return std::string(std::begin(digits), end.ptr);
}

void Exposition::family(std::string_view name, Type type, std::string_view help) {
    name_ = prometheus_name(name, type);
    text_ += "# HELP " + name_ + ' ';
    append_escaped(text_, help, false);
    text_ += "\n# TYPE " + name_ + ' ' + word(type) + '\n';
}

void Exposition::sample(const Labels& labels, double value) { line({}, labels, value); }

void Exposition::histogram(
    const Labels& labels,
    const std::vector<double>& bounds,
    const std::vector<std::uint64_t>& counts,
    double sum
) {
    CHECK(counts.size() == bounds.size() + 1);
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        total += counts[i];
        const std::string le = i < bounds.size() ? prometheus_number(bounds[i]) : "+Inf";
        line({.name = "_bucket", .le = le}, labels, static_cast<double>(total));
    }
    line({.name = "_sum", .le = {}}, labels, sum);
    line({.name = "_count", .le = {}}, labels, static_cast<double>(total));
}

void Exposition::line(const Suffix& suffix, const Labels& labels, double value) {
    text_ += name_;
    text_ += suffix.name;
    char separator = '{';
    const auto label = [&](std::string_view name, std::string_view content) {
        text_ += separator;
        text_ += name;
        text_ += "=\"";
        append_escaped(text_, content, true);
        text_ += '"';
        separator = ',';
    };
    for (const auto& [name, content] : labels) label(name, content);
    if (!suffix.le.empty()) label("le", suffix.le);
    if (separator == ',') text_ += '}';
    text_ += ' ';
    text_ += prometheus_number(value);
    text_ += '\n';
}

}  // namespace swell::metrics
