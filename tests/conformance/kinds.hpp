#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace swell::conformance {

/// A kind of recorded case, as named on the command line.
struct Kind {
    std::string_view name;
    /// What differs between the recording and us, a line each; empty when nothing does. May throw a
    /// Json exception when the case is not of this kind.
    std::string (*check)(const Json& recorded);
};

std::span<const Kind> kinds();

/// nullptr when there is none of that name.
const Kind* find_kind(std::string_view name);

}  // namespace swell::conformance
