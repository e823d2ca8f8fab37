#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace swell::spec::fields {

struct Struct;

/// What a reader, writer, checker or schema must know of a member's type: its shape and, for a
/// container, how to reach inside without knowing it. One for each C++ type, made by
/// `type_of<M>()`.
///
/// All pointers to objects are untyped; what they point to is what the shape says.
struct Type {
    enum class Shape {
        text,           ///< std::string
        boolean,        ///< bool
        int32,          ///< std::int32_t
        int64,          ///< std::int64_t
        uint64,         ///< std::uint64_t
        real,           ///< double
        quantity,       ///< Quantity
        instant,        ///< Instant
        int_or_string,  ///< IntOrString
        json,           ///< Json, kept as it is; null is absent
        object,         ///< a described struct
        list,           ///< std::vector
        map,            ///< std::map with std::string keys
        optional,       ///< std::optional
    };
    using Entries = std::vector<std::pair<std::string_view, const void*>>;

    explicit Type(Shape made) : shape(made) {}

    Shape shape;
    const Type* element = nullptr;                          ///< of list, map, optional
    const Struct& (*fields)() = nullptr;                    ///< of object
    std::size_t (*size)(const void*) = nullptr;             ///< of list, map, optional (0 or 1)
    const void* (*at)(const void*, std::size_t) = nullptr;  ///< of list, optional (0)
    void* (*append)(void*) = nullptr;                       ///< of list, optional: a fresh element
    void* (*insert)(void*, const std::string&) = nullptr;   ///< of map: a fresh element
    Entries (*entries)(const void*) = nullptr;              ///< of map, in the order of its keys
};

/// One field of a struct, as its describe() declares it.
struct Field {
    enum class Form {
        plain,
        version,  ///< a uint64 written as a string
        base64,   ///< a map of bytes, written in base64
        merged,   ///< a map of text, read into a map that another field writes
        ignored,  ///< no member: read with a warning, not kept
        dropped,  ///< no member: read in silence, not kept
    };
    struct Range {
        std::int64_t min, max;
    };

    std::string_view name;
    std::string_view doc;
    Form form = Form::plain;
    bool required = false;
    const Type* type = nullptr;           ///< nullptr without a member
    std::size_t offset = 0;               ///< of the member in its struct
    std::vector<std::string_view> words;  ///< not empty: the allowed values
    std::optional<Range> range;

    bool has_member() const { return type != nullptr; }
};

/// A described struct: its fields in the order of their declaration, and a fresh one, whose members
/// are the defaults.
struct Struct {
    std::string_view name;
    std::vector<Field> fields;
    const void* defaults = nullptr;
};

inline const void* member(const void* object, const Field& field) {
    return static_cast<const char*>(object) + field.offset;
}
inline void* member(void* object, const Field& field) {
    return static_cast<char*>(object) + field.offset;
}

}  // namespace swell::spec::fields
