#include "cluster/admission/internal_form.hpp"

#include <array>
#include <span>
#include <string_view>

#include "base/json.hpp"
#include "spec/object.hpp"

namespace swell::cluster {
namespace {

enum class As { value, text, flag, resources, containers };

/// A field of a struct: its name in Go, that in manifests (empty: not kept here), and what it is
/// when it is not set.
struct Field {
    const char* go;
    const char* manifest;
    As as = As::value;
    const char* unset = nullptr;  ///< a text; nullptr: what its kind makes of nothing
};

constexpr std::array<Field, 25> container_fields = {{
    {"Name", "name", As::text},
    {"Image", "image", As::text},
    {"Command", "command"},
    {"Args", "args"},
    {"WorkingDir", "workingDir", As::text},
    {"Ports", "ports"},
    {"EnvFrom", "envFrom"},
    {"Env", "env"},
    {"Resources", "resources", As::resources},
    {"ResizePolicy", "resizePolicy"},
    {"RestartPolicy", "restartPolicy"},
    {"RestartPolicyRules", ""},
    {"VolumeMounts", "volumeMounts"},
    {"VolumeDevices", ""},
    {"LivenessProbe", "livenessProbe"},
    {"ReadinessProbe", "readinessProbe"},
    {"StartupProbe", "startupProbe"},
    {"Lifecycle", "lifecycle"},
    {"TerminationMessagePath", "terminationMessagePath", As::text, "/dev/termination-log"},
    {"TerminationMessagePolicy", "terminationMessagePolicy", As::text, "File"},
    {"ImagePullPolicy", "imagePullPolicy", As::text, "Always"},
    {"SecurityContext", "securityContext"},
    {"Stdin", "", As::flag},
    {"StdinOnce", "", As::flag},
    {"TTY", "", As::flag},
}};

constexpr std::array<Field, 43> pod_fields = {{
    {"Volumes", "volumes"},
    {"InitContainers", "initContainers", As::containers},
    {"Containers", "containers", As::containers},
    {"EphemeralContainers", ""},
    {"RestartPolicy", "restartPolicy", As::text},
    {"TerminationGracePeriodSeconds", "terminationGracePeriodSeconds"},
    {"ActiveDeadlineSeconds", "activeDeadlineSeconds"},
    {"DNSPolicy", "dnsPolicy", As::text, "ClusterFirst"},
    {"NodeSelector", "nodeSelector"},
    {"ServiceAccountName", "serviceAccountName", As::text},
    {"DeprecatedServiceAccount", "serviceAccountName", As::text},
    {"AutomountServiceAccountToken", "automountServiceAccountToken"},
    {"NodeName", "nodeName", As::text},
    {"HostNetwork", "hostNetwork", As::flag},
    {"HostPID", "", As::flag},
    {"HostIPC", "", As::flag},
    {"ShareProcessNamespace", ""},
    {"SecurityContext", "securityContext"},
    {"ImagePullSecrets", "imagePullSecrets"},
    {"Hostname", "hostname", As::text},
    {"Subdomain", "", As::text},
    {"Affinity", "affinity"},
    {"SchedulerName", "schedulerName", As::text, "default-scheduler"},
    {"Tolerations", "tolerations"},
    {"HostAliases", ""},
    {"PriorityClassName", "priorityClassName", As::text},
    {"Priority", ""},
    {"DNSConfig", ""},
    {"ReadinessGates", ""},
    {"RuntimeClassName", ""},
    {"EnableServiceLinks", "enableServiceLinks"},
    {"PreemptionPolicy", ""},
    {"Overhead", "overhead"},
    {"TopologySpreadConstraints", "topologySpreadConstraints"},
    {"SetHostnameAsFQDN", ""},
    {"OS", ""},
    {"HostUsers", ""},
    {"SchedulingGates", ""},
    {"ResourceClaims", ""},
    {"Resources", "resources"},
    {"HostnameOverride", ""},
    {"SchedulingGroup", ""},
    {"EvictionResponders", ""},
}};

constexpr std::array<Field, 9> claim_fields = {{
    {"AccessModes", "accessModes"},
    {"Selector", ""},
    {"Resources", "resources", As::resources},
    {"VolumeName", "volumeName", As::text},
    {"StorageClassName", "storageClassName"},
    {"VolumeMode", "volumeMode", As::value, "Filesystem"},
    {"DataSource", ""},
    {"DataSourceRef", ""},
    {"VolumeAttributesClassName", "volumeAttributesClassName"},
}};

Json fields_of(const Json& manifest, std::span<const Field> fields, bool of_claim);

Json found_in(const Json& manifest, const char* name) {
    return manifest.is_object() && manifest.contains(name) ? manifest[name] : Json();
}

/// A field's value by the names of manifests; null stays null.
Json form_of(const Json& value, const Field& field, bool of_claim) {
    switch (field.as) {
        case As::text:
            if (value.is_null()) return field.unset == nullptr ? "" : field.unset;
            return value;
        case As::flag:
            return value.is_null() ? Json(false) : value;
        case As::resources: {
            Json form = {
                {"Limits", found_in(value, "limits")}, {"Requests", found_in(value, "requests")}
            };
            if (!of_claim) form["Claims"] = nullptr;
            return form;
        }
        case As::containers: {
            if (value.is_null()) return value;
            Json list = Json::array();
            for (const Json& each : value)
                list.push_back(fields_of(each, container_fields, of_claim));
            return list;
        }
        case As::value:
            break;
    }
    if (value.is_null() && field.unset != nullptr) return field.unset;
    return value;
}

Json fields_of(const Json& manifest, std::span<const Field> fields, bool of_claim) {
    Json form = Json::object();
    for (const Field& field : fields)
        form[field.go] = form_of(found_in(manifest, field.manifest), field, of_claim);
    return form;
}

/// As Go prints JSON for people, one space a level.
std::string printed(const Json& json) {
    std::string text;
    for (const char c : json.dump(1, ' ', false, Json::error_handler_t::replace)) {
        if (c == '<')
            text += "\\u003c";
        else if (c == '>')
            text += "\\u003e";
        else if (c == '&')
            text += "\\u0026";
        else
            text += c;
    }
    return text;
}

}  // namespace

std::string internal_form(const spec::PodSpec& spec) {
    spec::Pod pod;
    pod.spec = spec;
    const Json manifest = found_in(spec::Object(std::move(pod)).to_json(), "spec");
    Json form = fields_of(manifest, pod_fields, false);
    if (Json& resources = form["Resources"]; !resources.is_null())
        resources = form_of(resources, {"Resources", "resources", As::resources}, false);
    return printed(form);
}

std::string internal_form(const spec::PersistentVolumeClaimSpec& spec) {
    spec::PersistentVolumeClaim claim;
    claim.spec = spec;
    const Json manifest = found_in(spec::Object(std::move(claim)).to_json(), "spec");
    return printed(fields_of(manifest, claim_fields, true));
}

}  // namespace swell::cluster
