#include "control/deployment/pod_template.hpp"

#include <string_view>
#include <utility>

#include "spec/object.hpp"

namespace swell::control::deployment {

namespace {

std::uint32_t fnv1a(std::string_view bytes) {
    std::uint32_t sum = 2166136261u;
    for (const char byte : bytes) {
        sum ^= static_cast<unsigned char>(byte);
        sum *= 16777619u;
    }
    return sum;
}

spec::ObjectMeta without_hash(spec::ObjectMeta metadata) {
    metadata.labels.erase(hash_label);
    return metadata;
}

std::string in_safe_alphabet(const std::string& text) {
    constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
    std::string safe;
    for (const char c : text) safe += alphabet[static_cast<unsigned char>(c) % alphabet.size()];
    return safe;
}

}  // namespace

std::string hash(
    const spec::PodTemplateSpec& pod_template, std::optional<std::int32_t> collision_count
) {
    spec::Pod pod;
    pod.metadata = without_hash(pod_template.metadata);
    pod.spec = pod_template.spec;
    std::string text = spec::Object(std::move(pod)).to_json().dump();
    if (collision_count) text += std::to_string(*collision_count);
    return in_safe_alphabet(std::to_string(fnv1a(text)));
}

bool same_template(const spec::PodTemplateSpec& a, const spec::PodTemplateSpec& b) {
    return a.spec == b.spec && without_hash(a.metadata) == without_hash(b.metadata);
}

spec::PodTemplateSpec without_hash(spec::PodTemplateSpec pod_template) {
    pod_template.metadata.labels.erase(hash_label);
    return pod_template;
}

}  // namespace swell::control::deployment
