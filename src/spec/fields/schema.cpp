#include "spec/fields/schema.hpp"

#include <limits>
#include <utility>

#include "spec/fields/write.hpp"
#include "spec/kinds/meta.hpp"

namespace swell::spec::fields {
namespace {

Json schema_of(const Type& type, Json& definitions) {
    using Shape = Type::Shape;
    switch (type.shape) {
        case Shape::text:
            return {{"type", "string"}};
        case Shape::boolean:
            return {{"type", "boolean"}};
        case Shape::int32:
            return {
                {"type", "integer"},
                {"minimum", std::numeric_limits<std::int32_t>::min()},
                {"maximum", std::numeric_limits<std::int32_t>::max()}
            };
        case Shape::int64:
            return {{"type", "integer"}};
        case Shape::uint64:
            return {{"type", "integer"}, {"minimum", 0}};
        case Shape::real:
            return {{"type", "number"}};
        case Shape::quantity:
            return {
                {"type", {"string", "number"}},
                {"pattern",
                 "^[+-]?([0-9]+|[0-9]+\\.[0-9]*|\\.[0-9]+)"
                 "([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$"}
            };
        case Shape::instant:
            return {{"type", "string"}, {"format", "date-time"}};
        case Shape::int_or_string:
            return {{"type", {"integer", "string"}}};
        case Shape::json:
            return Json::object();
        case Shape::object:
            return define(type.fields(), definitions);
        case Shape::list:
            return {{"type", "array"}, {"items", schema_of(*type.element, definitions)}};
        case Shape::map:
            return {
                {"type", "object"}, {"additionalProperties", schema_of(*type.element, definitions)}
            };
        case Shape::optional:
            return schema_of(*type.element, definitions);
    }
    return Json::object();
}

Json form_of(const Field& field, Json& definitions) {
    switch (field.form) {
        case Field::Form::version:
            return {{"type", "string"}, {"pattern", "^[0-9]*$"}};
        case Field::Form::base64:
            return {
                {"type", "object"},
                {"additionalProperties", {{"type", "string"}, {"contentEncoding", "base64"}}}
            };
        case Field::Form::ignored:
        case Field::Form::dropped:
            return Json::object();
        case Field::Form::plain:
        case Field::Form::merged:
            return schema_of(*field.type, definitions);
    }
    return Json::object();
}

/// The default of a number, flag or text, where it is not zero.
void add_default(const Struct& type, const Field& field, Json& schema) {
    using Shape = Type::Shape;
    if (!field.has_member() || field.required || field.form != Field::Form::plain) return;
    const Shape shape = field.type->shape;
    if (shape == Shape::object || shape == Shape::list || shape == Shape::map) return;
    // Only what differs from zero is written of an object made of defaults; see write().
    Json written = Json::object();
    write(type.defaults, type, written);
    const auto found = written.find(std::string(field.name));
    if (found != written.end()) schema["default"] = *found;
}

Json schema_of(const Struct& type, const Field& field, Json& definitions) {
    Json schema = form_of(field, definitions);
    if (!field.words.empty()) schema["enum"] = field.words;
    if (field.range) {
        schema["minimum"] = field.range->min;
        schema["maximum"] = field.range->max;
    }
    const bool list = field.has_member() && field.type->shape == Type::Shape::list;
    const bool text = field.has_member() && field.type->shape == Type::Shape::text;
    if (field.required && list) schema["minItems"] = 1;
    if (field.required && text && field.words.empty()) schema["minLength"] = 1;
    add_default(type, field, schema);
    schema["description"] = field.doc;
    return schema;
}

}  // namespace

Json define(const Struct& type, Json& definitions) {
    const std::string name(type.name);
    const Json reference = {{"$ref", "#/$defs/" + name}};
    if (definitions.contains(name)) return reference;
    definitions[name] = Json::object();  // so that a struct that holds its own kind ends here
    Json schema = {{"type", "object"}, {"properties", Json::object()}};
    Json required = Json::array();
    for (const Field& field : type.fields) {
        schema["properties"][std::string(field.name)] = schema_of(type, field, definitions);
        if (field.required) required.push_back(field.name);
    }
    if (!required.empty()) schema["required"] = std::move(required);
    schema["additionalProperties"] = false;
    definitions[name] = std::move(schema);
    return reference;
}

Json define_manifest(
    std::string_view api_version, std::string_view kind, const Struct& type, Json& definitions
) {
    Json reference = define(type, definitions);
    Json& schema = definitions[std::string(type.name)];
    Json properties = {{"apiVersion", {{"const", api_version}}}, {"kind", {{"const", kind}}}};
    properties.update(schema["properties"]);
    schema["properties"] = std::move(properties);
    Json required = {"apiVersion", "kind"};
    for (const Json& name : schema["required"]) required.push_back(name);
    schema["required"] = std::move(required);
    return reference;
}

Json schema_document(const Json& rule, Json definitions) {
    Json document = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}};
    document.update(rule);
    document["$defs"] = std::move(definitions);
    return document;
}

}  // namespace swell::spec::fields
