#pragma once

#include <map>
#include <string>
#include <vector>

#include "journal/entry.hpp"

namespace swell::journal {

/// What an autoscaler that only observes would have set, beside what there was. Made of its own
/// entries alone (those whose observation says `observes`): `before` is what there was, `after`
/// what it would have been.
struct Comparison {
    /// A moment from which on one of both was another.
    struct Row {
        Instant at{};
        std::string what;  ///< `replicas`, a container, `pod shop-0`
        Json is, would_be;
        std::string why;  ///< the summary, without what the row says already
    };
    /// A number over the time it was watched.
    struct Total {
        Duration watched{}, differed{};
        double is = 0, would_be = 0;  ///< integrals over `watched`, in hours

        double mean_is() const;
        double mean_would_be() const;
    };

    std::vector<Row> rows;                ///< oldest first
    std::map<std::string, Total> totals;  ///< of what is a number
};

/// An entry stands for what holds until the next one, but for no longer than this: decisions that
/// change nothing are journaled every two minutes, so a longer gap is a time in which nobody
/// watched.
inline constexpr Duration entry_stands_for = std::chrono::minutes(3);

/// entries  of one subject, newest first, as a journal reads them; others are left out
/// now      until when the newest one stands
Comparison compare(const std::vector<Entry>& entries, Instant now);

/// A table of the newest `most` rows and a sentence for each total. Ends with a newline; empty
/// when nothing was observed.
std::string to_text(const Comparison& comparison, std::size_t most);
Json to_json(const Comparison& comparison);

}  // namespace swell::journal
