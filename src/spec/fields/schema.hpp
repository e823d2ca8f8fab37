#pragma once

#include "base/json.hpp"
#include "spec/fields/struct.hpp"

namespace swell::spec::fields {

/// Adds the JSON Schema of a struct to `definitions` under its name, with those of the structs
/// below. Returns the reference to it: `{"$ref": "#/$defs/PodSpec"}`.
Json define(const Struct& type, Json& definitions);

/// Adds the schema of a whole manifest: the struct's, with `apiVersion` and `kind` in front.
Json define_manifest(
    std::string_view api_version, std::string_view kind, const Struct& type, Json& definitions
);

/// A schema document that is `rule` over these definitions.
Json schema_document(const Json& rule, Json definitions);

}  // namespace swell::spec::fields
