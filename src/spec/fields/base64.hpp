#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace swell::spec::fields {

/// RFC 4648, with padding.
std::string to_base64(std::string_view bytes);

/// Empty when it is not base64. Line breaks are passed over, as Kubernetes does.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace swell::spec::fields
