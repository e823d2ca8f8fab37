#pragma once

#include <initializer_list>
#include <map>
#include <type_traits>

#include "spec/fields/struct.hpp"
#include "spec/kinds/meta.hpp"

// Turns the describe() of a struct into a table, once a run. Included by kinds/*.cpp alone: the
// reader, writer, checker and schema work on the tables, so that they are compiled once.

namespace swell::spec::fields {

template <class T>
const Struct& struct_of();
template <class M>
const Type& type_of();

template <class M>
struct ContainerOf {
    static constexpr bool is_container = false;
};

template <class E>
struct ContainerOf<std::vector<E>> {
    static constexpr bool is_container = true;
    static Type type() {
        using List = std::vector<E>;
        Type type{Type::Shape::list};
        type.element = &type_of<E>();
        type.size = [](const void* list) { return static_cast<const List*>(list)->size(); };
        type.at = [](const void* list, std::size_t i) -> const void* {
            return &(*static_cast<const List*>(list))[i];
        };
        type.append = [](void* list) -> void* { return &static_cast<List*>(list)->emplace_back(); };
        return type;
    }
};

template <class E>
struct ContainerOf<std::optional<E>> {
    static constexpr bool is_container = true;
    static Type type() {
        using Optional = std::optional<E>;
        Type type{Type::Shape::optional};
        type.element = &type_of<E>();
        type.size = [](const void* optional) -> std::size_t {
            return static_cast<const Optional*>(optional)->has_value() ? 1 : 0;
        };
        type.at = [](const void* optional, std::size_t) -> const void* {
            return &**static_cast<const Optional*>(optional);
        };
        type.append = [](void* optional) -> void* {
            return &static_cast<Optional*>(optional)->emplace();
        };
        return type;
    }
};

template <class E>
struct ContainerOf<std::map<std::string, E>> {
    static constexpr bool is_container = true;
    static Type type() {
        using Map = std::map<std::string, E>;
        Type type{Type::Shape::map};
        type.element = &type_of<E>();
        type.size = [](const void* map) { return static_cast<const Map*>(map)->size(); };
        type.insert = [](void* map, const std::string& key) -> void* {
            return &static_cast<Map*>(map)->insert_or_assign(key, E{}).first->second;
        };
        type.entries = [](const void* map) {
            Type::Entries entries;
            for (const auto& [key, value] : *static_cast<const Map*>(map))
                entries.emplace_back(key, &value);
            return entries;
        };
        return type;
    }
};

template <class M>
Type make_type() {
    using Shape = Type::Shape;
    if constexpr (std::is_same_v<M, std::string>)
        return Type{Shape::text};
    else if constexpr (std::is_same_v<M, bool>)
        return Type{Shape::boolean};
    else if constexpr (std::is_same_v<M, std::int32_t>)
        return Type{Shape::int32};
    else if constexpr (std::is_same_v<M, std::int64_t>)
        return Type{Shape::int64};
    else if constexpr (std::is_same_v<M, std::uint64_t>)
        return Type{Shape::uint64};
    else if constexpr (std::is_same_v<M, double>)
        return Type{Shape::real};
    else if constexpr (std::is_same_v<M, Quantity>)
        return Type{Shape::quantity};
    else if constexpr (std::is_same_v<M, Instant>)
        return Type{Shape::instant};
    else if constexpr (std::is_same_v<M, IntOrString>)
        return Type{Shape::int_or_string};
    else if constexpr (std::is_same_v<M, Json>)
        return Type{Shape::json};
    else if constexpr (ContainerOf<M>::is_container)
        return ContainerOf<M>::type();
    else {
        Type type{Shape::object};
        type.fields = &struct_of<M>;
        return type;
    }
}

template <class M>
const Type& type_of() {
    static const Type type = make_type<M>();
    return type;
}

/// The visitor that describe() is called with.
class Table {
  public:
    Table(Struct& into, const void* object) : into_(into), object_(object) {}

    template <class M>
    void field(std::string_view name, const M& member, std::string_view doc) {
        add(name, member, doc);
    }
    template <class M>
    void required(std::string_view name, const M& member, std::string_view doc) {
        add(name, member, doc).required = true;
    }
    template <class M>
    void one_of(
        std::string_view name,
        const M& member,
        std::initializer_list<std::string_view> words,
        std::string_view doc
    ) {
        add(name, member, doc).words = words;
    }
    template <class M>
    void required_one_of(
        std::string_view name,
        const M& member,
        std::initializer_list<std::string_view> words,
        std::string_view doc
    ) {
        one_of(name, member, words, doc);
        into_.fields.back().required = true;
    }
    template <class M>
    void range(
        std::string_view name,
        const M& member,
        std::int64_t min,
        std::int64_t max,
        std::string_view doc
    ) {
        add(name, member, doc).range = Field::Range{min, max};
    }
    template <class M>
    void required_range(
        std::string_view name,
        const M& member,
        std::int64_t min,
        std::int64_t max,
        std::string_view doc
    ) {
        range(name, member, min, max, doc);
        into_.fields.back().required = true;
    }
    void version(std::string_view name, const std::uint64_t& member, std::string_view doc) {
        add(name, member, doc).form = Field::Form::version;
    }
    void raw(std::string_view name, const Json& member, std::string_view doc) {
        add(name, member, doc);
    }
    void base64(std::string_view name, const Labels& member, std::string_view doc) {
        add(name, member, doc).form = Field::Form::base64;
    }
    void merged(std::string_view name, const Labels& member, std::string_view doc) {
        add(name, member, doc).form = Field::Form::merged;
    }
    void ignored(std::initializer_list<std::string_view> names) {
        add_without_member(names, "Known to Kubernetes; not acted on.", Field::Form::ignored);
    }
    void dropped(std::initializer_list<std::string_view> names) {
        add_without_member(names, "Set by a cluster; not kept.", Field::Form::dropped);
    }

  private:
    template <class M>
    Field& add(std::string_view name, const M& member, std::string_view doc) {
        const auto offset =
            reinterpret_cast<const char*>(&member) - static_cast<const char*>(object_);
        Field& field = into_.fields.emplace_back();
        field.name = name;
        field.doc = doc;
        field.type = &type_of<M>();
        field.offset = static_cast<std::size_t>(offset);
        return field;
    }
    void add_without_member(
        std::initializer_list<std::string_view> names, std::string_view doc, Field::Form form
    ) {
        for (const std::string_view name : names) {
            Field& field = into_.fields.emplace_back();
            field.name = name;
            field.doc = doc;
            field.form = form;
        }
    }

    Struct& into_;
    const void* object_;
};

/// The name of a type without its namespace, as the compiler writes it.
template <class T>
constexpr std::string_view type_name() {
    std::string_view text = __PRETTY_FUNCTION__;  // … [with T = swell::spec::Pod; …]
    text.remove_prefix(text.find("T = ") + 4);
    text = text.substr(0, text.find_first_of(";]"));
    return text.substr(text.rfind(':') + 1);
}

template <class T>
const Struct& struct_of() {
    static const T defaults{};
    static const Struct table = [] {
        Struct made{.name = type_name<T>(), .fields = {}, .defaults = &defaults};
        Table visitor(made, &defaults);
        T::describe(visitor, defaults);
        return made;
    }();
    return table;
}

}  // namespace swell::spec::fields
