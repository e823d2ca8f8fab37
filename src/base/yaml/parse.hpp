#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/yaml/node.hpp"

namespace swell::yaml {

/// One fault of a text, with its place.
struct Fault {
    Position at;
    std::string what;
};

/// Bounds of what a text may ask of us; each is checked while reading, before memory is taken.
struct Limits {
    std::size_t bytes = 16u << 20;  ///< of text
    std::size_t depth = 64;         ///< nested sequences and mappings
    std::size_t nodes = 1'000'000;  ///< values, after aliases are expanded
};

/// Documents of a text, and what is wrong with it. A syntax error ends the reading; documents
/// before it stand. Empty documents are left out.
struct Documents {
    std::vector<Node> documents;
    std::vector<Fault> faults;
};

/// Reads a multi-document YAML text (JSON is a subset). Aliases and merge keys (`<<`) are expanded
/// within `limits.nodes`, and their text within twice `limits.bytes`; duplicate keys, invalid UTF-8
/// and tabs as indentation are faults. A document with a fault that is not of syntax (a duplicate
/// key) is there all the same, so that its other faults can be told as well: who acts looks at
/// `faults` first.
///
/// Plain scalars mean what they mean to Kubernetes (resolve.hpp): `yes` and `on` are true, `0x10`
/// is 16, `2.0` is the integer 2, a quoted scalar is a string. Keys too: `on:` is the key `true`.
/// What is merged never overrides what the object says itself, wherever the `<<` stands.
///
/// Pure, bounded in time and memory by the limits; a depth limit above 1000 counts as 1000.
Documents parse(std::string_view text, const Limits& limits = {});

/// Block style, two spaces, keys in their order, lists not indented below their key, as kubectl
/// prints. Text is quoted only where it would be read as something else; several lines come as `|`.
/// A long line is never folded.
std::string to_yaml(const Json& json);

}  // namespace swell::yaml
