#include "cluster/pods/environment.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "cluster/pods/ports.hpp"
#include "spec/kinds/resources.hpp"

namespace swell::cluster::pods {

namespace {

bool is_variable_name(const std::string& name) {
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
    });
}

Variables port_variables(const spec::Pod& pod, const spec::Container& container) {
    Variables variables;
    for (const spec::PodPort& port : ports_of(pod, container)) {
        const std::string text = std::to_string(port.port);
        variables.emplace("PORT", text);
        if (!port.name.empty()) variables.emplace("PORT_" + variable_name(port.name), text);
    }
    return variables;
}

/// `metadata.labels['app']`: the key between the quotes; empty when `path` is not that map.
std::optional<std::string> subscript(const std::string& path, const std::string& map) {
    if (!path.starts_with(map + "['") || !path.ends_with("']")) return std::nullopt;
    return path.substr(map.size() + 2, path.size() - map.size() - 4);
}

std::string at_or_empty(const spec::Labels& labels, const std::string& key) {
    const auto found = labels.find(key);
    return found == labels.end() ? "" : found->second;
}

Result<std::string> field_value(const spec::Pod& pod, const std::string& path) {
    const spec::ObjectMeta& meta = pod.metadata;
    const std::map<std::string, std::string> fields = {
        {"metadata.name", meta.name},
        {"metadata.namespace", meta.ns},
        {"metadata.uid", meta.uid},
        {"spec.nodeName", pod.spec.node_name.empty() ? "localhost" : pod.spec.node_name},
        {"spec.serviceAccountName",
         pod.spec.service_account_name.empty() ? "default" : pod.spec.service_account_name},
        {"status.hostIP", "127.0.0.1"},
        {"status.hostIPs", "127.0.0.1"},
        {"status.podIP", "127.0.0.1"},
        {"status.podIPs", "127.0.0.1"},
    };
    if (const auto found = fields.find(path); found != fields.end()) return found->second;
    if (const auto key = subscript(path, "metadata.labels")) return at_or_empty(meta.labels, *key);
    if (const auto key = subscript(path, "metadata.annotations"))
        return at_or_empty(meta.annotations, *key);
    return fail(Code::invalid, "fieldPath \"" + path + "\" is not supported");
}

const spec::Container* named_container(const spec::PodSpec& pod, const std::string& name) {
    for (const auto* list : {&pod.containers, &pod.init_containers})
        for (const spec::Container& container : *list)
            if (container.name == name) return &container;
    return nullptr;
}

std::int64_t divide_up(std::int64_t value, std::int64_t by) {
    return by <= 0 ? value : value / by + (value % by > 0 ? 1 : 0);
}

/// What a limit that is not set comes to: all that the node has to give. Empty: the resource cannot
/// be asked for.
std::optional<std::int64_t> whole_machine(const Machine& machine, const std::string& resource) {
    if (resource == "cpu") return machine.cpu_milli;
    if (resource == "memory") return machine.memory;
    if (resource == "ephemeral-storage") return machine.storage;
    if (spec::is_huge_pages(resource)) return 0;
    return std::nullopt;
}

Result<std::string> resource_value(
    const EnvironmentSources& from, const spec::ResourceFieldSelector& field
) {
    const spec::Container* container = field.container_name.empty()
                                           ? &from.container
                                           : named_container(from.pod.spec, field.container_name);
    if (container == nullptr)
        return fail(Code::not_found, "container " + field.container_name + " not found");
    const std::size_t dot = field.resource.find('.');
    const std::string which = field.resource.substr(0, dot);
    const std::string name = dot == std::string::npos ? "" : field.resource.substr(dot + 1);
    const auto whole = whole_machine(from.machine, name);
    if ((which != "limits" && which != "requests") || !whole)
        return fail(Code::invalid, "resource \"" + field.resource + "\" is not supported");
    const auto& list =
        which == "limits" ? container->resources.limits : container->resources.requests;
    const auto found = list.find(name);
    const bool cpu = name == "cpu";
    std::int64_t value = 0;  // a request that is not set is 0, a limit the whole machine's
    if (found != list.end() && found->second.sign() > 0)
        value = cpu ? found->second.milli_value() : found->second.value();
    else if (which == "limits")
        value = *whole;
    std::int64_t divisor = cpu ? 1000 : 1;
    if (field.divisor && field.divisor->sign() > 0)
        divisor = cpu ? field.divisor->milli_value() : field.divisor->value();
    return std::to_string(divide_up(value, divisor));
}

/// The value of a key; empty when it is missing and may be.
template <class Source>
Result<std::optional<std::string>> key_value(
    const Source* source,
    const spec::KeySelector& key,
    const std::string& kind,
    const std::string& ns
) {
    if (source != nullptr) {
        if (const auto found = source->data.find(key.key); found != source->data.end())
            return found->second;
        if (key.optional) return std::nullopt;
        return fail(
            Code::not_found,
            "couldn't find key " + key.key + " in " + kind + " " + ns + "/" + key.name
        );
    }
    if (key.optional) return std::nullopt;
    std::string lower = kind;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return fail(Code::not_found, lower + " \"" + key.name + "\" not found");
}

Result<std::optional<std::string>> value_from(
    const EnvironmentSources& from, const spec::EnvVarSource& source
) {
    const std::string& ns = from.pod.metadata.ns;
    if (source.config_map_key_ref)
        return key_value(
            from.config_map(source.config_map_key_ref->name),
            *source.config_map_key_ref,
            "ConfigMap",
            ns
        );
    if (source.secret_key_ref)
        return key_value(
            from.secret(source.secret_key_ref->name), *source.secret_key_ref, "Secret", ns
        );
    Result<std::string> value;
    if (source.field_ref) value = field_value(from.pod, source.field_ref->field_path);
    if (source.resource_field_ref) value = resource_value(from, *source.resource_field_ref);
    if (!value) return std::unexpected(value.error());
    return *value;
}

template <class Source>
Result<void> add_all(
    const Source* source,
    const spec::EnvFromReference& reference,
    const std::string& prefix,
    const char* kind,
    Variables& to
) {
    if (source == nullptr) {
        if (reference.optional) return {};
        return fail(Code::not_found, std::string(kind) + " \"" + reference.name + "\" not found");
    }
    for (const auto& [key, value] : source->data)
        if (is_variable_name(prefix + key)) to[prefix + key] = value;
    return {};
}

Result<void> add_env_from(const EnvironmentSources& from, Variables& to) {
    for (const spec::EnvFromSource& source : from.container.env_from) {
        Result<void> added;
        if (source.config_map_ref)
            added = add_all(
                from.config_map(source.config_map_ref->name),
                *source.config_map_ref,
                source.prefix,
                "configmap",
                to
            );
        if (added && source.secret_ref)
            added = add_all(
                from.secret(source.secret_ref->name),
                *source.secret_ref,
                source.prefix,
                "secret",
                to
            );
        if (!added) return added;
    }
    return {};
}

/// A manifest's own `PORT: 8080` means the container port 8080, which really is another here.
std::string own_port(
    const EnvironmentSources& from, const std::string& name, const std::string& value
) {
    if (name != "PORT" && !name.starts_with("PORT_")) return value;
    for (const spec::PodPort& port : ports_of(from.pod, from.container))
        if (value == std::to_string(port.container_port)) return std::to_string(port.port);
    return value;
}

}  // namespace

std::string variable_name(std::string_view name) {
    std::string result(name);
    for (char& c : result) {
        const auto byte = static_cast<unsigned char>(c);
        c = std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
    }
    return result;
}

Variables service_variables(const std::vector<const spec::Service*>& services, bool links) {
    Variables variables;
    for (const spec::Service* service : services) {
        const std::string& ip = service->spec.cluster_ip;
        if (ip.empty() || ip == "None" || service->spec.ports.empty()) continue;
        const std::string name = variable_name(service->metadata.name);
        const std::string first = std::to_string(service->spec.ports.front().port);
        variables["SWELL_URL_" + name] = "http://" + ip + ":" + first;
        if (!links) continue;
        variables[name + "_SERVICE_HOST"] = ip;
        variables[name + "_SERVICE_PORT"] = first;
        for (std::size_t i = 0; i < service->spec.ports.size(); ++i) {
            const spec::ServicePort& port = service->spec.ports[i];
            const std::string number = std::to_string(port.port);
            if (!port.name.empty())
                variables[name + "_SERVICE_PORT_" + variable_name(port.name)] = number;
            std::string protocol = port.protocol.empty() ? "TCP" : port.protocol;
            const std::string prefix = name + "_PORT_" + number + "_" + protocol;
            for (char& c : protocol)
                c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            const std::string url = protocol + "://" + ip + ":" + number;
            if (i == 0) variables[name + "_PORT"] = url;
            variables[prefix] = url;
            variables[prefix + "_PROTO"] = protocol;
            variables[prefix + "_PORT"] = number;
            variables[prefix + "_ADDR"] = ip;
        }
    }
    return variables;
}

Result<Variables> environment(const EnvironmentSources& from) {
    Variables given =
        service_variables(from.services, from.pod.spec.enable_service_links.value_or(true));
    for (auto& [name, value] : port_variables(from.pod, from.container)) given[name] = value;

    Variables own;
    if (auto added = add_env_from(from, own); !added) return std::unexpected(added.error());
    for (const spec::EnvVar& variable : from.container.env) {
        if (!variable.value.empty() || !variable.value_from) {
            own[variable.name] =
                own_port(from, variable.name, expand(variable.value, {&own, &given, &from.base}));
            continue;
        }
        auto value = value_from(from, *variable.value_from);
        if (!value) return std::unexpected(value.error());
        if (*value) own[variable.name] = **value;
    }

    Variables all = from.base;
    all["HOSTNAME"] = from.pod.metadata.name;
    for (const Variables* layer : {&given, &own})
        for (const auto& [name, value] : *layer) all[name] = value;
    for (const auto& [name, value] : from.volumes) all.emplace(name, value);
    return all;
}

}  // namespace swell::cluster::pods
