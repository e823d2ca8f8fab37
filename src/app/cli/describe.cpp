#include "app/cli/describe.hpp"

#include <algorithm>

#include "app/cli/table.hpp"
#include "spec/described.hpp"
#include "spec/kinds/core.hpp"

namespace swell::app {

namespace {

bool upper(char c) { return c >= 'A' && c <= 'Z'; }

constexpr std::size_t value_column = 22;

void line(std::string& text, std::size_t depth, const std::string& name, const std::string& value) {
    std::string row(depth * 2, ' ');
    row += name + ":";
    if (!value.empty()) {
        if (row.size() < value_column)
            row.append(value_column - row.size(), ' ');
        else
            row += ' ';
        row += value;
    }
    text += row + "\n";
}

std::string scalar(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.dump();
}

bool flat(const Json& list) {
    return std::none_of(list.begin(), list.end(), [](const Json& item) {
        return item.is_structured();
    });
}

std::string joined(const Json& list) {
    std::string text;
    for (const Json& item : list) text += (text.empty() ? "" : " ") + scalar(item);
    return text;
}

void conditions(std::string& text, std::size_t depth, const Json& list) {
    text += std::string(depth * 2, ' ') + "Conditions:\n";
    std::vector<std::vector<std::string>> rows;
    auto field = [](const Json& condition, const char* name) {
        return condition.contains(name) ? scalar(condition[name]) : std::string();
    };
    for (const Json& condition : list)
        rows.push_back(
            {std::string(depth * 2 + 2, ' ') + field(condition, "type"),
             field(condition, "status"),
             field(condition, "reason"),
             field(condition, "message")}
        );
    text +=
        columns({std::string(depth * 2 + 2, ' ') + "Type", "Status", "Reason", "Message"}, rows);
}

/// Prints fields by the schema of their kind: names of fields become words, keys that a user chose
/// stay as they are.
class Fields {
  public:
    Fields(std::string& text, const spec::Kind& kind) : text_(text), described_(kind) {}

    void manifest(const Json& object) { fields(0, object, described_.manifest()); }

  private:
    // Depth is that of a manifest, which the reader bounds.
    void value(std::size_t depth, const std::string& name, const Json& what, const Json& schema) {
        if (what.is_object()) {
            line(text_, depth, name, what.empty() ? "<none>" : "");
            fields(depth + 1, what, schema);
        } else if (what.is_array() && flat(what)) {
            line(text_, depth, name, what.empty() ? "<none>" : joined(what));
        } else if (what.is_array()) {
            line(text_, depth, name, "");
            for (const Json& each : what) item(depth + 1, each, described_.part(schema, "items"));
        } else {
            line(text_, depth, name, scalar(what));
        }
    }

    void item(std::size_t depth, const Json& what, const Json& schema) {
        const bool named = what.is_object() && what.contains("name") && what["name"].is_string();
        Json rest = what;
        if (named) {
            rest.erase("name");
            line(text_, depth, what["name"].get<std::string>(), "");
        } else {
            text_ += std::string(depth * 2, ' ') + "-\n";
        }
        fields(depth + 1, rest, schema);
    }

    void fields(std::size_t depth, const Json& object, const Json& schema) {
        const bool described = schema.contains("properties");
        const Json& properties = described_.part(schema, "properties");
        for (const auto& [name, what] : object.items()) {
            if (described && name == "conditions" && what.is_array())
                conditions(text_, depth, what);
            else if (described)
                value(depth, title(name), what, described_.part(properties, name));
            else
                value(depth, name, what, described_.part(schema, "additionalProperties"));
        }
    }

    std::string& text_;
    spec::Described described_;
};

void pairs(std::string& text, const char* name, const spec::Labels& labels) {
    bool first = true;
    for (const auto& [key, what] : labels) {
        if (key == "swell.dev/last-applied") continue;
        std::string row = first ? std::string(name) + ":" : "";
        row.append(value_column > row.size() ? value_column - row.size() : 1, ' ');
        text += row + key + "=" + what + "\n";
        first = false;
    }
    if (first) line(text, 0, name, "<none>");
}

void secret_data(std::string& text, const spec::Secret& secret) {
    line(text, 0, "Type", secret.type);
    line(text, 0, "Data", "");
    for (const auto& [key, what] : secret.data)
        line(text, 1, key, std::to_string(what.size()) + " bytes");
}

}  // namespace

std::string title(std::string_view field) {
    std::string text;
    for (std::size_t i = 0; i < field.size(); ++i) {
        char c = field[i];
        if (i == 0 && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (i > 0 && upper(c) && !upper(field[i - 1])) text += ' ';
        text += c;
    }
    return text;
}

std::string describe(
    const spec::Object& object, const std::vector<spec::Object>& events, Instant now
) {
    const spec::ObjectMeta& metadata = object.metadata();
    std::string text;
    line(text, 0, "Name", metadata.name);
    if (object.kind().namespaced) line(text, 0, "Namespace", metadata.ns);
    line(
        text,
        0,
        "Kind",
        std::string(object.kind().name) + " (" + std::string(object.kind().api_version) + ")"
    );
    pairs(text, "Labels", metadata.labels);
    pairs(text, "Annotations", metadata.annotations);
    if (metadata.creation_timestamp)
        line(text, 0, "Created", to_rfc3339_seconds(*metadata.creation_timestamp));
    if (metadata.deletion_timestamp)
        line(text, 0, "Terminating", "since " + to_rfc3339_seconds(*metadata.deletion_timestamp));
    if (const auto* owner = metadata.controller())
        line(text, 0, "Controlled By", owner->kind + "/" + owner->name);
    if (object.is<spec::Secret>()) {
        secret_data(text, object.as<spec::Secret>());
    } else {
        Json json = object.to_json();
        for (const char* done : {"apiVersion", "kind", "metadata"}) json.erase(done);
        Fields(text, object.kind()).manifest(json);
    }
    if (events.empty()) {
        line(text, 0, "Events", "<none>");
        return text;
    }
    line(text, 0, "Events", "");
    std::vector<std::vector<std::string>> rows;
    for (const spec::Object& each : events) {
        const auto& event = each.as<spec::Event>();
        std::string age = event.last_timestamp ? to_age(now - *event.last_timestamp) : "?";
        if (event.count > 1 && event.first_timestamp)
            age += " (x" + std::to_string(event.count) + " over " +
                   to_age(now - *event.first_timestamp) + ")";
        rows.push_back({"  " + event.type, event.reason, age, event.source_component, event.message}
        );
    }
    text += columns({"  Type", "Reason", "Age", "From", "Message"}, rows);
    return text;
}

}  // namespace swell::app
