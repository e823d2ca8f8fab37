#include "spec/fields/read.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "base/text.hpp"
#include "spec/fields/base64.hpp"
#include "spec/fields/path.hpp"

namespace swell::spec::fields {
namespace {

using yaml::Node;

std::string got(const Node& node) {
    using Type = Node::Type;
    std::string text = ", got " + std::string(node.type_name());
    const bool scalar =
        node.type == Type::boolean || node.type == Type::integer || node.type == Type::number;
    if (node.type == Type::string) text += ' ' + in_quotes(node.text);
    if (scalar) text += ' ' + node.text.substr(0, 60);
    return text;
}

/// The number of an integer; empty when it is none, or does not fit.
std::optional<std::int64_t> integer(const Node& node) {
    std::int64_t value = 0;
    const char* const end = node.text.data() + node.text.size();
    const auto [stop, error] = std::from_chars(node.text.data(), end, value);
    if (node.type != Node::Type::integer || error != std::errc{} || stop != end)
        return std::nullopt;
    return value;
}

class Reader {
  public:
    explicit Reader(Problems& problems) : problems_(problems) {}

    void object(const Node& node, const Struct& type, void* into, bool root = false);

  private:
    void field(const Node& node, const Field& field, void* into);
    void value(const Node& node, const Type& type, void* into);
    void list(const Node& node, const Type& type, void* into);
    void map(const Node& node, const Type& type, void* into);
    void entry(const Node& node, const std::string& key, const Type& type, void* into);
    void bytes(const Node& node, Labels& into);
    void text(const Node& node, std::string& into);
    void number(const Node& node, const Type& type, void* into);
    void real(const Node& node, double& into);
    void version(const Node& node, std::uint64_t& into);
    bool quantity(const Node& node, Quantity& into);
    void instant(const Node& node, Instant& into);
    void int_or_string(const Node& node, IntOrString& into);
    void unknown(const Node& node, const Struct& type, bool root);

    void problem(std::string path, std::string what, bool warning = false) {
        if (has_room(problems_, warning))
            problems_.push_back({std::move(path), std::move(what), warning});
    }
    void problem(std::string what) { problem(path_.text(), std::move(what)); }
    void expected(std::string_view what, const Node& node) {
        problem("expected " + std::string(what) + got(node));
    }

    Problems& problems_;
    Path path_;
};

void Reader::object(const Node& node, const Struct& type, void* into, bool root) {
    if (node.type != Node::Type::mapping) return expected("an object", node);
    std::size_t known = 0;
    std::size_t cursor = 0;
    const std::size_t count = node.keys.size();
    if (root)
        for (const char* name : {"apiVersion", "kind"}) known += node.find(name) != nullptr ? 1 : 0;
    for (const Field& each : type.fields) {
        // Fields mostly come in the order of their declaration, so the search goes on from the
        // last.
        std::size_t tried = 0;
        while (tried < count && node.keys[(cursor + tried) % count].first != each.name) ++tried;
        const bool found = tried < count;
        if (found) {
            cursor = (cursor + tried) % count;
            ++known;
        }
        if (found && node.items[cursor].type != Node::Type::null)
            field(node.items[cursor], each, into);
        else if (each.required)
            problem(path_.text(each.name), "is required");
    }
    if (known < count) unknown(node, type, root);
}

void Reader::unknown(const Node& node, const Struct& type, bool root) {
    std::vector<std::string_view> names;
    if (root) names = {"apiVersion", "kind"};
    for (const Field& each : type.fields) names.push_back(each.name);
    for (const auto& [key, at] : node.keys) {
        if (!has_room(problems_, false)) return;
        if (std::find(names.begin(), names.end(), key) != names.end()) continue;
        std::string what = "unknown field " + in_quotes(key);
        if (key.size() <= 60)
            if (const auto near = nearest(key, names))
                what += ": did you mean " + in_quotes(*near) + "?";
        problem(path_.text(key), std::move(what));
    }
}

void Reader::field(const Node& node, const Field& field, void* into) {
    if (field.form == Field::Form::dropped) return;
    if (field.form == Field::Form::ignored)
        return problem(path_.text(field.name), "is not acted on by Swell", true);
    path_.enter_field(field.name);
    void* const place = member(into, field);
    if (field.form == Field::Form::version)
        version(node, *static_cast<std::uint64_t*>(place));
    else if (field.form == Field::Form::base64)
        bytes(node, *static_cast<Labels*>(place));
    else
        value(node, *field.type, place);
    path_.leave();
}

void Reader::value(const Node& node, const Type& type, void* into) {
    using Shape = Type::Shape;
    switch (type.shape) {
        case Shape::text:
            return text(node, *static_cast<std::string*>(into));
        case Shape::boolean:
            if (node.type != Node::Type::boolean) return expected("true or false", node);
            *static_cast<bool*>(into) = node.text == "true";
            return;
        case Shape::int32:
        case Shape::int64:
        case Shape::uint64:
            return number(node, type, into);
        case Shape::real:
            return real(node, *static_cast<double*>(into));
        case Shape::quantity:
            quantity(node, *static_cast<Quantity*>(into));
            return;
        case Shape::instant:
            return instant(node, *static_cast<Instant*>(into));
        case Shape::int_or_string:
            return int_or_string(node, *static_cast<IntOrString*>(into));
        case Shape::json:
            *static_cast<Json*>(into) = node.to_json();
            return;
        case Shape::object:
            return object(node, type.fields(), into);
        case Shape::list:
            return list(node, type, into);
        case Shape::map:
            return map(node, type, into);
        case Shape::optional:
            return value(node, *type.element, type.append(into));
    }
}

void Reader::list(const Node& node, const Type& type, void* into) {
    if (node.type != Node::Type::sequence) return expected("a list", node);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        path_.enter_item(i);
        value(node.items[i], *type.element, type.append(into));
        path_.leave();
    }
}

void Reader::map(const Node& node, const Type& type, void* into) {
    if (node.type != Node::Type::mapping) return expected("an object", node);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        path_.enter_key(node.keys[i].first);
        entry(node.items[i], node.keys[i].first, type, into);
        path_.leave();
    }
}

void Reader::entry(const Node& node, const std::string& key, const Type& type, void* into) {
    // A key without a value: `data: {empty: }` is an empty text, as Kubernetes reads it.
    if (node.type == Node::Type::null) {
        type.insert(into, key);
        return;
    }
    if (type.element->shape != Type::Shape::quantity)
        return value(node, *type.element, type.insert(into, key));
    // An amount that is none is left out: as 0 it would be compared with the others.
    Quantity amount;
    if (quantity(node, amount)) *static_cast<Quantity*>(type.insert(into, key)) = amount;
}

void Reader::bytes(const Node& node, Labels& into) {
    if (node.type != Node::Type::mapping) return expected("an object", node);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        const Node& item = node.items[i];
        path_.enter_key(node.keys[i].first);
        std::string encoded;
        if (item.type != Node::Type::null) text(item, encoded);
        if (auto decoded = from_base64(encoded))
            into[node.keys[i].first] = *std::move(decoded);
        else
            problem("expected base64" + got(item));
        path_.leave();
    }
}

void Reader::text(const Node& node, std::string& into) {
    if (node.type != Node::Type::string) {
        const bool scalar = node.type == Node::Type::boolean || node.type == Node::Type::integer ||
                            node.type == Node::Type::number;
        return problem("expected a string" + got(node) + (scalar ? ": put it in quotes" : ""));
    }
    if (!node.text.empty()) into = node.text;
}

void Reader::number(const Node& node, const Type& type, void* into) {
    if (type.shape == Type::Shape::uint64 && node.type == Node::Type::integer) {
        std::uint64_t value = 0;
        const char* const end = node.text.data() + node.text.size();
        const auto [stop, error] = std::from_chars(node.text.data(), end, value);
        if (error != std::errc{} || stop != end)
            return problem("must be an integer between 0 and 18446744073709551615" + got(node));
        *static_cast<std::uint64_t*>(into) = value;
        return;
    }
    if (node.type != Node::Type::integer) return expected("an integer", node);
    const std::optional<std::int64_t> value = integer(node);
    if (type.shape == Type::Shape::int64) {
        if (!value) return problem("must fit into 64 bits" + got(node));
        *static_cast<std::int64_t*>(into) = *value;
        return;
    }
    using Limits = std::numeric_limits<std::int32_t>;
    if (!value || *value < Limits::min() || *value > Limits::max())
        return problem("must fit into 32 bits" + got(node));
    *static_cast<std::int32_t*>(into) = static_cast<std::int32_t>(*value);
}

void Reader::real(const Node& node, double& into) {
    if (const auto whole = integer(node)) {
        into = static_cast<double>(*whole);
        return;
    }
    double value = 0;
    const bool numeric = node.type == Node::Type::number || node.type == Node::Type::integer;
    const std::string& text = node.text;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (!numeric || error != std::errc{} || stop != end || !std::isfinite(value))
        return expected("a number", node);
    into = value;
}

void Reader::version(const Node& node, std::uint64_t& into) {
    const bool fits = node.type == Node::Type::string || node.type == Node::Type::integer;
    std::uint64_t value = 0;
    const char* const end = node.text.data() + node.text.size();
    const auto [stop, error] = std::from_chars(node.text.data(), end, value);
    if (!fits || (!node.text.empty() && (error != std::errc{} || stop != end)))
        return expected("a version such as \"42\"", node);
    into = value;
}

/// Whether it is one.
bool Reader::quantity(const Node& node, Quantity& into) {
    using Type = Node::Type;
    const bool scalar =
        node.type == Type::string || node.type == Type::integer || node.type == Type::number;
    if (scalar) {
        // Spaces around it are nothing, as in the original.
        if (const auto parsed = Quantity::parse(trim(node.text))) {
            into = *parsed;
            return true;
        }
    }
    expected("a quantity such as 500m or 128Mi", node);
    return false;
}

void Reader::instant(const Node& node, Instant& into) {
    const auto parsed = parse_rfc3339(node.text);
    if (node.type != Node::Type::string || !parsed)
        return expected("a time such as 2026-01-31T12:00:00Z", node);
    into = *parsed;
}

void Reader::int_or_string(const Node& node, IntOrString& into) {
    if (const auto whole = integer(node))
        into = {.number = *whole, .text = {}};
    else if (node.type == Node::Type::string)
        into = {.number = 0, .text = node.text};
    else
        expected("an integer or a string", node);
}

}  // namespace

bool has_room(const Problems& problems, bool warning) {
    if (problems.size() <= most_problems) return true;
    const auto alike = std::count_if(problems.begin(), problems.end(), [&](const Problem& p) {
        return p.warning == warning;
    });
    return static_cast<std::size_t>(alike) <= most_problems;
}

void cut(Problems& problems) {
    for (const bool warning : {false, true}) {
        std::size_t kept = 0;
        const auto too_many = std::erase_if(problems, [&](const Problem& p) {
            return p.warning == warning && kept++ >= most_problems;
        });
        if (too_many == 0) continue;
        const std::string of = warning ? "warnings" : "problems";
        problems.push_back(
            {"",
             "and more " + of + "; the first " + std::to_string(most_problems) + " are shown",
             warning}
        );
    }
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t longest = 60;
    std::string out = "\"";
    for (const char c : text.substr(0, longest)) {
        if (c == '\n')
            out += "\\n";
        else if (static_cast<unsigned char>(c) < ' ' || c == 127)
            out += '?';
        else if (c == '"' || c == '\\')
            out.append(1, '\\').append(1, c);
        else
            out += c;
    }
    // A cut inside a character would leave half of it.
    if (text.size() > longest)
        while (out.size() > 1 && (static_cast<unsigned char>(out.back()) & 0x80u) != 0)
            out.pop_back();
    return out + (text.size() > longest ? "…\"" : "\"");
}

void read(const Node& document, const Struct& type, void* into, Problems& problems) {
    Reader(problems).object(document, type, into, true);
}

}  // namespace swell::spec::fields
