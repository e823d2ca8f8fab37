#include "journal/explain.hpp"

#include <algorithm>

#include "journal/columns.hpp"

namespace swell::journal {

namespace {

/// An observation without what a controller keeps for its own restart; `-o json` has it.
Json for_people(Json observation) {
    if (!observation.is_object()) return observation;
    for (const char* own : {"memory", "uid"}) observation.erase(own);
    return observation;
}

/// `currentReplicas` and `current_replicas` as `current replicas`; the name of an object stays.
std::string words(const std::string& name) {
    std::string text;
    for (const char c : name) {
        const bool upper = c >= 'A' && c <= 'Z';
        if (upper && !text.empty() && text.back() != ' ') text += ' ';
        text += upper ? static_cast<char>(c - 'A' + 'a') : c == '_' ? ' ' : c;
    }
    return text;
}

/// A value in a line: `name cpu, usage 342m`.
std::string inline_text(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (!value.is_structured()) return value.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string text;
    for (const auto& [name, item] : value.items()) {
        if (!text.empty()) text += ", ";
        if (value.is_object()) text += words(name) + ' ';
        text += item.is_structured() ? '(' + inline_text(item) + ')' : inline_text(item);
    }
    return text.empty() ? "none" : text;
}

/// One row a field; a list of objects takes a row for each of them.
Rows rows_of(const Json& json) {
    Rows rows;
    if (!json.is_object()) {
        if (!json.is_null()) rows.push_back({inline_text(json)});
        return rows;
    }
    for (const auto& [name, value] : json.items()) {
        const bool listed = value.is_array() && !value.empty() && value.front().is_object();
        if (!listed) rows.push_back({words(name), inline_text(value)});
        bool first = true;
        for (const Json& item : listed ? value : Json::array()) {
            rows.push_back({first ? words(name) : "", inline_text(item)});
            first = false;
        }
    }
    return rows;
}

/// What changes: `replicas 2 → 5`; fields that stay are left out unless none changes.
Rows changes_of(const Json& before, const Json& after) {
    Rows rows;
    if (!after.is_object()) return rows;
    for (const auto& [name, value] : after.items()) {
        const bool known = before.is_object() && before.contains(name);
        if (known && before[name] == value) continue;
        rows.push_back(
            {words(name), (known ? inline_text(before[name]) + " → " : "") + inline_text(value)}
        );
    }
    if (rows.empty())
        for (const auto& [name, value] : after.items())
            rows.push_back({words(name), inline_text(value) + ", as before"});
    return rows;
}

std::string outcome_of(const Entry& entry) {
    if (entry.outcome.empty()) return "not known: written before it was acted on";
    if (entry.outcome == "none") return "nothing to do";
    std::string text = entry.outcome;
    if (entry.outcome_at && *entry.outcome_at > entry.at)
        text += ", " + to_text(*entry.outcome_at - entry.at) + " later";
    return text;
}

/// The first row carries the heading.
std::string section(const std::string& heading, const Rows& rows) {
    if (rows.empty()) return {};
    std::string text = columns(rows, "          ");
    text.replace(0, heading.size(), heading);
    return text;
}

Rows arithmetic_of(const std::vector<Step>& steps) {
    Rows rows;
    for (const Step& step : steps)
        rows.push_back({step.text.empty() ? inline_text(step.numbers) : step.text, step.rule});
    return rows;
}

std::string next_of(const Entry& entry, Instant now) {
    const auto next = next_change(entry);
    if (!next) return {};
    const std::string when =
        next->at > now ? "in " + to_age(next->at - now) : to_age(now - next->at) + " ago";
    return section(
        "next", {{clock_text(next->at) + " UTC (" + when + ") at the earliest: " + next->rule}}
    );
}

}  // namespace

bool decides_replicas(const Entry& entry) {
    return entry.after.is_object() && entry.after.contains("replicas") &&
           entry.after["replicas"].is_number_integer();
}

std::optional<Next> next_change(const Entry& entry) {
    std::optional<Next> next;
    for (const Step& step : entry.steps) {
        if (!step.numbers.is_object() || !step.numbers.contains("until")) continue;
        const Json& until = step.numbers["until"];
        const auto at = parse_rfc3339(until.is_string() ? until.get<std::string>() : "");
        if (at && *at > entry.at && (!next || *at < next->at)) next = Next{*at, step.rule};
    }
    return next;
}

std::string explain(const Entry& entry, const std::vector<Entry>& earlier, Instant now) {
    std::string text = entry.subject + ": " + entry.summary + "\n\n";
    const std::string ago =
        now >= entry.at ? to_age(now - entry.at) + " ago" : "ahead of this clock";
    text += section(
        "when",
        {{clock_text(entry.at) + " UTC (" + ago + "), decision " + std::to_string(entry.id) +
          " of " + entry.controller}}
    );
    text += section("seen", rows_of(for_people(entry.observation)));
    text += section("because", arithmetic_of(entry.steps));
    text += section("so", changes_of(entry.before, entry.after));
    text += section("outcome", {{outcome_of(entry)}});
    text += next_of(entry, now);

    std::vector<Entry> others;
    for (const Entry& other : earlier)
        if (other.id != entry.id) others.push_back(other);
    if (!others.empty()) text += "\nbefore that\n" + history(others);
    return text;
}

std::string history(const std::vector<Entry>& entries) {
    Rows rows{{"TIME (UTC)", "SUBJECT", "ACTION", "OUTCOME", "SUMMARY"}};
    for (const Entry& entry : entries) {
        const std::string outcome = entry.outcome.empty()     ? "?"
                                    : entry.outcome == "none" ? "-"
                                                              : entry.outcome;
        rows.push_back({clock_text(entry.at), entry.subject, entry.action, outcome, entry.summary});
    }
    return columns(rows, "");
}

std::vector<Entry> without_namesakes(std::vector<Entry> entries) {
    const auto uid = [](const Entry& entry) {
        const Json& seen = entry.observation;
        return seen.is_object() ? seen.value("uid", Json()) : Json();
    };
    if (entries.empty()) return entries;
    const Json newest = uid(entries.front());
    std::erase_if(entries, [&](const Entry& entry) { return uid(entry) != newest; });
    return entries;
}

}  // namespace swell::journal
