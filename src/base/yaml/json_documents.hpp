#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml/parse.hpp"

namespace swell::yaml {

/// JSON values one after another, each beginning on a line of its own, made documents of YAML.
struct JsonDocuments {
    std::string text;                  ///< with `--- ` in front of each but the first
    std::vector<std::uint32_t> lines;  ///< where that stands, rising; empty: the text has one value
};

/// For text that is JSON. Values that YAML separates already are left as they are.
JsonDocuments separate(std::string_view text);

/// Takes the room of the marks out of all places.
void forget_marks(const std::vector<std::uint32_t>& lines, Documents& read);

}  // namespace swell::yaml
