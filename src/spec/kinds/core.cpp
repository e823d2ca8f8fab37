#include "spec/kinds/core.hpp"

#include "spec/fields/kind.hpp"
#include "spec/kinds/names.hpp"
#include "spec/kinds/pod_rules.hpp"

namespace swell::spec {
namespace {

void complete(Pod& pod) { complete(pod.spec); }

void validate(const Pod& pod, Problems& problems) {
    validate(pod.metadata, "metadata", problems);
    validate(pod.spec, "spec", problems);
}

void complete(ConfigMap&) {}

/// The keys of both maps of a ConfigMap, or of a Secret's one; Kubernetes takes 1 MiB in all.
void validate_data(
    const Labels& data, const std::string& path, std::size_t& size, Problems& problems
) {
    for (const auto& [key, value] : data) {
        const Complaint complaint = data_key(key);
        if (!complaint.empty())
            problems.push_back(
                {path + "[" + key + "]", std::string(complaint) + ", got " + fields::in_quotes(key)}
            );
        size += key.size() + value.size();
    }
}

constexpr std::size_t most_data = 1 << 20;

void validate_size(std::size_t size, Problems& problems) {
    if (size > most_data)
        problems.push_back({"data", "must have at most 1048576 bytes, got " + std::to_string(size)}
        );
}

void validate(const ConfigMap& map, Problems& problems) {
    validate(map.metadata, "metadata", problems);
    std::size_t size = 0;
    validate_data(map.data, "data", size, problems);
    validate_data(map.binary_data, "binaryData", size, problems);
    for (const auto& [key, value] : map.binary_data)
        if (map.data.contains(key))
            problems.push_back({"binaryData[" + key + "]", "duplicate of key present in `data`"});
    validate_size(size, problems);
}

void complete(Secret&) {}

void validate(const Secret& secret, Problems& problems) {
    validate(secret.metadata, "metadata", problems);
    std::size_t size = 0;
    validate_data(secret.data, "data", size, problems);
    validate_size(size, problems);
    if (secret.type != "kubernetes.io/tls") return;
    for (const char* key : {"tls.crt", "tls.key"})
        if (!secret.data.contains(key))
            problems.push_back(
                {std::string("data[") + key + "]", "is required for type kubernetes.io/tls"}
            );
}

void complete(Event&) {}

void validate(const Event& event, Problems& problems) {
    validate(event.metadata, "metadata", problems);
}

}  // namespace

template <>
const Kind& kind_of<Pod>() {
    static const Kind kind =
        fields::make_kind<Pod, complete, validate>({"v1", "Pod", "pods", {"po"}});
    return kind;
}

template <>
const Kind& kind_of<ConfigMap>() {
    static const Kind kind =
        fields::make_kind<ConfigMap, complete, validate>({"v1", "ConfigMap", "configmaps", {"cm"}});
    return kind;
}

template <>
const Kind& kind_of<Secret>() {
    static const Kind kind =
        fields::make_kind<Secret, complete, validate>({"v1", "Secret", "secrets", {}});
    return kind;
}

template <>
const Kind& kind_of<Event>() {
    static const Kind kind =
        fields::make_kind<Event, complete, validate>({"v1", "Event", "events", {"ev"}});
    return kind;
}

}  // namespace swell::spec
