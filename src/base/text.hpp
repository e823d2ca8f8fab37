#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace swell {

/// The candidate nearest to `word` by edit distance (insert, delete, replace, swap of neighbours,
/// case ignored), for `did you mean`; empty when none is within a third of its length (at least 1).
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string_view trim(std::string_view text);
bool is_utf8(std::string_view text);

}  // namespace swell
