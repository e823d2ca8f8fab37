#pragma once

#include <utility>

#include "spec/fields/check.hpp"
#include "spec/fields/describe.hpp"
#include "spec/fields/read.hpp"
#include "spec/fields/schema.hpp"
#include "spec/fields/write.hpp"
#include "spec/object.hpp"

// Makes the registry's row of a kind from its struct. Included by kinds/*.cpp alone.

namespace swell::spec::fields {

/// Appends what `more` found, without what was told already: one fault, one finding. Two problems
/// are of one fault when they are of one field, or one is of a part of the other's.
void add_new(Problems& problems, Problems more);

/// The names of a kind.
struct Names {
    std::string_view api_version, name, plural;
    std::vector<std::string_view> short_names;
};

template <class T>
void default_namespace(T& object) {
    if (object.metadata.ns.empty()) object.metadata.ns = "default";
}

/// Names, fields and functions of a namespaced kind. T has metadata, and may have spec and status.
///
/// complete   fills in the defaults that depend on other fields
/// validate   rules across fields
template <class T, void (*complete)(T&), void (*validate)(const T&, Problems&)>
Kind make_kind(Names names) {
    static const std::string_view api_version = names.api_version;
    static const std::string_view name = names.name;
    Kind kind;
    kind.api_version = names.api_version;
    kind.name = names.name;
    kind.plural = names.plural;
    kind.short_names = std::move(names.short_names);
    kind.metadata = [](const void* object) -> const ObjectMeta& {
        return static_cast<const T*>(object)->metadata;
    };
    kind.with_metadata = [](const void* object,
                            ObjectMeta metadata) -> std::shared_ptr<const void> {
        auto copy = std::make_shared<T>(*static_cast<const T*>(object));
        copy->metadata = std::move(metadata);
        return copy;
    };
    kind.with_status = [](const void* object, const void* other) -> std::shared_ptr<const void> {
        auto copy = std::make_shared<T>(*static_cast<const T*>(object));
        if constexpr (requires { copy->status; })
            copy->status = other != nullptr ? static_cast<const T*>(other)->status : T{}.status;
        return copy;
    };
    kind.joined = [](const void* object, ObjectMeta metadata, const void* other, bool alone
                  ) -> std::shared_ptr<const void> {
        const T& of = *static_cast<const T*>(object);
        const T& from = *static_cast<const T*>(other);
        // Member by member, where there are these three: what is replaced is not copied first.
        if constexpr (requires { T{of.metadata, of.spec, of.status}; }) {
            if (!alone) return std::make_shared<T>(T{std::move(metadata), of.spec, from.status});
            T& mine = const_cast<T&>(from);  // no object is made const
            return std::make_shared<T>(T{std::move(metadata), of.spec, std::move(mine.status)});
        } else {
            auto copy = std::make_shared<T>(of);
            copy->metadata = std::move(metadata);
            if constexpr (requires { copy->status; }) copy->status = from.status;
            return copy;
        }
    };
    kind.same_spec = [](const void* left, const void* right) {
        const T& a = *static_cast<const T*>(left);
        const T& b = *static_cast<const T*>(right);
        if constexpr (requires { a.spec; }) {
            return a.spec == b.spec;
        } else {
            T copy = a;
            copy.metadata = b.metadata;
            return copy == b;
        }
    };
    kind.same_status = [](const void* left, const void* right) {
        if constexpr (requires(const T& t) { t.status; })
            return static_cast<const T*>(left)->status == static_cast<const T*>(right)->status;
        else
            return true;
    };
    kind.read = [](const yaml::Node& node, Problems& problems) -> std::shared_ptr<const void> {
        auto object = std::make_shared<T>();
        read(node, struct_of<T>(), object.get(), problems);
        default_namespace(*object);
        complete(*object);
        return object;
    };
    kind.write = [](const void* object) {
        Json out = {{"apiVersion", api_version}, {"kind", name}};
        write(object, struct_of<T>(), out);
        return out;
    };
    kind.validate = [](const void* object, Problems& problems) {
        Problems found;
        check(object, struct_of<T>(), found);
        Problems rules;
        validate(*static_cast<const T*>(object), rules);
        add_new(found, std::move(rules));
        add_new(problems, std::move(found));
    };
    kind.schema = [] {
        Json definitions = Json::object();
        const Json reference = define_manifest(api_version, name, struct_of<T>(), definitions);
        return schema_document(reference, std::move(definitions));
    };
    return kind;
}

}  // namespace swell::spec::fields
