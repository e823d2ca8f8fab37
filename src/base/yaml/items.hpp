#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/yaml/parse.hpp"

namespace swell::yaml {

/// One document as a flat list, aliases not yet followed: a collection stands before its parts.
///
/// In this form an anchor is an index and costs nothing, and the size of a document with its
/// aliases expanded is known before any of it is built.
struct Item {
    enum class Kind { scalar, sequence, mapping, alias };

    Kind kind = Kind::scalar;
    Node::Type type = Node::Type::null;  ///< of a scalar
    bool merge = false;                  ///< a key that is a plain `<<`
    Position at;
    std::string text;        ///< of a scalar
    std::size_t end = 0;     ///< the index after the last part
    std::size_t target = 0;  ///< of an alias
};
using Items = std::vector<Item>;

/// How many faults of one text are told; the rest would not be read by anybody.
constexpr std::size_t most_faults = 100;

/// The value of a document: aliases and merge keys followed, duplicate keys reported.
Node build(const Items& items, std::vector<Fault>& faults);

}  // namespace swell::yaml
