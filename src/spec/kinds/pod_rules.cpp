#include "spec/kinds/pod_rules.hpp"

#include <limits>
#include <set>

#include "spec/fields/read.hpp"
#include "spec/kinds/field_error.hpp"
#include "spec/kinds/names.hpp"
#include "spec/kinds/resources.hpp"

namespace swell::spec {
namespace {

using fields::in_quotes;

std::string item(const std::string& path, const char* list, std::size_t index) {
    return path + "." + list + "[" + std::to_string(index) + "]";
}

void complete(ResourceRequirements& resources) {
    round_amounts(resources.limits);
    round_amounts(resources.requests);
    for (const auto& [name, limit] : resources.limits) resources.requests.try_emplace(name, limit);
}

void validate_items(
    const std::vector<KeyToPath>& items, const std::string& path, Problems& problems
) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::string at = item(path, "items", i);
        tell(problems, at + ".path", items[i].path, inner_path);
        if (items[i].mode && (*items[i].mode < 0 || *items[i].mode > 0777))
            problems.push_back({at + ".mode", "must be between 0 and 0777 (octal)"});
    }
}

void validate_mode(std::int32_t mode, const std::string& path, Problems& problems) {
    if (mode < 0 || mode > 0777)
        problems.push_back({path + ".defaultMode", "must be between 0 and 0777 (octal)"});
}

void validate(const Volume& volume, const std::string& path, Problems& problems) {
    tell(problems, path + ".name", volume.name, dns_label);
    const int sources = int{volume.empty_dir.has_value()} + int{volume.config_map.has_value()} +
                        int{volume.secret.has_value()};
    if (sources == 0)
        problems.push_back({path, "needs a source that Swell knows: emptyDir, configMap or secret"}
        );
    if (sources > 1)
        problems.push_back({path, "may not have more than one of emptyDir, configMap, secret"});
    if (volume.empty_dir && volume.empty_dir->size_limit &&
        volume.empty_dir->size_limit->sign() < 0)
        problems.push_back(
            {path + ".emptyDir.sizeLimit",
             "must be >= 0, got " + volume.empty_dir->size_limit->text()}
        );
    if (volume.config_map) {
        validate_items(volume.config_map->items, path + ".configMap", problems);
        validate_mode(volume.config_map->default_mode, path + ".configMap", problems);
    }
    if (volume.secret) {
        validate_items(volume.secret->items, path + ".secret", problems);
        validate_mode(volume.secret->default_mode, path + ".secret", problems);
    }
}

/// Returns the names of the volumes.
std::set<std::string_view> validate_volumes(
    const PodSpec& spec, const std::string& path, Problems& problems
) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < spec.volumes.size(); ++i) {
        const std::string at = item(path, "volumes", i);
        validate(spec.volumes[i], at, problems);
        if (!names.insert(spec.volumes[i].name).second)
            problems.push_back({at + ".name", "duplicate name " + in_quotes(spec.volumes[i].name)});
    }
    return names;
}

/// Containers and init containers share one set of names, and mount the same volumes.
void validate_containers(const PodSpec& spec, const std::string& path, Problems& problems) {
    const std::set<std::string_view> volumes = validate_volumes(spec, path, problems);
    std::set<std::string_view> names;
    const auto walk = [&](const std::vector<Container>& list, const char* name, bool init) {
        for (std::size_t i = 0; i < list.size(); ++i) {
            const std::string at = item(path, name, i);
            validate(
                list[i], {.path = at, .init = init, .pod = &spec, .volumes = &volumes}, problems
            );
            if (!list[i].name.empty() && !names.insert(list[i].name).second)
                problems.push_back({at + ".name", "duplicate name " + in_quotes(list[i].name)});
        }
    };
    walk(spec.containers, "containers", false);
    walk(spec.init_containers, "initContainers", true);
}

}  // namespace

void complete(PodSpec& spec) {
    for (Container& container : spec.containers) complete(container.resources);
    for (Container& container : spec.init_containers) complete(container.resources);
    round_amounts(spec.resources.limits);
    round_amounts(spec.resources.requests);
    round_amounts(spec.overhead);
}

void validate(const PodSpec& spec, const std::string& path, Problems& problems) {
    validate_containers(spec, path, problems);
    validate_resources(spec, path, problems);
    validate_deadline(spec, path, problems);
    validate_labels(spec.node_selector, path + ".nodeSelector", problems);
    tell(problems, path + ".hostname", spec.hostname, dns_label);
    tell(problems, path + ".nodeName", spec.node_name, dns_subdomain);
    tell(problems, path + ".serviceAccountName", spec.service_account_name, dns_subdomain);
}

void validate_deadline(const PodSpec& spec, const std::string& path, Problems& problems) {
    const auto& deadline = spec.active_deadline_seconds;
    if (!deadline) return;
    if (*deadline < 1 || *deadline > std::numeric_limits<std::int32_t>::max())
        problems.push_back(invalid(
            path + ".activeDeadlineSeconds",
            std::to_string(*deadline),
            "must be between 1 and 2147483647, inclusive"
        ));
}

void validate(const PodTemplateSpec& pod_template, const std::string& path, Problems& problems) {
    validate_labels(pod_template.metadata.labels, path + ".metadata.labels", problems);
    validate_annotations(
        pod_template.metadata.annotations, path + ".metadata.annotations", problems
    );
    validate(pod_template.spec, path + ".spec", problems);
    if (pod_template.spec.restart_policy != "Always")
        problems.push_back(
            {path + ".spec.restartPolicy",
             "must be Always in a template, got " + in_quotes(pod_template.spec.restart_policy)}
        );
    if (pod_template.spec.active_deadline_seconds)
        problems.push_back({path + ".spec.activeDeadlineSeconds", "may not be given in a template"}
        );
}

}  // namespace swell::spec
