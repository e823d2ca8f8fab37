#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace swell::sim {

/// A load over time: requests a second, constant from each row to the next.
///
/// The last row holds for one step, which is the commonest distance of two rows. After that the
/// trace begins again: a day may stand for a year.
class Trace {
  public:
    struct Row {
        Duration at{};    ///< from the start; rises
        double rate = 0;  ///< requests a second, from 0 to most_rate
    };

    /// At least one row; the first is at 0.
    explicit Trace(std::vector<Row> rows);
    /// A load that never changes.
    static Trace steady(double rate) { return Trace({{Duration{}, rate}}); }

    double rate_at(Duration at) const;
    /// When the rate may change next: later than `at`. A steady trace says Duration::max().
    Duration next_change(Duration at) const;
    /// Of one round.
    Duration length() const { return length_; }
    const std::vector<Row>& rows() const { return rows_; }
    /// The same shape, with its highest rate at `peak`. A trace of zeros stays.
    Trace scaled_to(double peak) const;
    /// The same load, begun `by` later: what was at `by` comes first.
    Trace shifted(Duration by) const;

  private:
    std::size_t row_of(Duration within) const;

    std::vector<Row> rows_;
    Duration length_{};
};

inline constexpr double most_rate = 1e9;

/// A trace as it was read, and what its reader should know of it.
struct TraceRead {
    Trace trace;
    std::vector<std::string> warnings;  ///< `load.csv:14: 10m missing; the rate before holds`
};

/// Reads `time_s,rps` lines: seconds from the start (decimals allowed), requests a second. There
/// may be a header, which begins with these two names. Blank lines and lines that begin with # are
/// passed over; columns after the second too.
/// The first row's time counts as the start.
///
/// A distance of more than one and a half steps is a gap: the rate before it holds, and a warning
/// says so.
/// Errors  invalid, with `file:line:column`: another header, not a number, NaN or infinite,
/// negative, a rate over
///         most_rate, times that do not rise, no rows.
Result<TraceRead> parse_trace(std::string_view text, const std::string& file);

}  // namespace swell::sim
