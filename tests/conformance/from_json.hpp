#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/json.hpp"
#include "spec/kinds/meta.hpp"

// Reads any kind's struct from JSON as it stands: no defaults, no rules. Recorded cases hold
// objects that a manifest may not, and a case must not depend on the reader of manifests.

namespace swell::conformance {

template <class T>
void from_json(const Json& json, T& into);

struct FromJson {
    const Json& json;

    const Json* at(const char* name) const {
        const auto found = json.find(name);
        return found == json.end() || found->is_null() ? nullptr : &*found;
    }
    template <class M>
    void field(const char* name, M& member, const char*) {
        if (const Json* value = at(name)) from_json(*value, member);
    }
    template <class M>
    void required(const char* name, M& member, const char* doc) {
        field(name, member, doc);
    }
    using Words = std::initializer_list<std::string_view>;
    template <class M>
    void one_of(const char* name, M& member, Words, const char* doc) {
        field(name, member, doc);
    }
    template <class M>
    void required_one_of(const char* name, M& member, Words, const char* doc) {
        field(name, member, doc);
    }
    template <class M>
    void range(const char* name, M& member, std::int64_t, std::int64_t, const char* doc) {
        field(name, member, doc);
    }
    template <class M>
    void required_range(const char* name, M& member, std::int64_t, std::int64_t, const char* doc) {
        field(name, member, doc);
    }
    void ignored(Words) {}
    void dropped(Words) {}
    template <class M>
    void version(const char*, M&, const char*) {}
    template <class M>
    void raw(const char*, M&, const char*) {}
    template <class M>
    void base64(const char*, M&, const char*) {}
    template <class M>
    void merged(const char*, M&, const char*) {}
};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {};

template <class T>
void from_json(const Json& json, T& into) {
    if constexpr (std::is_same_v<T, std::string>) {
        if (json.is_string()) into = json.get<std::string>();
    } else if constexpr (std::is_arithmetic_v<T>) {
        into = json.get<T>();
    } else if constexpr (std::is_same_v<T, Quantity>) {
        into = Quantity::parse(json.is_string() ? json.get<std::string>() : json.dump())
                   .value_or(Quantity{});
    } else if constexpr (std::is_same_v<T, Instant>) {
        into = parse_rfc3339(json.get<std::string>()).value_or(Instant{});
    } else if constexpr (std::is_same_v<T, spec::IntOrString> || std::is_same_v<T, Json>) {
        // No case looks at these.
    } else if constexpr (IsOptional<T>::value) {
        from_json(json, into.emplace());
    } else if constexpr (IsVector<T>::value) {
        into.clear();
        for (const Json& element : json) from_json(element, into.emplace_back());
    } else if constexpr (IsMap<T>::value) {
        into.clear();
        for (const auto& [key, value] : json.items()) from_json(value, into[key]);
    } else {
        FromJson reader{json};
        T::describe(reader, into);
    }
}

}  // namespace swell::conformance
