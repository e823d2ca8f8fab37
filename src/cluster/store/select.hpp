#pragma once

#include <string>
#include <string_view>

#include "cluster/cluster.hpp"

namespace swell::cluster {

/// Whether an object is one of those a query asks for.
bool matches(const Query& query, const Object& object);

/// Kind and namespace alone: what no write to an object can change.
bool in_scope(const Query& query, const Object& object);

/// Whether an object in scope can come and go by a write: the query looks at labels, fields or
/// owners.
bool is_selective(const Query& query);

/// The value at a path of an object's JSON (`spec.nodeName`, `metadata.name`) as text; empty when
/// there is none. The fields that Kubernetes selects by are read without making the JSON.
std::string field_text(const Object& object, std::string_view path);

}  // namespace swell::cluster
