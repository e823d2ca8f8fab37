#include "spec/fields/write.hpp"

#include <cmath>
#include <utility>

#include "base/quantity.hpp"
#include "base/time.hpp"
#include "spec/fields/base64.hpp"
#include "spec/kinds/meta.hpp"

namespace swell::spec::fields {
namespace {

template <class T>
const T& as(const void* value) {
    return *static_cast<const T*>(value);
}

/// Numbers, flags and texts that read back as this without being written, if their default is zero
/// too. Objects are left to the look at what was written of them.
bool zero(const Type& type, const void* value) {
    using Shape = Type::Shape;
    switch (type.shape) {
        case Shape::text:
            return as<std::string>(value).empty();
        case Shape::boolean:
            return !as<bool>(value);
        case Shape::int32:
            return as<std::int32_t>(value) == 0;
        case Shape::int64:
            return as<std::int64_t>(value) == 0;
        case Shape::uint64:
            return as<std::uint64_t>(value) == 0;
        case Shape::real:
            return as<double>(value) == 0;
        case Shape::int_or_string:
            return as<IntOrString>(value) == IntOrString{};
        case Shape::json:
            return as<Json>(value).is_null();
        case Shape::list:
        case Shape::map:
        case Shape::optional:
            return type.size(value) == 0;
        case Shape::quantity:
        case Shape::instant:
        case Shape::object:
            return false;
    }
    return false;
}

/// Room for `count` more keys. Without it the vector below a Json object grows by copying whole
/// values, as their const keys cannot be moved.
void make_room(Json& object, std::size_t count) {
    auto& keys = object.get_ref<Json::object_t&>();
    keys.reserve(keys.size() + count);
}

void add(Json& object, std::string_view key, Json value) {
    // The keys of one struct differ: no search for the key, which operator[] would do.
    object.get_ref<Json::object_t&>().emplace_back(std::string(key), std::move(value));
}

Json real(double value) {
    constexpr double exact = 9007199254740992;  // 2^53: beyond it an integer would pretend
    if (std::trunc(value) == value && std::abs(value) < exact)
        return static_cast<std::int64_t>(value);
    return value;
}

Json value_of(const Type& type, const void* value);

Json list_of(const Type& type, const void* list) {
    Json out = Json::array();
    const std::size_t size = type.size(list);
    out.get_ref<Json::array_t&>().reserve(size);
    for (std::size_t i = 0; i < size; ++i) out.push_back(value_of(*type.element, type.at(list, i)));
    return out;
}

Json map_of(const Type& type, const void* map) {
    Json out = Json::object();
    for (const auto& [key, value] : type.entries(map))
        add(out, key, value_of(*type.element, value));
    return out;
}

Json bytes_of(const Labels& bytes) {
    Json out = Json::object();
    make_room(out, bytes.size());
    for (const auto& [key, value] : bytes) add(out, key, to_base64(value));
    return out;
}

Json value_of(const Type& type, const void* value) {
    using Shape = Type::Shape;
    switch (type.shape) {
        case Shape::text:
            return as<std::string>(value);
        case Shape::boolean:
            return as<bool>(value);
        case Shape::int32:
            return as<std::int32_t>(value);
        case Shape::int64:
            return as<std::int64_t>(value);
        case Shape::uint64:
            return as<std::uint64_t>(value);
        case Shape::real:
            return real(as<double>(value));
        case Shape::quantity:
            return as<Quantity>(value).text();
        case Shape::instant:
            return to_rfc3339(as<Instant>(value));
        case Shape::int_or_string: {
            const auto& either = as<IntOrString>(value);
            return either.is_text() ? Json(either.text) : Json(either.number);
        }
        case Shape::json:
            return as<Json>(value);
        case Shape::object: {
            Json out = Json::object();
            write(value, type.fields(), out);
            return out;
        }
        case Shape::list:
            return list_of(type, value);
        case Shape::map:
            return map_of(type, value);
        case Shape::optional:
            return value_of(*type.element, type.at(value, 0));
    }
    return nullptr;
}

void write_field(const void* object, const Struct& type, const Field& field, Json& out) {
    const void* const value = member(object, field);
    const bool absent = zero(*field.type, value) && zero(*field.type, member(type.defaults, field));
    if (absent && !field.required) return;
    if (field.form == Field::Form::version)
        return add(out, field.name, std::to_string(as<std::uint64_t>(value)));
    if (field.form == Field::Form::base64) return add(out, field.name, bytes_of(as<Labels>(value)));
    Json written = value_of(*field.type, value);
    const bool empty_object = field.type->shape == Type::Shape::object && written.empty();
    if (!empty_object || field.required) add(out, field.name, std::move(written));
}

}  // namespace

void write(const void* object, const Struct& type, Json& out) {
    make_room(out, type.fields.size());
    for (const Field& field : type.fields)
        if (field.has_member() && field.form != Field::Form::merged)
            write_field(object, type, field, out);
}

}  // namespace swell::spec::fields
