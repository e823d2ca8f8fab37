#include "control/deployment/revision.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace swell::control::deployment {

std::optional<std::int64_t> number_in(const spec::ObjectMeta& metadata, const char* annotation) {
    const auto found = metadata.annotations.find(annotation);
    if (found == metadata.annotations.end()) return std::nullopt;
    const char* const end = found->second.data() + found->second.size();
    std::int64_t number = 0;
    const auto read = std::from_chars(found->second.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return number;
}

std::int64_t revision(const spec::ObjectMeta& metadata) {
    return number_in(metadata, revision_annotation).value_or(0);
}

bool is_private(const std::string& annotation) {
    static constexpr std::array<std::string_view, 6> names = {
        "kubectl.kubernetes.io/last-applied-configuration",
        revision_annotation,
        revision_history_annotation,
        desired_replicas_annotation,
        max_replicas_annotation,
        "deprecated.deployment.rollback.to",
    };
    return std::ranges::find(names, annotation) != names.end();
}

namespace {

/// Appends to `1,4`, dropping the oldest so that the annotation stays bounded.
std::string with_revision(std::string history, const std::string& revision) {
    constexpr std::size_t longest = 2000;
    if (history.empty()) return revision;
    history += "," + revision;
    while (history.size() > longest) history.erase(0, history.find(',') + 1);
    return history;
}

}  // namespace

void set_annotations(
    spec::ReplicaSet& replica_set, const spec::Deployment& deployment, std::int64_t new_revision
) {
    spec::Labels& annotations = replica_set.metadata.annotations;
    for (const auto& [name, value] : deployment.metadata.annotations)
        if (!is_private(name)) annotations[name] = value;
    const auto before = number_in(replica_set.metadata, revision_annotation);
    if (before.value_or(0) >= new_revision) return;
    if (before) {
        std::string& history = annotations[revision_history_annotation];
        history = with_revision(history, std::to_string(*before));
    }
    annotations[revision_annotation] = std::to_string(new_revision);
}

void note_size(spec::ReplicaSet& replica_set, std::int64_t desired, std::int64_t max_replicas) {
    spec::Labels& annotations = replica_set.metadata.annotations;
    annotations[desired_replicas_annotation] = std::to_string(desired);
    annotations[max_replicas_annotation] = std::to_string(max_replicas);
}

}  // namespace swell::control::deployment
