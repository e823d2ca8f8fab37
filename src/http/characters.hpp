#pragma once

#include <array>
#include <string_view>

#include "http/message.hpp"

/// Which bytes HTTP/1.1 allows where, and which field names decide. Source: RFC 9110, 5.5
/// and 5.6.2.
namespace swell::http {

namespace detail {

constexpr std::array<bool, 256> token_bytes() {
    std::array<bool, 256> table{};
    for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
    for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = true;
    for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = true;
    for (const char c : std::string_view("!#$%&'*+-.^_`|~")) {
        table[static_cast<unsigned char>(c)] = true;
    }
    return table;
}

constexpr std::array<bool, 256> value_bytes() {
    std::array<bool, 256> table{};
    for (std::size_t c = 0x20; c < 256; ++c) table[c] = c != 0x7f;
    table['\t'] = true;
    return table;
}

inline constexpr std::array<bool, 256> token_table = token_bytes();
inline constexpr std::array<bool, 256> value_table = value_bytes();

}  // namespace detail

inline bool is_token_byte(char c) { return detail::token_table[static_cast<unsigned char>(c)]; }
inline bool is_value_byte(char c) { return detail::value_table[static_cast<unsigned char>(c)]; }
inline bool is_blank(char c) { return c == ' ' || c == '\t'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// -1 when it is none.
inline int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// What the name decides about; `other` for nearly all, told by length and first letter.
Field field_of(std::string_view name);

}  // namespace swell::http
