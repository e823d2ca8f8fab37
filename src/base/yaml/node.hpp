#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"

namespace swell::yaml {

/// Where a value stands in its file; line and column count from 1, 0 is unknown (it came as JSON).
struct Position {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    bool operator==(const Position&) const = default;
};

/// A YAML or JSON value that knows where it was written.
///
/// `type` is what Kubernetes' reader makes of a scalar (resolve.hpp; a quoted one is always a
/// string), and `text` is as JSON says it: a number in decimal, `true` for `yes`; a string's own
/// characters. Mapping keys are unique (the reader refuses duplicates).
struct Node {
    enum class Type { null, boolean, integer, number, string, sequence, mapping };

    Type type = Type::null;
    Position at;              ///< of the value's first character
    std::string text;         ///< scalars: the text
    std::vector<Node> items;  ///< sequence: the items; mapping: the values
    std::vector<std::pair<std::string, Position>> keys;  ///< mapping: same length as items

    /// The value of a key of a mapping; nullptr when absent or not a mapping.
    const Node* find(std::string_view key) const;
    /// `null`, `boolean`, `integer`, `number`, `string`, `list` or `object`, as messages name it.
    std::string_view type_name() const;

    /// Without positions. What is nested deeper than 1000 levels is left out.
    static Node from_json(const Json& json);
    Json to_json() const;
};

}  // namespace swell::yaml
