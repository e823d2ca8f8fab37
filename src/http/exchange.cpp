#include "http/exchange.hpp"

#include <algorithm>

#include "http/codec.hpp"

namespace swell::http {

namespace {

int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// `plus`: `+` is a space, as in queries.
Result<std::string> percent_decode(std::string_view text, bool plus) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus) {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            const int high = i + 1 < text.size() ? hex(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex(text[i + 2]) : -1;
            if (high < 0 || low < 0 || high + low == 0) {
                return fail(Code::invalid, "bad escape in " + std::string(text));
            }
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return out;
}

Response typed(int status, std::string body, const char* type) {
    return {.status = status, .headers = {{"Content-Type", type}}, .body = std::move(body)};
}

}  // namespace

std::optional<std::string_view> find(const HeaderList& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (same_name(key, name)) return value;
    }
    return std::nullopt;
}

Response text_response(int status, std::string body) {
    return typed(status, std::move(body), "text/plain; charset=utf-8");
}

Response json_response(int status, std::string body) {
    return typed(status, std::move(body), "application/json");
}

std::string_view Target::value(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::string_view() : std::string_view(found->second);
}

Result<Target> parse_target(std::string_view target) {
    const std::size_t mark = target.find('?');
    auto path = percent_decode(target.substr(0, mark), false);
    if (!path) return std::unexpected(path.error());
    Target out{.path = std::move(*path), .query = {}};
    std::string_view rest = mark == std::string_view::npos ? "" : target.substr(mark + 1);
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        auto name = percent_decode(pair.substr(0, equals), true);
        if (!name) return std::unexpected(name.error());
        auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
        if (!value) return std::unexpected(value.error());
        out.query[std::move(*name)] = std::move(*value);
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

}  // namespace swell::http
