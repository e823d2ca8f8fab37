#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace swell {

/// The candidate nearest to `word` by edit distance (insert, delete, replace, swap of neighbours,
/// case ignored), for `did you mean`; empty when none is within a third of its length (at least 1).
std::optional<std::string_view> nearest(
    std::string_view word, std::span<const std::string_view> candidates
);

/// The parts between separators, empty ones too: always one more than there are separators.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
/// Without the ASCII white space at both ends.
std::string_view trim(std::string_view text);

bool is_utf8(std::string_view text);
/// How many bytes from the start are valid UTF-8: the offset of the first fault, or the size.
std::size_t utf8_prefix(std::string_view text);

/// For people: `16 MiB`, `1.5 KiB`, `12 bytes`.
std::string binary_size(std::size_t bytes);

}  // namespace swell
