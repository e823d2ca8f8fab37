#include "cluster/api/field_selector.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace swell::cluster {
namespace {

/// The text up to the next comma that is not escaped.
std::string_view next_term(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == ',')
            return text.substr(0, i);
    }
    return text;
}

/// The value without its backslashes; empty when one escapes nothing, or `=` or `,` stands bare.
std::optional<std::string> unescaped(std::string_view text) {
    std::string value;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '=' || text[i] == ',') return std::nullopt;
        if (text[i] == '\\') {
            ++i;
            const bool escapes = i < text.size() && std::string_view("\\,=").contains(text[i]);
            if (!escapes) return std::nullopt;
        }
        value += text[i];
    }
    return value;
}

std::optional<FieldRequirement> requirement(std::string_view term) {
    for (const std::string_view op : {"!=", "==", "="}) {
        const auto at = term.find(op);
        const bool first = at != std::string_view::npos && at == term.find_first_of("!=");
        if (!first) continue;
        auto value = unescaped(term.substr(at + op.size()));
        if (at == 0 || !value) return std::nullopt;
        return FieldRequirement{std::string(term.substr(0, at)), std::move(*value), op != "!="};
    }
    return std::nullopt;
}

}  // namespace

Result<std::vector<FieldRequirement>> parse_field_selector(std::string_view text) {
    std::vector<FieldRequirement> fields;
    while (!text.empty()) {
        const std::string_view term = next_term(text);
        text.remove_prefix(std::min(text.size(), term.size() + 1));
        if (term.empty()) continue;
        auto one = requirement(term);
        if (!one)
            return fail(
                Code::invalid,
                "fieldSelector: must be PATH=VALUE or PATH!=VALUE, got \"" + std::string(term) + '"'
            );
        fields.push_back(std::move(*one));
    }
    return fields;
}

}  // namespace swell::cluster
