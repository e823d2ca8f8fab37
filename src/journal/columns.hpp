#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"

namespace swell::journal {

using Rows = std::vector<std::vector<std::string>>;

/// Columns two spaces apart, as wide as their characters (`→` is one); the last one is not padded.
/// Every line starts with `indent` and ends with a newline.
std::string columns(const Rows& rows, const std::string& indent);

/// `2026-11-24 12:00:00`, UTC.
std::string clock_text(Instant at);

/// `replicas` as `REPLICAS`.
std::string upper(std::string text);

}  // namespace swell::journal
