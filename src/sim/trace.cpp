#include "sim/trace.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "base/check.hpp"
#include "base/text.hpp"

namespace swell::sim {

namespace {

constexpr double longest_seconds = 100.0 * 366 * 24 * 3600;  // a century

Duration commonest_step(const std::vector<Trace::Row>& rows) {
    std::map<Duration, std::size_t> counts;
    for (std::size_t i = 1; i < rows.size(); ++i) ++counts[rows[i].at - rows[i - 1].at];
    const auto best = std::ranges::max_element(counts, {}, [](const auto& c) { return c.second; });
    return best == counts.end() ? Duration{} : best->first;
}

/// One line of the text, cut at its commas.
struct Line {
    std::string_view text;
    std::size_t number = 0;
};

class Parser {
  public:
    explicit Parser(const std::string& file) : file_(file) {}

    Result<void> line(const Line& line) {
        const std::string_view text = trim(line.text);
        if (text.empty() || text.front() == '#') return {};
        const std::size_t comma = line.text.find(',');
        if (is_header(line.text.substr(0, comma))) return header(line);
        started_ = true;
        if (comma == std::string_view::npos)
            return refuse(line, line.text.size(), "expected time_s,rps, got one column");
        std::string_view rest = line.text.substr(comma + 1);
        rest = rest.substr(0, rest.find(','));
        const auto time = number(line, line.text.substr(0, comma), 0, "time_s", longest_seconds);
        if (!time) return std::unexpected(time.error());
        const auto rate = number(line, rest, comma + 1, "rps", most_rate);
        if (!rate) return std::unexpected(rate.error());
        return row(line, *time, *rate);
    }

    Result<TraceRead> take() {
        if (rows_.empty()) return fail(Code::invalid, file_ + ": there are no rows of time_s,rps");
        TraceRead read{Trace(rows_), {}};
        const Duration step = commonest_step(rows_);
        for (std::size_t i = 1; i < rows_.size(); ++i) {
            const Duration distance = rows_[i].at - rows_[i - 1].at;
            if (distance <= step + step / 2) continue;
            if (read.warnings.size() == most_warnings) {
                read.warnings.push_back(file_ + ": and more gaps");
                break;
            }
            read.warnings.push_back(
                file_ + ":" + std::to_string(lines_[i]) + ": " + to_text(distance - step) +
                " missing; the rate before holds"
            );
        }
        return read;
    }

  private:
    static constexpr std::size_t most_warnings = 20;

    /// Only the first line that says something, and only what does not even begin like a number.
    bool is_header(std::string_view first) const {
        const std::string_view word = trim(first);
        if (started_ || word.empty()) return false;
        const char c = word.front();
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '"';
        return letter && word != "nan" && word != "NaN" && word != "inf" && word != "Infinity";
    }

    /// Columns in another order, or of something else, would be read as what they are not.
    Result<void> header(const Line& line) {
        started_ = true;
        std::string names;
        for (const std::string_view cell : split(trim(line.text), ',')) {
            std::string_view name = trim(cell);
            if (name.size() >= 2 && name.front() == '"' && name.back() == '"')
                name = name.substr(1, name.size() - 2);
            names += (names.empty() ? "" : ",") + std::string(name);
        }
        if (names == "time_s,rps" || names.starts_with("time_s,rps,")) return {};
        return refuse(line, 0, "the header must begin with time_s,rps, got " + names.substr(0, 40));
    }

    std::unexpected<Error> refuse(const Line& line, std::size_t at, const std::string& what) const {
        return fail(
            Code::invalid,
            file_ + ":" + std::to_string(line.number) + ":" + std::to_string(at + 1) + ": " + what
        );
    }

    Result<double> number(
        const Line& line, std::string_view cell, std::size_t at, const char* name, double most
    ) const {
        const std::string_view text = trim(cell);
        const std::string got =
            ", got " + (text.empty() ? "nothing" : std::string(text.substr(0, 40)));
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc::result_out_of_range)
            return refuse(line, at, std::string(name) + ": out of range" + got);
        if (error != std::errc{} || end != text.data() + text.size() || text.empty())
            return refuse(line, at, std::string(name) + ": must be a number" + got);
        if (!std::isfinite(value))
            return refuse(line, at, std::string(name) + ": must be finite" + got);
        if (value < 0) return refuse(line, at, std::string(name) + ": must not be negative" + got);
        if (value > most) {
            char bound[32];
            std::snprintf(bound, sizeof bound, "%.0f", most);
            return refuse(line, at, std::string(name) + ": must be at most " + bound + got);
        }
        return value;
    }

    Result<void> row(const Line& line, double time, double rate) {
        const Duration at(static_cast<std::int64_t>(std::llround(time * 1e9)));
        if (rows_.empty()) first_ = at;
        if (!rows_.empty() && at - first_ <= rows_.back().at)
            return refuse(
                line,
                0,
                "time_s: must be after the row before (" + to_text(rows_.back().at + first_) +
                    "), got " + to_text(at)
            );
        rows_.push_back({at - first_, rate});
        lines_.push_back(line.number);
        return {};
    }

    const std::string& file_;
    bool started_ = false;
    Duration first_{};
    std::vector<Trace::Row> rows_;
    std::vector<std::size_t> lines_;
};

}  // namespace

Trace::Trace(std::vector<Row> rows) : rows_(std::move(rows)) {
    CHECK(!rows_.empty() && rows_.front().at == Duration{});
    length_ = rows_.back().at + commonest_step(rows_);
}

std::size_t Trace::row_of(Duration within) const {
    const auto after = std::ranges::upper_bound(rows_, within, {}, &Row::at);
    return static_cast<std::size_t>(after - rows_.begin()) - 1;
}

double Trace::rate_at(Duration at) const {
    if (length_ == Duration{}) return rows_.front().rate;
    return rows_[row_of(at % length_)].rate;
}

Duration Trace::next_change(Duration at) const {
    if (length_ == Duration{}) return Duration::max();
    const Duration within = at % length_;
    const std::size_t next = row_of(within) + 1;
    return at - within + (next < rows_.size() ? rows_[next].at : length_);
}

Trace Trace::scaled_to(double peak) const {
    double highest = 0;
    for (const Row& row : rows_) highest = std::max(highest, row.rate);
    if (highest <= 0) return *this;
    Trace scaled = *this;
    for (Row& row : scaled.rows_) row.rate *= peak / highest;
    return scaled;
}

Trace Trace::shifted(Duration by) const {
    if (length_ == Duration{}) return *this;
    const Duration offset = by % length_;
    const std::size_t first = row_of(offset);
    Trace moved = *this;
    moved.rows_.clear();
    moved.rows_.push_back({Duration{}, rows_[first].rate});
    for (std::size_t i = first + 1; i < rows_.size(); ++i)
        moved.rows_.push_back({rows_[i].at - offset, rows_[i].rate});
    for (std::size_t i = 0; i <= first; ++i) {
        const Duration at = rows_[i].at + length_ - offset;
        if (at < length_) moved.rows_.push_back({at, rows_[i].rate});
    }
    return moved;
}

Result<TraceRead> parse_trace(std::string_view text, const std::string& file) {
    Parser parser(file);
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    std::size_t number = 0;
    for (const std::string_view line : split(text, '\n'))
        if (auto taken = parser.line({line, ++number}); !taken)
            return std::unexpected(taken.error());
    return parser.take();
}

}  // namespace swell::sim
