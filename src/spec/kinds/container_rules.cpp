#include <algorithm>
#include <array>
#include <set>

#include "spec/fields/read.hpp"
#include "spec/kinds/names.hpp"
#include "spec/kinds/pod_rules.hpp"

namespace swell::spec {
namespace {

using fields::in_quotes;

/// The rules of one container, beside its place.
class Rules {
  public:
    Rules(const Container& container, const ContainerPlace& place, Problems& problems)
        : container_(container), place_(place), problems_(problems) {}

    void all() {
        tell(problems_, at("name"), container_.name, dns_label);
        if (container_.command.empty() && container_.image.empty())
            problem(place_.path, "needs a command, or an image");
        ports();
        environment();
        mounts();
        probes();
        lifecycle();
        resize_policy();
        if (place_.init && !container_.restart_policy.empty() &&
            container_.restart_policy != "Always")
            problem(
                at("restartPolicy"), "must be Always, got " + in_quotes(container_.restart_policy)
            );
        if (!place_.init && !container_.restart_policy.empty())
            problem(at("restartPolicy"), "may only be given for init containers");
    }

  private:
    void ports() {
        std::set<std::string_view> names;
        std::set<std::pair<std::int32_t, std::string_view>> numbers;
        for (std::size_t i = 0; i < container_.ports.size(); ++i) {
            const ContainerPort& port = container_.ports[i];
            const std::string here = at("ports", i);
            tell(problems_, here + ".name", port.name, port_name);
            validate_port(port.container_port, here + ".containerPort", problems_);
            if (port.host_port != 0) validate_port(port.host_port, here + ".hostPort", problems_);
            if (!port.name.empty() && !names.insert(port.name).second)
                problem(here + ".name", "duplicate name " + in_quotes(port.name));
            if (!numbers.insert({port.container_port, port.protocol}).second)
                problem(
                    here + ".containerPort",
                    "duplicate port " + std::to_string(port.container_port) + "/" + port.protocol,
                    true
                );
        }
    }

    void environment() {
        std::set<std::string_view> names;
        for (std::size_t i = 0; i < container_.env.size(); ++i) {
            const EnvVar& variable = container_.env[i];
            const std::string here = at("env", i);
            tell(problems_, here + ".name", variable.name, env_name);
            if (!variable.name.empty() && !names.insert(variable.name).second)
                problem(
                    here + ".name",
                    "hides the earlier definition of " + in_quotes(variable.name),
                    true
                );
            if (!variable.value_from) continue;
            if (!variable.value.empty())
                problem(here + ".valueFrom", "may not be specified when `value` is not empty");
            source(*variable.value_from, here + ".valueFrom");
        }
        for (std::size_t i = 0; i < container_.env_from.size(); ++i) {
            const EnvFromSource& from = container_.env_from[i];
            tell(problems_, at("envFrom", i) + ".prefix", from.prefix, env_name);
            exactly_one(
                int{from.config_map_ref.has_value()} + int{from.secret_ref.has_value()},
                at("envFrom", i),
                "configMapRef, secretRef"
            );
        }
    }

    void source(const EnvVarSource& from, const std::string& here) {
        exactly_one(
            int{from.field_ref.has_value()} + int{from.resource_field_ref.has_value()} +
                int{from.config_map_key_ref.has_value()} + int{from.secret_key_ref.has_value()},
            here,
            "fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef"
        );
        if (from.field_ref) field(from.field_ref->field_path, here + ".fieldRef.fieldPath");
        if (from.config_map_key_ref)
            tell(problems_, here + ".configMapKeyRef.key", from.config_map_key_ref->key, data_key);
        if (from.secret_key_ref)
            tell(problems_, here + ".secretKeyRef.key", from.secret_key_ref->key, data_key);
        if (!from.resource_field_ref) return;
        constexpr std::array<std::string_view, 6> known = {
            "limits.cpu",
            "limits.memory",
            "limits.ephemeral-storage",
            "requests.cpu",
            "requests.memory",
            "requests.ephemeral-storage",
        };
        const std::string& resource = from.resource_field_ref->resource;
        const bool huge_pages = resource.starts_with("limits.hugepages-") ||
                                resource.starts_with("requests.hugepages-");
        if (!resource.empty() && !huge_pages &&
            std::find(known.begin(), known.end(), resource) == known.end())
            problem(
                here + ".resourceFieldRef.resource",
                "must be limits or requests of cpu, memory, ephemeral-storage or hugepages-SIZE, "
                "got " +
                    in_quotes(resource)
            );
    }

    void field(const std::string& path, const std::string& here) {
        constexpr std::array<std::string_view, 9> known = {
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.nodeName",
            "spec.serviceAccountName",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs",
        };
        if (path.empty() || std::find(known.begin(), known.end(), path) != known.end()) return;
        const bool keyed =
            path.starts_with("metadata.labels['") || path.starts_with("metadata.annotations['");
        if (keyed && path.ends_with("']")) return;
        problem(
            here,
            "must be one of metadata.name, metadata.namespace, metadata.uid, "
            "metadata.labels['KEY'], "
            "metadata.annotations['KEY'], spec.nodeName, spec.serviceAccountName, status.hostIP, "
            "status.podIP, got " +
                in_quotes(path)
        );
    }

    void mounts() {
        std::set<std::string_view> paths;
        for (std::size_t i = 0; i < container_.volume_mounts.size(); ++i) {
            const VolumeMount& mount = container_.volume_mounts[i];
            const std::string here = at("volumeMounts", i);
            const bool found = place_.volumes->contains(mount.name);
            if (!mount.name.empty() && !found)
                problem(
                    here + ".name",
                    "must be the name of a volume of the pod, got " + in_quotes(mount.name)
                );
            if (mount.mount_path.find(':') != std::string::npos)
                problem(
                    here + ".mountPath", "must not contain ':', got " + in_quotes(mount.mount_path)
                );
            if (!mount.mount_path.empty() && !paths.insert(mount.mount_path).second)
                problem(
                    here + ".mountPath",
                    "must be unique, got " + in_quotes(mount.mount_path) + " again"
                );
            tell(problems_, here + ".subPath", mount.sub_path, inner_path);
        }
    }

    void probes() {
        const bool sidecar = place_.init && container_.restart_policy == "Always";
        const bool none = place_.init && !sidecar;
        const auto each = [&](const std::optional<Probe>& probe, const char* name, bool once) {
            if (!probe) return;
            if (none)
                return problem(
                    at(name), "may not be set for init containers without restartPolicy=Always"
                );
            this->probe(*probe, at(name));
            if (once && probe->success_threshold > 1)
                problem(
                    at(name) + ".successThreshold",
                    "must be 1, got " + std::to_string(probe->success_threshold)
                );
        };
        each(container_.liveness_probe, "livenessProbe", true);
        each(container_.readiness_probe, "readinessProbe", false);
        each(container_.startup_probe, "startupProbe", true);
        if (container_.readiness_probe &&
            container_.readiness_probe->termination_grace_period_seconds)
            problem(
                at("readinessProbe") + ".terminationGracePeriodSeconds",
                "must not be set for readinessProbes"
            );
    }

    void probe(const Probe& probe, const std::string& here) {
        exactly_one(
            int{probe.exec.has_value()} + int{probe.http_get.has_value()} +
                int{probe.tcp_socket.has_value()},
            here,
            "exec, httpGet, tcpSocket"
        );
        if (probe.http_get) http_get(*probe.http_get, here + ".httpGet");
        if (probe.tcp_socket) port(probe.tcp_socket->port, here + ".tcpSocket.port");
        const auto grace = probe.termination_grace_period_seconds;
        if (grace && *grace < 1)
            problem(
                here + ".terminationGracePeriodSeconds",
                "must be >= 1, got " + std::to_string(*grace)
            );
    }

    void http_get(const HttpGetAction& action, const std::string& here) {
        port(action.port, here + ".port");
        if (action.scheme == "HTTPS")
            problem(
                here + ".scheme",
                "HTTPS is checked as tcpSocket: Swell does not speak TLS yet",
                true
            );
        for (std::size_t i = 0; i < action.http_headers.size(); ++i)
            tell(
                problems_,
                here + ".httpHeaders[" + std::to_string(i) + "].name",
                action.http_headers[i].name,
                http_token
            );
    }

    void port(const IntOrString& port, const std::string& here) {
        validate_port(port, here, problems_);
        const auto named = [&](const ContainerPort& each) { return each.name == port.text; };
        const bool found = std::any_of(container_.ports.begin(), container_.ports.end(), named);
        if (port.is_text() && !found)
            problem(here, "no port of the container has the name " + in_quotes(port.text), true);
    }

    void lifecycle() {
        if (!container_.lifecycle) return;
        const bool sidecar = container_.restart_policy == "Always";
        if (place_.init && !sidecar)
            return problem(
                at("lifecycle"), "may not be set for init containers without restartPolicy=Always"
            );
        handler(container_.lifecycle->post_start, at("lifecycle.postStart"));
        handler(container_.lifecycle->pre_stop, at("lifecycle.preStop"));
    }

    void handler(const std::optional<LifecycleHandler>& handler, const std::string& here) {
        if (!handler) return;
        exactly_one(
            int{handler->exec.has_value()} + int{handler->http_get.has_value()} +
                int{handler->tcp_socket.has_value()} + int{handler->sleep.has_value()},
            here,
            "exec, httpGet, tcpSocket, sleep"
        );
        if (handler->http_get) http_get(*handler->http_get, here + ".httpGet");
        if (handler->tcp_socket) port(handler->tcp_socket->port, here + ".tcpSocket.port");
        if (!handler->sleep) return;
        const std::int64_t grace = place_.pod->termination_grace_period_seconds;
        if (handler->sleep->seconds < 0 || handler->sleep->seconds > grace)
            problem(
                here + ".sleep.seconds",
                "must be between 0 and terminationGracePeriodSeconds (" + std::to_string(grace) +
                    "), got " + std::to_string(handler->sleep->seconds)
            );
    }

    /// Source  kubernetes pkg/apis/core/validation, validateResizePolicy
    void resize_policy() {
        const bool sidecar = place_.init && container_.restart_policy == "Always";
        if (place_.init && !sidecar && !container_.resize_policy.empty())
            problem(at("resizePolicy"), "must not be set for init containers");
        std::set<std::string_view> resources;
        for (std::size_t i = 0; i < container_.resize_policy.size(); ++i) {
            const ContainerResizePolicy& policy = container_.resize_policy[i];
            const std::string here = at("resizePolicy", i);
            if (!resources.insert(policy.resource_name).second)
                problem(
                    here + ".resourceName",
                    "must be unique, got " + in_quotes(policy.resource_name) + " again"
                );
            const bool never = place_.pod->restart_policy == "Never" && !sidecar;
            if (never && policy.restart_policy == "RestartContainer")
                problem(
                    here + ".restartPolicy",
                    "must be \"NotRequired\" when the pod's restartPolicy is \"Never\", got " +
                        in_quotes(policy.restart_policy)
                );
        }
    }

    void exactly_one(int count, const std::string& here, const char* names) {
        if (count != 1)
            problem(
                here,
                std::string("must have exactly one of ") + names + ", got " + std::to_string(count)
            );
    }

    std::string at(const char* field) const { return place_.path + "." + field; }
    std::string at(const char* list, std::size_t index) const {
        return at(list) + "[" + std::to_string(index) + "]";
    }
    void problem(std::string path, std::string what, bool warning = false) {
        problems_.push_back({std::move(path), std::move(what), warning});
    }

    const Container& container_;
    const ContainerPlace& place_;
    Problems& problems_;
};

}  // namespace

void validate(const Container& container, const ContainerPlace& place, Problems& problems) {
    Rules(container, place, problems).all();
}

}  // namespace swell::spec
