#include "spec/selector.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "spec/kinds/names.hpp"

namespace swell::spec {
namespace {

using Requirement = Selector::Requirement;
using Op = Requirement::Op;

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

/// One token of the text form: a word, a mark (`,` `(` `)` `!` `=` `==` `!=` `<` `>`), or the end.
struct Token {
    std::string_view text;  ///< empty at the end
    std::size_t at = 0;
    bool is_word = false;
};

bool is_mark(char c) { return std::string_view(",()!=<>").find(c) != std::string_view::npos; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::vector<Token> tokens_of(std::string_view text) {
    std::vector<Token> tokens;
    std::size_t i = 0;
    while (i < text.size()) {
        if (is_space(text[i])) {
            ++i;
            continue;
        }
        std::size_t end = i + 1;
        const bool mark = is_mark(text[i]);
        if (mark) {
            const bool pair =
                (text[i] == '!' || text[i] == '=') && end < text.size() && text[end] == '=';
            end += pair ? 1 : 0;
        } else {
            while (end < text.size() && !is_mark(text[end]) && !is_space(text[end])) ++end;
        }
        tokens.push_back({text.substr(i, end - i), i, !mark});
        i = end;
    }
    tokens.push_back({{}, text.size(), false});
    return tokens;
}

class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text), tokens_(tokens_of(text)) {}

    Result<std::vector<Requirement>> all() {
        std::vector<Requirement> found;
        if (tokens_.size() == 1) return found;
        for (;;) {
            auto requirement = one();
            if (!requirement) return std::unexpected(requirement.error());
            found.push_back(*std::move(requirement));
            if (next().text.empty() && !next().is_word) return found;
            if (!take(",")) return unexpected("a comma or the end");
        }
    }

  private:
    Result<Requirement> one() {
        Requirement made;
        const bool negated = take("!");
        if (!next().is_word) return unexpected("a label key");
        const Token key = tokens_[index_++];
        if (const Complaint complaint = qualified_name(key.text); !complaint.empty())
            return fault(key, std::string(complaint));
        made.key = key.text;
        if (negated) {
            made.op = Op::absent;
            return made;
        }
        return relation(std::move(made));
    }

    Result<Requirement> relation(Requirement made) {
        const Token op = next();
        if (op.text.empty() || op.text == ",") return made;  // the key alone: it exists
        ++index_;
        if (op.text == "in" || op.text == "notin") {
            made.op = op.text == "in" ? Op::in : Op::not_in;
            return set(std::move(made));
        }
        if (op.text == "=" || op.text == "==")
            made.op = Op::equals;
        else if (op.text == "!=")
            made.op = Op::not_equals;
        else if (op.text == ">")
            made.op = Op::greater;
        else if (op.text == "<")
            made.op = Op::less;
        else {
            --index_;
            return unexpected("one of in, notin, =, ==, !=, <, >");
        }
        Token value = next();
        if (value.is_word)
            ++index_;
        else
            value.text = {};
        const bool compared = made.op == Op::greater || made.op == Op::less;
        if (compared && !number(value.text)) return fault(value, "expected an integer");
        return add(std::move(made), value);
    }

    Result<Requirement> set(Requirement made) {
        if (!take("(")) return unexpected("(");
        for (;;) {
            Token value = next();
            if (value.is_word)
                ++index_;
            else
                value.text = {};  // `in (a,)` holds the empty value
            auto added = add(std::move(made), value);
            if (!added) return added;
            made = *std::move(added);
            if (take(")")) break;
            if (!take(",")) return unexpected("a comma or )");
        }
        std::sort(made.values.begin(), made.values.end());
        made.values.erase(std::unique(made.values.begin(), made.values.end()), made.values.end());
        return made;
    }

    Result<Requirement> add(Requirement made, const Token& value) {
        if (const Complaint complaint = label_value(value.text); !complaint.empty())
            return fault(value, std::string(complaint));
        made.values.emplace_back(value.text);
        return made;
    }

    const Token& next() const { return tokens_[index_]; }
    bool take(std::string_view mark) {
        const bool there = !next().is_word && next().text == mark;
        if (there) ++index_;
        return there;
    }
    std::unexpected<Error> unexpected(const std::string& wanted) const {
        const std::string got =
            next().text.empty() ? "the end" : "\"" + std::string(next().text) + "\"";
        return fault(next(), "expected " + wanted + ", got " + got);
    }
    std::unexpected<Error> fault(const Token& token, const std::string& what) const {
        return fail(
            Code::invalid,
            "selector \"" + std::string(text_) + "\": at " + std::to_string(token.at + 1) + ": " +
                what
        );
    }

    std::string_view text_;
    std::vector<Token> tokens_;
    std::size_t index_ = 0;
};

bool has(const Requirement& requirement, const std::string& value) {
    return std::binary_search(requirement.values.begin(), requirement.values.end(), value);
}

bool holds(const Requirement& requirement, const Labels& labels) {
    const auto label = labels.find(requirement.key);
    const bool there = label != labels.end();
    switch (requirement.op) {
        case Op::exists:
            return there;
        case Op::absent:
            return !there;
        case Op::equals:  // of one value, and the most frequent
            return there && label->second == requirement.values.front();
        case Op::in:
            return there && has(requirement, label->second);
        case Op::not_in:
        case Op::not_equals:
            return !there || !has(requirement, label->second);
        case Op::greater:
        case Op::less: {
            const auto left = there ? number(label->second) : std::nullopt;
            const auto right = number(requirement.values.front());
            if (!left || !right) return false;
            return requirement.op == Op::greater ? *left > *right : *left < *right;
        }
    }
    return false;
}

std::string text_of(const Requirement& requirement) {
    const std::string& key = requirement.key;
    const std::string values = join(requirement.values, ",");
    switch (requirement.op) {
        case Op::exists:
            return key;
        case Op::absent:
            return "!" + key;
        case Op::in:
            return key + " in (" + values + ")";
        case Op::not_in:
            return key + " notin (" + values + ")";
        case Op::equals:
            return key + "=" + values;
        case Op::not_equals:
            return key + "!=" + values;
        case Op::greater:
            return key + ">" + values;
        case Op::less:
            return key + "<" + values;
    }
    return key;
}

std::optional<Op> op_of(std::string_view word) {
    if (word == "In") return Op::in;
    if (word == "NotIn") return Op::not_in;
    if (word == "Exists") return Op::exists;
    if (word == "DoesNotExist") return Op::absent;
    return std::nullopt;
}

void sort_by_key(std::vector<Requirement>& requirements) {
    std::stable_sort(requirements.begin(), requirements.end(), [](const auto& a, const auto& b) {
        return a.key < b.key;
    });
}

}  // namespace

Selector Selector::from(const Labels& labels) {
    Selector made;
    for (const auto& [key, value] : labels)
        made.requirements_.push_back({.key = key, .op = Op::equals, .values = {value}});
    return made;
}

Result<Selector> Selector::from(const LabelSelector& selector) {
    Selector made = from(selector.match_labels);
    for (const LabelSelectorRequirement& each : selector.match_expressions) {
        const auto op = op_of(each.op);
        if (!op)
            return fail(
                Code::invalid, "\"" + each.op + "\" is not a valid label selector operator"
            );
        const bool wants_values = *op == Op::in || *op == Op::not_in;
        if (wants_values == each.values.empty())
            return fail(
                Code::invalid,
                wants_values ? "values must be given for " + each.op + " of key " + each.key
                             : "values must not be given for " + each.op + " of key " + each.key
            );
        Requirement requirement{.key = each.key, .op = *op, .values = each.values};
        std::sort(requirement.values.begin(), requirement.values.end());
        made.requirements_.push_back(std::move(requirement));
    }
    sort_by_key(made.requirements_);
    return made;
}

Result<Selector> Selector::parse(std::string_view text) {
    auto requirements = Parser(text).all();
    if (!requirements) return std::unexpected(requirements.error());
    Selector made;
    made.requirements_ = *std::move(requirements);
    sort_by_key(made.requirements_);
    return made;
}

bool Selector::matches(const Labels& labels) const {
    return std::all_of(requirements_.begin(), requirements_.end(), [&](const Requirement& each) {
        return holds(each, labels);
    });
}

std::string Selector::text() const {
    std::string text;
    for (const Requirement& each : requirements_) text += (text.empty() ? "" : ",") + text_of(each);
    return text;
}

}  // namespace swell::spec
