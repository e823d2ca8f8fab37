#include "journal/entry.hpp"

namespace swell::journal {

namespace {

std::string text_at(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json value_at(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() ? *found : Json();
}

void put(Json& json, const char* name, const Json& value) {
    if (!value.is_null()) json[name] = value;
}

Result<Instant> instant_at(const Json& json, const char* name) {
    auto at = parse_rfc3339(text_at(json, name));
    if (!at)
        return fail(Code::invalid, std::string("journal entry: ") + name + ": " + at.error().what);
    return at;
}

}  // namespace

Json to_json(const Entry& entry) {
    Json json = {
        {"id", entry.id},
        {"at", to_rfc3339(entry.at)},
        {"controller", entry.controller},
        {"subject", entry.subject},
        {"namespace", entry.ns},
        {"name", entry.name},
        {"action", entry.action},
        {"summary", entry.summary},
    };
    put(json, "observation", entry.observation);
    json["steps"] = Json::array();
    for (const Step& step : entry.steps) {
        Json row = {{"rule", step.rule}, {"text", step.text}};
        put(row, "numbers", step.numbers);
        json["steps"].push_back(std::move(row));
    }
    put(json, "before", entry.before);
    put(json, "after", entry.after);
    json["outcome"] = entry.outcome;
    if (entry.outcome_at) json["outcomeAt"] = to_rfc3339(*entry.outcome_at);
    return json;
}

Result<Entry> entry_from_json(const Json& json) {
    if (!json.is_object()) return fail(Code::invalid, "journal entry: expected an object");
    const auto at = instant_at(json, "at");
    if (!at) return std::unexpected(at.error());
    Entry entry;
    const Json id = value_at(json, "id");
    entry.id = id.is_number_unsigned() || id.is_number_integer() ? id.get<std::uint64_t>() : 0;
    entry.at = *at;
    entry.controller = text_at(json, "controller");
    entry.subject = text_at(json, "subject");
    entry.ns = text_at(json, "namespace");
    entry.name = text_at(json, "name");
    entry.action = text_at(json, "action");
    entry.summary = text_at(json, "summary");
    entry.observation = value_at(json, "observation");
    const Json steps = value_at(json, "steps");
    for (const Json& step : steps.is_array() ? steps : Json::array()) {
        if (!step.is_object()) return fail(Code::invalid, "journal entry: steps: expected objects");
        entry.steps.push_back(
            {text_at(step, "rule"), text_at(step, "text"), value_at(step, "numbers")}
        );
    }
    entry.before = value_at(json, "before");
    entry.after = value_at(json, "after");
    entry.outcome = text_at(json, "outcome");
    if (json.contains("outcomeAt")) {
        const auto outcome_at = instant_at(json, "outcomeAt");
        if (!outcome_at) return std::unexpected(outcome_at.error());
        entry.outcome_at = *outcome_at;
    }
    return entry;
}

bool passes(const Filter& filter, const Entry& entry) {
    return (filter.subject.empty() || filter.subject == entry.subject) &&
           (filter.controller.empty() || filter.controller == entry.controller) &&
           (!filter.until || entry.at <= *filter.until) && entry.id > filter.after_id &&
           !(filter.changes_only && entry.action == "hold");
}

}  // namespace swell::journal
