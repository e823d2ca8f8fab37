#include "control/deployment/pod_template.hpp"

#include <iterator>
#include <string_view>
#include <tuple>
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

/// Nothing is copied: templates are compared at every look.
bool same_but_hash(const spec::Labels& a, const spec::Labels& b) {
    const auto next = [](spec::Labels::const_iterator at, const spec::Labels& labels) {
        return at != labels.end() && at->first == hash_label ? std::next(at) : at;
    };
    auto left = next(a.begin(), a), right = next(b.begin(), b);
    while (left != a.end() && right != b.end()) {
        if (*left != *right) return false;
        left = next(std::next(left), a);
        right = next(std::next(right), b);
    }
    return left == a.end() && right == b.end();
}

/// By a binding of all fields: with one more it does not compile.
auto all_but_labels(const spec::ObjectMeta& metadata) {
    const auto& [name, generate_name, ns, uid, resource_version, generation, creation_timestamp, deletion_timestamp, deletion_grace_period_seconds, labels, annotations, owner_references, finalizers] =
        metadata;
    return std::tie(
        name,
        generate_name,
        ns,
        uid,
        resource_version,
        generation,
        creation_timestamp,
        deletion_timestamp,
        deletion_grace_period_seconds,
        annotations,
        owner_references,
        finalizers
    );
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
    return same_but_hash(a.metadata.labels, b.metadata.labels) &&
           all_but_labels(a.metadata) == all_but_labels(b.metadata) && a.spec == b.spec;
}

spec::PodTemplateSpec without_hash(spec::PodTemplateSpec pod_template) {
    pod_template.metadata.labels.erase(hash_label);
    return pod_template;
}

}  // namespace swell::control::deployment
