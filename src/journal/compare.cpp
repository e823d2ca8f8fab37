#include "journal/compare.hpp"

#include <algorithm>
#include <cstdio>

#include "journal/columns.hpp"

namespace swell::journal {

namespace {

bool is_observation(const Entry& entry) {
    return entry.observation.is_object() && entry.observation.contains("observes") &&
           entry.before.is_object() && entry.after.is_object();
}

/// `would scale 2 → 4: cpu 140 % of request, target 70 %` says the first part in columns.
std::string why_of(const Entry& entry) {
    const std::size_t colon = entry.summary.find(": ");
    return colon == std::string::npos ? entry.summary : entry.summary.substr(colon + 2);
}

std::string text_of(const Json& value) {
    if (value.is_null()) return "-";
    return value.is_string() ? value.get<std::string>() : value.dump();
}

double hours(Duration duration) {
    return std::chrono::duration<double, std::ratio<3600>>(duration).count();
}

std::string decimal(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
}

void add(Comparison::Total& total, const Comparison::Row& row, Duration length) {
    total.watched += length;
    if (row.is != row.would_be) total.differed += length;
    total.is += row.is.get<double>() * hours(length);
    total.would_be += row.would_be.get<double>() * hours(length);
}

std::string sentence(const std::string& what, const Comparison::Total& total) {
    const double share =
        total.watched > Duration{} ? hours(total.differed) / hours(total.watched) : 0;
    return what + ", watched for " + to_age(total.watched) + ": mean " + decimal(total.mean_is()) +
           ", would have been " + decimal(total.mean_would_be()) + "; " + decimal(total.is) +
           " hours, would have been " + decimal(total.would_be) + "; differed for " +
           decimal(share * 100) + " % of the time\n";
}

}  // namespace

double Comparison::Total::mean_is() const { return watched > Duration{} ? is / hours(watched) : 0; }
double Comparison::Total::mean_would_be() const {
    return watched > Duration{} ? would_be / hours(watched) : 0;
}

Comparison compare(const std::vector<Entry>& entries, Instant now) {
    Comparison made;
    std::map<std::string, Comparison::Row> last;
    // What was last seen of each thing stands until `at`.
    const auto stand_until = [&](const std::string& what, Instant at) {
        const auto found = last.find(what);
        if (found == last.end()) return;
        const Comparison::Row& row = found->second;
        if (!row.is.is_number() || !row.would_be.is_number() || at <= row.at) return;
        add(made.totals[what], row, std::min(at - row.at, entry_stands_for));
    };
    for (auto at = entries.rbegin(); at != entries.rend(); ++at) {
        const Entry& entry = *at;
        if (!is_observation(entry)) continue;
        for (const auto& [what, would_be] : entry.after.items()) {
            const auto is = entry.before.find(what);
            Comparison::Row row{
                entry.at, what, is == entry.before.end() ? Json() : *is, would_be, why_of(entry)
            };
            stand_until(what, entry.at);
            const auto found = last.find(what);
            const bool is_news = found == last.end() || found->second.is != row.is ||
                                 found->second.would_be != row.would_be;
            if (is_news) made.rows.push_back(row);
            last[what] = std::move(row);
        }
    }
    for (const auto& [what, row] : last) stand_until(what, now);
    return made;
}

std::string to_text(const Comparison& comparison, std::size_t most) {
    const std::vector<Comparison::Row>& all = comparison.rows;
    if (all.empty()) return {};
    const bool is_one = std::ranges::all_of(all, [&](const Comparison::Row& row) {
        return row.what == all.front().what;
    });
    Rows rows{{"TIME (UTC)", is_one ? upper(all.front().what) : "WHAT", "WOULD BE", "WHY"}};
    if (!is_one) rows.front().insert(rows.front().begin() + 2, "IS");
    const std::size_t skipped = all.size() > most ? all.size() - most : 0;
    for (std::size_t i = skipped; i < all.size(); ++i) {
        std::vector<std::string>& row = rows.emplace_back();
        row = {clock_text(all[i].at), text_of(all[i].is), text_of(all[i].would_be), all[i].why};
        if (!is_one) row.insert(row.begin() + 1, all[i].what);
    }
    std::string text;
    if (skipped > 0)
        text += std::to_string(skipped) + " earlier rows are left out; -o json has all\n";
    text += columns(rows, "");
    if (!comparison.totals.empty()) text += '\n';
    for (const auto& [what, total] : comparison.totals) text += sentence(what, total);
    return text;
}

Json to_json(const Comparison& comparison) {
    Json rows = Json::array();
    for (const Comparison::Row& row : comparison.rows)
        rows.push_back(
            {{"at", to_rfc3339(row.at)},
             {"what", row.what},
             {"is", row.is},
             {"wouldBe", row.would_be},
             {"why", row.why}}
        );
    Json totals = Json::object();
    for (const auto& [what, total] : comparison.totals)
        totals[what] = {
            {"watchedSeconds", seconds(total.watched)},
            {"differedSeconds", seconds(total.differed)},
            {"meanIs", total.mean_is()},
            {"meanWouldBe", total.mean_would_be()},
            {"hoursIs", total.is},
            {"hoursWouldBe", total.would_be}
        };
    return {{"rows", std::move(rows)}, {"totals", std::move(totals)}};
}

}  // namespace swell::journal
