#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cluster/cluster.hpp"

namespace swell::cluster {

/// Reads `status.phase=Running,metadata.name!=a`: `=`, `==` and `!=`, joined by commas; a backslash
/// before `,`, `=` or itself makes it part of the value. Empty text: no requirement. Pure.
///
/// Errors  invalid: the part that is none, in Kubernetes' words.
/// Source: k8s.io/apimachinery/pkg/fields/selector.go, ParseSelector.
Result<std::vector<FieldRequirement>> parse_field_selector(std::string_view text);

}  // namespace swell::cluster
