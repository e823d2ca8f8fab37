#include "cluster/api/causes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "spec/kinds/field_error.hpp"

namespace swell::cluster {

namespace {

/// How messages begin, and what that is called.
constexpr std::array<std::pair<std::string_view, const char*>, 11> types = {{
    {"Invalid value", "FieldValueInvalid"},
    {"Required value", "FieldValueRequired"},
    {"Unsupported value", "FieldValueNotSupported"},
    {"Forbidden", "FieldValueForbidden"},
    {"Duplicate value", "FieldValueDuplicate"},
    {"Not found", "FieldValueNotFound"},
    {"Too long", "FieldValueTooLong"},
    {"Too many", "FieldValueTooMany"},
    {"Too few", "FieldValueTooFew"},
    {"Too short", "FieldValueTooShort"},
    {"Internal error", "InternalError"},
}};

const char* type_of(std::string_view what) {
    for (const auto& [word, reason] : types)
        if (what.starts_with(word) && (what.size() == word.size() || what[word.size()] == ':'))
            return reason;
    return "";
}

/// What follows `start`; empty when `text` does not start so.
std::optional<std::string_view> after(std::string_view text, std::string_view start) {
    if (!text.starts_with(start)) return std::nullopt;
    return text.substr(start.size());
}

struct Step {
    const Json* value = nullptr;
    std::size_t length = 0;  ///< of the path that was used
};

Step into_list(const Json& list, std::string_view path) {
    std::size_t index = 0;
    if (!path.starts_with('[')) return {};
    const auto [stop, error] = std::from_chars(path.data() + 1, path.data() + path.size(), index);
    const auto length = static_cast<std::size_t>(stop - path.data());
    if (error != std::errc{} || length >= path.size() || path[length] != ']') return {};
    if (index >= list.size()) return {};
    return {&list[index], length + 1};
}

Step into_object(const Json& object, std::string_view path) {
    const bool bracket = path.starts_with('[');
    const std::string_view rest = path.substr(bracket || path.starts_with('.') ? 1 : 0);
    const std::size_t before = path.size() - rest.size();
    Step best;
    for (const auto& [key, value] : object.items()) {
        const auto left = after(rest, key);
        if (!left) continue;
        const bool ends = bracket ? left->starts_with(']')
                                  : left->empty() || left->front() == '.' || left->front() == '[';
        const std::size_t length = before + key.size() + (bracket ? 1 : 0);
        if (ends && length > best.length) best = {&value, length};
    }
    return best;
}

/// Our findings end in what was got instead.
struct Sentence {
    std::string_view rule, got;
};

Sentence taken_apart(std::string_view what) {
    constexpr std::string_view mark = ", got ";
    const std::size_t at = what.rfind(mark);
    if (at == std::string_view::npos) return {what, {}};
    return {what.substr(0, at), what.substr(at + mark.size())};
}

std::string text_of(const Json* value) {
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::string printed(const Json* value, std::string_view got) {
    constexpr std::size_t longest = 500;  // an object may be as large as the whole body
    if (value == nullptr) return got.empty() ? "null" : std::string(got);
    if (value->is_string()) return spec::go_quoted(value->get_ref<const std::string&>());
    std::string text = value->dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() <= longest) return text;
    text.resize(longest);
    return text.append("...");
}

/// Kubernetes tells of labels and the like by the name of the whole map.
std::string_view without_key(std::string_view path) {
    constexpr std::array<std::string_view, 5> maps = {
        ".labels[", ".annotations[", ".matchLabels[", ".nodeSelector[", ".finalizers["
    };
    for (const std::string_view map : maps)
        if (const std::size_t at = path.find(map); at != std::string_view::npos)
            return path.substr(0, at + map.size() - 1);
    return path;
}

/// The last key of a path: `a b` of `metadata.labels[a b]`.
std::string_view last_key(std::string_view path) {
    path.remove_prefix(without_key(path).size());
    if (path.size() < 2) return {};
    return path.substr(1, path.size() - 2);
}

/// The rules for names, in full.
std::vector<std::string> faults_of_name(std::string_view rule, std::string_view text) {
    if (rule.starts_with("a lowercase RFC 1123 subdomain")) return spec::faults_of_subdomain(text);
    if (rule.starts_with("a lowercase RFC 1123 label")) return spec::faults_of_label(text);
    return {};
}

std::string in_full(std::string_view rule) {
    if (const auto bound = after(rule, "must be >= "))
        return "must be greater than or equal to " + std::string(*bound);
    if (rule.starts_with("must be between ") && rule.find('(') == std::string_view::npos)
        return std::string(rule) + ", inclusive";
    if (rule.starts_with("must be no more than ") && rule.ends_with(" characters"))
        return std::string(rule.substr(0, rule.rfind(' '))) + " bytes";
    if (rule.starts_with("a DNS-1035 label"))
        return std::string(rule) +
               " (e.g. 'my-name',  or 'abc-123', regex used for validation is "
               "'[a-z]([-a-z0-9]*[a-z0-9])?')";
    if (rule.starts_with("a valid label must"))
        return std::string(rule) +
               " (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
               "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    return std::string(rule);
}

/// `must be one of A, B, got "c": did you mean …`
spec::Problem unsupported(const std::string& path, std::string_view list, const Json* value) {
    const auto [words_given, got] = taken_apart(list);
    std::vector<std::string_view> words;
    for (const std::string_view word : split(words_given, ',')) words.push_back(trim(word));
    std::ranges::sort(words);
    std::string text(got.substr(0, got.find(": did you mean")));
    if (value != nullptr && value->is_string())
        text = value->get<std::string>();
    else if (text.size() >= 2)
        text = text.substr(1, text.size() - 2);
    return spec::unsupported(path, text, words);
}

}  // namespace

Cause cause_of(const spec::Problem& problem) {
    return {type_of(problem.what), problem.what, problem.path};
}

spec::Problems in_kubernetes_words(const spec::Problem& problem, const Json& body) {
    const std::string& what = problem.what;
    if (*type_of(what) != '\0') return {problem};
    if (const auto rest = after(what, "is required")) {
        if (problem.path == "metadata.name")
            return {spec::required(problem.path, "name or generateName is required")};
        return {spec::required(problem.path, trim(*rest))};
    }
    if (const auto rest = after(what, "must not be empty"))
        return {spec::required(problem.path, rest->starts_with(": ") ? rest->substr(2) : "")};
    if (const auto name = after(what, "duplicate name "))
        return {{problem.path, "Duplicate value: " + std::string(*name)}};
    for (const char* const start : {"may not be used", "may not be given", "may not be specified"})
        if (what.starts_with(start)) return {spec::forbidden(problem.path, what)};

    const Json* const value = value_at(body, problem.path);
    if (const auto list = after(what, "must be one of "))
        return {unsupported(problem.path, *list, value)};
    const auto [rule, got] = taken_apart(what);
    const std::string path(without_key(problem.path));
    spec::Problems all;
    if (rule.starts_with("name part") || rule.starts_with("prefix part")) {
        const bool is_key = path.size() < problem.path.size() && !path.ends_with("finalizers");
        const std::string text = is_key ? std::string(last_key(problem.path)) : text_of(value);
        for (const std::string& fault : spec::faults_of_qualified_name(text))
            all.push_back(spec::invalid(path, spec::go_quoted(text), fault));
    }
    for (const std::string& fault : faults_of_name(rule, text_of(value)))
        all.push_back(spec::invalid(path, printed(value, got), fault));
    if (!all.empty()) return all;
    return {spec::invalid(path, printed(value, got), in_full(rule))};
}

const Json* value_at(const Json& json, std::string_view path) {
    const Json* at = &json;
    while (!path.empty()) {
        Step step;
        if (at->is_array()) step = into_list(*at, path);
        if (at->is_object()) step = into_object(*at, path);
        if (step.value == nullptr) return nullptr;
        at = step.value;
        path.remove_prefix(step.length);
    }
    return at;
}

}  // namespace swell::cluster
