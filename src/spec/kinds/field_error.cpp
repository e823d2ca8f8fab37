#include "spec/kinds/field_error.hpp"

#include <algorithm>

namespace swell::spec {
namespace {

constexpr std::string_view label_form = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
constexpr std::string_view name_form = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
constexpr std::string_view name_rule =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character";
constexpr std::string_view name_examples = "'MyName',  or 'my.name',  or '123-abc', ";

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alphanumeric(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

// The forms alone, whatever the length: a name that is too long is told of its form as well.

bool is_label(std::string_view text) {
    const auto fits = [](char c) { return is_lower_or_digit(c) || c == '-'; };
    return !text.empty() && std::ranges::all_of(text, fits) && text.front() != '-' &&
           text.back() != '-';
}

bool is_subdomain(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return is_label(text);
    return is_label(text.substr(0, dot)) && is_subdomain(text.substr(dot + 1));
}

bool is_name(std::string_view text) {
    const auto fits = [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; };
    return !text.empty() && std::ranges::all_of(text, fits) && is_alphanumeric(text.front()) &&
           is_alphanumeric(text.back());
}

std::string with_form(
    std::string_view rule, std::string_view examples, const std::string& regular_expression
) {
    return std::string(rule) + " (e.g. " + std::string(examples) +
           "regex used for validation is '" + regular_expression + "')";
}

std::string too_long(std::size_t most) {
    return "must be no more than " + std::to_string(most) + " bytes";
}

}  // namespace

Problem invalid(std::string path, std::string_view value, std::string_view why) {
    std::string what = "Invalid value: " + std::string(value);
    if (!why.empty()) what.append(": ").append(why);
    return {std::move(path), std::move(what)};
}

Problem required(std::string path, std::string_view why) {
    std::string what = "Required value";
    if (!why.empty()) what.append(": ").append(why);
    return {std::move(path), std::move(what)};
}

Problem forbidden(std::string path, std::string_view why) {
    return {std::move(path), "Forbidden: " + std::string(why)};
}

Problem unsupported(
    std::string path, std::string_view value, const std::vector<std::string_view>& words
) {
    std::string what = "Unsupported value: " + go_quoted(value) + ": supported values: ";
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) what += ", ";
        what += go_quoted(words[i]);
    }
    return {std::move(path), std::move(what)};
}

std::string go_quoted(std::string_view text) {
    // JSON escapes the same characters, but for those that are not printable.
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string together(const Problems& problems) {
    std::vector<std::string> said;
    for (const Problem& problem : problems) {
        std::string text = problem.path + ": " + problem.what;
        if (std::ranges::find(said, text) == said.end()) said.push_back(std::move(text));
    }
    if (said.size() == 1) return said.front();
    std::string all = "[";
    for (std::size_t i = 0; i < said.size(); ++i) all.append(i == 0 ? "" : ", ").append(said[i]);
    return all + "]";
}

std::vector<std::string> faults_of_label(std::string_view text) {
    std::vector<std::string> faults;
    constexpr std::size_t most = 63;
    if (text.size() > most) faults.push_back(too_long(most));
    if (is_label(text)) return faults;
    if (is_subdomain(text))
        faults.emplace_back("must not contain dots");
    else
        faults.push_back(with_form(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "
            "'-', and must start and end with an alphanumeric character",
            "'my-name',  or '123-abc', ",
            std::string(label_form)
        ));
    return faults;
}

std::vector<std::string> faults_of_subdomain(std::string_view text) {
    std::vector<std::string> faults;
    constexpr std::size_t most = 253;
    if (text.size() > most) faults.push_back(too_long(most));
    if (is_subdomain(text)) return faults;
    const std::string label(label_form);
    faults.push_back(with_form(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' "
        "or '.', and must start and end with an alphanumeric character",
        "'example.com', ",
        label + "(\\." + label + ")*"
    ));
    return faults;
}

std::vector<std::string> faults_of_qualified_name(std::string_view text) {
    std::vector<std::string> faults;
    const std::string form(name_form);
    if (std::ranges::count(text, '/') > 1)
        return {
            "a valid label key " + with_form(name_rule, name_examples, form) +
            " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        };
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        const std::string_view prefix = text.substr(0, slash);
        if (prefix.empty()) faults.emplace_back("prefix part must be non-empty");
        if (!prefix.empty())
            for (const std::string& fault : faults_of_subdomain(prefix))
                faults.push_back("prefix part " + fault);
        text.remove_prefix(slash + 1);
    }
    constexpr std::size_t most = 63;
    if (text.empty()) faults.emplace_back("name part must be non-empty");
    if (text.size() > most) faults.push_back("name part " + too_long(most));
    if (!is_name(text)) faults.push_back("name part " + with_form(name_rule, name_examples, form));
    return faults;
}

std::vector<std::string> faults_of_path_segment(std::string_view text) {
    if (text == "." || text == "..") return {"may not be '" + std::string(text) + "'"};
    std::vector<std::string> faults;
    for (const char c : {'/', '%'})
        if (text.find(c) != std::string_view::npos)
            faults.push_back(std::string("may not contain '") + c + "'");
    return faults;
}

}  // namespace swell::spec
