#pragma once

#include "spec/kinds/meta.hpp"
#include "spec/object.hpp"

namespace swell::spec {

/// The annotation that says whether an autoscaler acts: `Act` (the default) or `Observe`. One that
/// observes decides and journals beside what really happens, and changes nothing but its own
/// status.
inline constexpr const char* mode_annotation = "swell.dev/mode";

bool observes(const ObjectMeta& metadata);

/// The annotation's words, for the kinds that have it; warns of a key that is nearly this one.
///
/// path  of the metadata: `metadata`
void validate_mode(const ObjectMeta& metadata, const std::string& path, Problems& problems);

}  // namespace swell::spec
