#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/yaml/node.hpp"

namespace swell::yaml {

/// What a scalar means.
struct Scalar {
    Node::Type type = Node::Type::string;
    std::string text;
};

/// What a plain (unquoted) scalar means to Kubernetes' reader, sigs.k8s.io/yaml, which is go-yaml
/// v2 followed by JSON. `text` is what the JSON would say:
///
///     y Y yes Yes YES true True TRUE on On ON     boolean  true     (n, no, false, off: false)
///     ~ null Null NULL, nothing                   null
///     12, +12, 1_000, 0x1F, 0b11, 0o17, 017       integer  in decimal, within 64 bits
///     1.5, .5, 1e3, 08, larger integers           number   through a double: 1.50 is 1.5
///     2.0, 1e3                                    integer  2, 1000: as JSON prints that double
///     .inf, -.inf, .nan                           number   as written; JSON has no word for them
///     everything else, dates too                  string
Scalar resolve_plain(std::string_view plain);

/// What a scalar with an explicit tag means (`tag:yaml.org,2002:int` and so on). A tag that is not
/// YAML's own makes it a string. Empty when the text is not of the type that the tag names.
std::optional<Scalar> resolve_tagged(std::string_view tag, std::string_view text);

/// Whether a string, written plain, would be read as anything but that string; base-60 numbers and
/// dates too, which other readers take for such.
bool needs_quotes(std::string_view text);

}  // namespace swell::yaml
