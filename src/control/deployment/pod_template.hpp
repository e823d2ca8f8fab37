#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "spec/kinds/core.hpp"

namespace swell::control::deployment {

/// The label by which the pods of one template are told from those of another.
inline constexpr const char* hash_label = "pod-template-hash";

/// A short name for a template: the same template always gets the same, another one almost always
/// another. `collision_count` gives a template another name when its first is taken.
///
/// FNV-1a, 32 bits, over the template as JSON, in Kubernetes' alphabet for names: up to 10
/// characters.
std::string hash(
    const spec::PodTemplateSpec& pod_template, std::optional<std::int32_t> collision_count
);

/// Equal but for the hash label: templates of one revision.
bool same_template(const spec::PodTemplateSpec& a, const spec::PodTemplateSpec& b);

/// The template without the hash label.
spec::PodTemplateSpec without_hash(spec::PodTemplateSpec pod_template);

}  // namespace swell::control::deployment
