#include "spec/kinds/names.hpp"

#include <algorithm>

#include "spec/fields/read.hpp"

namespace swell::spec {
namespace {

bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return lower(c) || (c >= 'A' && c <= 'Z'); }
bool lower_or_digit(char c) { return lower(c) || digit(c); }
bool alphanumeric(char c) { return letter(c) || digit(c); }
bool label_char(char c) { return lower_or_digit(c) || c == '-'; }
bool name_char(char c) { return alphanumeric(c) || c == '-' || c == '_' || c == '.'; }

bool is_label(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), label_char) &&
           lower_or_digit(text.front()) && lower_or_digit(text.back());
}

bool is_subdomain(std::string_view text) {
    for (;;) {
        const std::size_t dot = text.find('.');
        if (!is_label(text.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

/// The part of a label key after the slash, and a label value that is not empty.
bool is_name_part(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), name_char) &&
           alphanumeric(text.front()) && alphanumeric(text.back());
}

constexpr Complaint too_long_63 = "must be no more than 63 characters";
constexpr Complaint too_long_253 = "must be no more than 253 characters";

}  // namespace

Complaint dns_label(std::string_view text) {
    if (text.size() > 63) return too_long_63;
    if (is_label(text)) return {};
    return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
           "and must start and end with an alphanumeric character";
}

Complaint dns_1035_label(std::string_view text) {
    if (text.size() > 63) return too_long_63;
    if (is_label(text) && lower(text.front())) return {};
    return "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with "
           "an alphabetic character, and end with an alphanumeric character";
}

Complaint dns_subdomain(std::string_view text) {
    if (text.size() > 253) return too_long_253;
    if (is_subdomain(text)) return {};
    return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' "
           "or '.', and must start and end with an alphanumeric character";
}

Complaint qualified_name(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos) {
        if (!dns_subdomain(text.substr(0, slash)).empty())
            return "prefix part must be a lowercase RFC 1123 subdomain";
        text.remove_prefix(slash + 1);
    }
    if (text.size() > 63) return "name part must be no more than 63 characters";
    if (is_name_part(text)) return {};
    return "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and "
           "end with an alphanumeric character";
}

Complaint label_value(std::string_view text) {
    if (text.size() > 63) return too_long_63;
    if (text.empty() || is_name_part(text)) return {};
    return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' "
           "or '.', and must start and end with an alphanumeric character";
}

Complaint port_name(std::string_view text) {
    if (text.size() > 15) return "must be no more than 15 characters";
    if (!std::all_of(text.begin(), text.end(), label_char))
        return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
    if (std::none_of(text.begin(), text.end(), lower))
        return "must contain at least one letter (a-z)";
    if (text.find("--") != std::string_view::npos) return "must not contain consecutive hyphens";
    if (text.front() == '-' || text.back() == '-') return "must not begin or end with a hyphen";
    return {};
}

Complaint env_name(std::string_view text) {
    const auto fits = [](char c) { return c >= ' ' && c <= '~' && c != '='; };
    if (std::all_of(text.begin(), text.end(), fits)) return {};
    return "a valid environment variable name must consist only of printable ASCII characters "
           "other than '='";
}

Complaint data_key(std::string_view text) {
    if (text.size() > 253) return too_long_253;
    if (text == "." || text.starts_with("..")) return "must not be '.' or start with '..'";
    if (!text.empty() && std::all_of(text.begin(), text.end(), name_char)) return {};
    return "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
}

Complaint path_segment(std::string_view text) {
    if (text == ".") return "may not be '.'";
    if (text == "..") return "may not be '..'";
    if (text.find('/') != std::string_view::npos) return "may not contain '/'";
    if (text.find('%') != std::string_view::npos) return "may not contain '%'";
    return {};
}

Complaint http_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    const auto fits = [&](char c) {
        return alphanumeric(c) || marks.find(c) != std::string_view::npos;
    };
    if (std::all_of(text.begin(), text.end(), fits)) return {};
    return "must consist of alphanumeric characters, '-' or '_', as HTTP tokens do";
}

Complaint inner_path(std::string_view text) {
    if (text.starts_with('/')) return "must be a relative path";
    for (;;) {
        const std::size_t slash = text.find('/');
        if (text.substr(0, slash) == "..") return "must not contain '..'";
        if (slash == std::string_view::npos) return {};
        text.remove_prefix(slash + 1);
    }
}

void tell(
    Problems& problems,
    const std::string& path,
    std::string_view text,
    Complaint (*rule)(std::string_view)
) {
    if (text.empty()) return;
    const Complaint complaint = rule(text);
    if (!complaint.empty())
        problems.push_back({path, std::string(complaint) + ", got " + fields::in_quotes(text)});
}

}  // namespace swell::spec
