#pragma once

#include "spec/kinds/meta.hpp"

namespace swell::spec {

using ResourceList = std::map<std::string, Quantity>;  ///< `cpu` in cores, `memory` in bytes, …

struct ResourceRequirements {
    ResourceList requests, limits;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("limits", s.limits, "The most a container may use.");
        v.field("requests", s.requests, "What a container is promised; defaults to the limits.");
        v.ignored({"claims"});
    }
    bool operator==(const ResourceRequirements&) const = default;
};

struct KeySelector {
    std::string name, key;
    bool optional = false;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "Name of the ConfigMap or Secret.");
        v.required("key", s.key, "Key within it.");
        v.field("optional", s.optional, "Whether it may be missing.");
    }
    bool operator==(const KeySelector&) const = default;
};

struct ObjectFieldSelector {
    std::string api_version = "v1", field_path;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("apiVersion", s.api_version, "Defaults to v1.");
        v.required("fieldPath", s.field_path, "metadata.name, status.podIP, …");
    }
    bool operator==(const ObjectFieldSelector&) const = default;
};

struct ResourceFieldSelector {
    std::string container_name, resource;
    std::optional<Quantity> divisor;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("containerName", s.container_name, "Defaults to the same container.");
        v.required("resource", s.resource, "limits.cpu, requests.memory, …");
        v.field("divisor", s.divisor, "Unit of the value; defaults to 1.");
    }
    bool operator==(const ResourceFieldSelector&) const = default;
};

struct EnvVarSource {
    std::optional<ObjectFieldSelector> field_ref;
    std::optional<ResourceFieldSelector> resource_field_ref;
    std::optional<KeySelector> config_map_key_ref, secret_key_ref;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("fieldRef", s.field_ref, "A field of the pod.");
        v.field("resourceFieldRef", s.resource_field_ref, "A request or limit of a container.");
        v.field("configMapKeyRef", s.config_map_key_ref, "A key of a ConfigMap.");
        v.field("secretKeyRef", s.secret_key_ref, "A key of a Secret.");
        v.ignored({"fileKeyRef"});
    }
    bool operator==(const EnvVarSource&) const = default;
};

struct EnvVar {
    std::string name, value;
    std::optional<EnvVarSource> value_from;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "Name of the variable.");
        v.field("value", s.value, "Its value; $(NAME) is replaced, $$ is one $.");
        v.field("valueFrom", s.value_from, "Where the value comes from.");
    }
    bool operator==(const EnvVar&) const = default;
};

struct EnvFromReference {
    std::string name;
    bool optional = false;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "Name of the object.");
        v.field("optional", s.optional, "Whether it may be missing.");
    }
    bool operator==(const EnvFromReference&) const = default;
};

struct EnvFromSource {
    std::string prefix;
    std::optional<EnvFromReference> config_map_ref, secret_ref;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("prefix", s.prefix, "Put before each name.");
        v.field("configMapRef", s.config_map_ref, "All keys of a ConfigMap.");
        v.field("secretRef", s.secret_ref, "All keys of a Secret.");
    }
    bool operator==(const EnvFromSource&) const = default;
};

struct ContainerPort {
    std::string name;
    std::int32_t container_port = 0;
    std::int32_t host_port = 0;
    std::string protocol = "TCP";

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("name", s.name, "Name that a Service or probe may use.");
        v.required(
            "containerPort", s.container_port, "Port the container would listen on in a cluster."
        );
        v.field("hostPort", s.host_port, "Kept, not acted on.");
        v.one_of("protocol", s.protocol, {"TCP", "UDP", "SCTP"}, "Defaults to TCP.");
        v.ignored({"hostIP"});
    }
    bool operator==(const ContainerPort&) const = default;
};

struct HttpHeader {
    std::string name, value;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "Header name.");
        v.field("value", s.value, "Header value.");
    }
    bool operator==(const HttpHeader&) const = default;
};

struct HttpGetAction {
    std::string path = "/";
    IntOrString port;
    std::string host, scheme = "HTTP";
    std::vector<HttpHeader> http_headers;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("path", s.path, "Defaults to /.");
        v.required("port", s.port, "Number or name of a container port.");
        v.field("host", s.host, "Defaults to the pod.");
        v.one_of("scheme", s.scheme, {"HTTP", "HTTPS"}, "Defaults to HTTP.");
        v.field("httpHeaders", s.http_headers, "More headers.");
    }
    bool operator==(const HttpGetAction&) const = default;
};

struct TcpSocketAction {
    IntOrString port;
    std::string host;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("port", s.port, "Number or name of a container port.");
        v.field("host", s.host, "Defaults to the pod.");
    }
    bool operator==(const TcpSocketAction&) const = default;
};

struct ExecAction {
    std::vector<std::string> command;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("command", s.command, "Program and arguments; no shell.");
    }
    bool operator==(const ExecAction&) const = default;
};

struct SleepAction {
    std::int64_t seconds = 0;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("seconds", s.seconds, "How long.");
    }
    bool operator==(const SleepAction&) const = default;
};

struct Probe {
    std::optional<ExecAction> exec;
    std::optional<HttpGetAction> http_get;
    std::optional<TcpSocketAction> tcp_socket;
    std::int32_t initial_delay_seconds = 0;
    std::int32_t timeout_seconds = 1;
    std::int32_t period_seconds = 10;
    std::int32_t success_threshold = 1;
    std::int32_t failure_threshold = 3;
    std::optional<std::int64_t> termination_grace_period_seconds;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("exec", s.exec, "Succeeds when the program exits with 0.");
        v.field("httpGet", s.http_get, "Succeeds on a status from 200 to 399.");
        v.field("tcpSocket", s.tcp_socket, "Succeeds when the port accepts.");
        v.range(
            "initialDelaySeconds",
            s.initial_delay_seconds,
            0,
            2147483647,
            "Wait after the start. Defaults to 0."
        );
        v.range("timeoutSeconds", s.timeout_seconds, 1, 2147483647, "Defaults to 1.");
        v.range("periodSeconds", s.period_seconds, 1, 2147483647, "Defaults to 10.");
        v.range("successThreshold", s.success_threshold, 1, 2147483647, "Defaults to 1.");
        v.range("failureThreshold", s.failure_threshold, 1, 2147483647, "Defaults to 3.");
        v.field(
            "terminationGracePeriodSeconds",
            s.termination_grace_period_seconds,
            "Of a kill by this probe; defaults to the pod's."
        );
        v.ignored({"grpc"});
    }
    bool operator==(const Probe&) const = default;
};

struct LifecycleHandler {
    std::optional<ExecAction> exec;
    std::optional<HttpGetAction> http_get;
    std::optional<TcpSocketAction> tcp_socket;
    std::optional<SleepAction> sleep;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("exec", s.exec, "Runs a program.");
        v.field("httpGet", s.http_get, "Sends a request.");
        v.field("tcpSocket", s.tcp_socket, "Deprecated; kept, not acted on.");
        v.field("sleep", s.sleep, "Waits.");
    }
    bool operator==(const LifecycleHandler&) const = default;
};

struct Lifecycle {
    std::optional<LifecycleHandler> post_start, pre_stop;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("postStart", s.post_start, "Right after the start.");
        v.field("preStop", s.pre_stop, "Before SIGTERM, within the grace period.");
        v.ignored({"stopSignal"});
    }
    bool operator==(const Lifecycle&) const = default;
};

struct VolumeMount {
    std::string name, mount_path, sub_path;
    bool read_only = false;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "Name of a volume of the pod.");
        v.required("mountPath", s.mount_path, "Where the container sees it.");
        v.field("subPath", s.sub_path, "Part of the volume.");
        v.field("readOnly", s.read_only, "Defaults to false.");
        v.ignored({"mountPropagation", "recursiveReadOnly", "subPathExpr"});
    }
    bool operator==(const VolumeMount&) const = default;
};

/// What a change of one resource of a running container takes.
struct ContainerResizePolicy {
    std::string resource_name;   ///< cpu, memory
    std::string restart_policy;  ///< NotRequired, RestartContainer

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required_one_of("resourceName", s.resource_name, {"cpu", "memory"}, "Which resource.");
        v.required_one_of(
            "restartPolicy",
            s.restart_policy,
            {"NotRequired", "RestartContainer"},
            "Whether the container is started anew to take it."
        );
    }
    bool operator==(const ContainerResizePolicy&) const = default;
};

struct Container {
    std::string name, image;
    std::vector<std::string> command, args;
    std::string working_dir;
    std::vector<ContainerPort> ports;
    std::vector<EnvFromSource> env_from;
    std::vector<EnvVar> env;
    ResourceRequirements resources;
    std::vector<ContainerResizePolicy> resize_policy;
    std::vector<VolumeMount> volume_mounts;
    std::optional<Probe> liveness_probe, readiness_probe, startup_probe;
    std::optional<Lifecycle> lifecycle;
    std::string restart_policy;  ///< of an init container: `Always` makes it a sidecar
    std::string image_pull_policy, termination_message_path, termination_message_policy;
    Json security_context;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "Name, unique in the pod.");
        v.field("image", s.image, "Kept; embedded pods run `command`.");
        v.field(
            "command", s.command, "Program and first arguments; no shell. $(NAME) is replaced."
        );
        v.field("args", s.args, "More arguments. $(NAME) is replaced.");
        v.field("workingDir", s.working_dir, "Defaults to the folder of the manifest.");
        v.field("ports", s.ports, "Ports; the first is given as PORT.");
        v.field("envFrom", s.env_from, "Variables from whole ConfigMaps and Secrets.");
        v.field("env", s.env, "Variables.");
        v.field("resources", s.resources, "Requests and limits.");
        v.field(
            "resizePolicy",
            s.resize_policy,
            "Resources that take a restart to change. Defaults to none."
        );
        v.field("volumeMounts", s.volume_mounts, "Volumes and where they are seen.");
        v.field("livenessProbe", s.liveness_probe, "Fails: the container is restarted.");
        v.field("readinessProbe", s.readiness_probe, "Fails: the pod gets no traffic.");
        v.field("startupProbe", s.startup_probe, "Until it succeeds the other probes wait.");
        v.field("lifecycle", s.lifecycle, "What is done after the start and before the stop.");
        v.one_of(
            "restartPolicy",
            s.restart_policy,
            {"Always", "OnFailure", "Never"},
            "Of an init container: Always makes it a sidecar."
        );
        v.field("imagePullPolicy", s.image_pull_policy, "Kept, not acted on.");
        v.field("terminationMessagePath", s.termination_message_path, "Kept, not acted on.");
        v.field("terminationMessagePolicy", s.termination_message_policy, "Kept, not acted on.");
        v.raw("securityContext", s.security_context, "Kept, not acted on.");
        v.ignored({"volumeDevices", "restartPolicyRules", "stdin", "stdinOnce", "tty"});
    }
    bool operator==(const Container&) const = default;
};

struct KeyToPath {
    std::string key, path;
    std::optional<std::int32_t> mode;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("key", s.key, "Key of the object.");
        v.required("path", s.path, "File name below the mount.");
        v.field("mode", s.mode, "File mode.");
    }
    bool operator==(const KeyToPath&) const = default;
};

struct EmptyDirVolume {
    std::string medium;
    std::optional<Quantity> size_limit;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("medium", s.medium, "Empty for disk, Memory for tmpfs.");
        v.field("sizeLimit", s.size_limit, "Kept, not acted on.");
    }
    bool operator==(const EmptyDirVolume&) const = default;
};

struct ConfigMapVolume {
    std::string name;
    std::vector<KeyToPath> items;
    std::int32_t default_mode = 0644;
    bool optional = false;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "Name of the ConfigMap.");
        v.field("items", s.items, "Keys to show; all when left out.");
        v.field("defaultMode", s.default_mode, "File mode. Defaults to 0644.");
        v.field("optional", s.optional, "Whether it may be missing.");
    }
    bool operator==(const ConfigMapVolume&) const = default;
};

struct SecretVolume {
    std::string secret_name;
    std::vector<KeyToPath> items;
    std::int32_t default_mode = 0644;
    bool optional = false;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("secretName", s.secret_name, "Name of the Secret.");
        v.field("items", s.items, "Keys to show; all when left out.");
        v.field("defaultMode", s.default_mode, "File mode. Defaults to 0644.");
        v.field("optional", s.optional, "Whether it may be missing.");
    }
    bool operator==(const SecretVolume&) const = default;
};

struct Volume {
    std::string name;
    std::optional<EmptyDirVolume> empty_dir;
    std::optional<ConfigMapVolume> config_map;
    std::optional<SecretVolume> secret;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "Name, unique in the pod.");
        v.field("emptyDir", s.empty_dir, "An empty folder that lives as long as the pod.");
        v.field("configMap", s.config_map, "Files from a ConfigMap.");
        v.field("secret", s.secret, "Files from a Secret.");
        v.ignored(
            {"awsElasticBlockStore",
             "azureDisk",
             "azureFile",
             "cephfs",
             "cinder",
             "csi",
             "downwardAPI",
             "ephemeral",
             "fc",
             "flexVolume",
             "flocker",
             "gcePersistentDisk",
             "gitRepo",
             "glusterfs",
             "hostPath",
             "image",
             "iscsi",
             "nfs",
             "persistentVolumeClaim",
             "photonPersistentDisk",
             "portworxVolume",
             "projected",
             "quobyte",
             "rbd",
             "scaleIO",
             "storageos",
             "vsphereVolume"}
        );
    }
    bool operator==(const Volume&) const = default;
};

struct PodSpec {
    std::vector<Volume> volumes;
    std::vector<Container> init_containers, containers;
    std::string restart_policy = "Always";
    std::int64_t termination_grace_period_seconds = 30;
    std::optional<std::int64_t> active_deadline_seconds;
    ResourceRequirements resources;
    ResourceList overhead;
    std::string node_name, service_account_name, dns_policy, priority_class_name, scheduler_name,
        hostname;
    Labels node_selector;
    std::optional<bool> enable_service_links, automount_service_account_token, host_network;
    Json security_context, affinity, tolerations, topology_spread_constraints, image_pull_secrets;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("volumes", s.volumes, "What containers can mount.");
        v.field(
            "initContainers",
            s.init_containers,
            "Run one after the other, to success, before the rest."
        );
        v.required("containers", s.containers, "At least one.");
        v.one_of(
            "restartPolicy",
            s.restart_policy,
            {"Always", "OnFailure", "Never"},
            "Defaults to Always."
        );
        v.range(
            "terminationGracePeriodSeconds",
            s.termination_grace_period_seconds,
            0,
            9223372036854775807,
            "From SIGTERM to SIGKILL. Defaults to 30."
        );
        v.field("activeDeadlineSeconds", s.active_deadline_seconds, "The pod fails after so long.");
        v.field("resources", s.resources, "Of the pod as a whole.");
        v.field("overhead", s.overhead, "What a pod costs beside its containers; quotas count it.");
        v.field("nodeName", s.node_name, "Kept, not acted on.");
        v.field("serviceAccountName", s.service_account_name, "Kept, not acted on.");
        v.field("dnsPolicy", s.dns_policy, "Kept, not acted on.");
        v.field("priorityClassName", s.priority_class_name, "Kept; quotas with scopes go by it.");
        v.field("schedulerName", s.scheduler_name, "Kept, not acted on.");
        v.field("hostname", s.hostname, "Kept, not acted on.");
        v.field("nodeSelector", s.node_selector, "Kept, not acted on.");
        v.field(
            "enableServiceLinks",
            s.enable_service_links,
            "Whether <NAME>_SERVICE_HOST is set. Defaults to true."
        );
        v.field(
            "automountServiceAccountToken", s.automount_service_account_token, "Kept, not acted on."
        );
        v.field("hostNetwork", s.host_network, "Kept, not acted on.");
        v.raw("securityContext", s.security_context, "Kept, not acted on.");
        v.raw("affinity", s.affinity, "Kept, not acted on.");
        v.raw("tolerations", s.tolerations, "Kept, not acted on.");
        v.raw("topologySpreadConstraints", s.topology_spread_constraints, "Kept, not acted on.");
        v.raw("imagePullSecrets", s.image_pull_secrets, "Kept, not acted on.");
        v.ignored(
            {"dnsConfig",
             "ephemeralContainers",
             "hostAliases",
             "hostIPC",
             "hostPID",
             "hostUsers",
             "hostnameOverride",
             "os",
             "preemptionPolicy",
             "priority",
             "readinessGates",
             "resourceClaims",
             "runtimeClassName",
             "schedulingGates",
             "serviceAccount",
             "setHostnameAsFQDN",
             "shareProcessNamespace",
             "subdomain"}
        );
    }
    bool operator==(const PodSpec&) const = default;
};

struct PodTemplateSpec {
    ObjectMeta metadata;
    PodSpec spec;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("metadata", s.metadata, "Labels and annotations of the pods.");
        v.required("spec", s.spec, "What the pods run.");
    }
    bool operator==(const PodTemplateSpec&) const = default;
};

struct ContainerStateRunning {
    std::optional<Instant> started_at;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("startedAt", s.started_at, "When it started.");
    }
    bool operator==(const ContainerStateRunning&) const = default;
};

struct ContainerStateWaiting {
    std::string reason, message;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("reason", s.reason, "ContainerCreating, PodInitializing, CrashLoopBackOff, …");
        v.field("message", s.message, "A sentence.");
    }
    bool operator==(const ContainerStateWaiting&) const = default;
};

struct ContainerStateTerminated {
    std::int32_t exit_code = 0;
    std::int32_t signal = 0;
    std::string reason, message;  ///< reason: Completed, Error, OOMKilled, StartError
    std::optional<Instant> started_at, finished_at;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("exitCode", s.exit_code, "128 + signal when killed by one.");
        v.field("signal", s.signal, "The signal, if any.");
        v.field("reason", s.reason, "Completed, Error, OOMKilled, StartError.");
        v.field("message", s.message, "A sentence.");
        v.field("startedAt", s.started_at, "When it started.");
        v.field("finishedAt", s.finished_at, "When it ended.");
        v.dropped({"containerID"});
    }
    bool operator==(const ContainerStateTerminated&) const = default;
};

struct ContainerState {
    std::optional<ContainerStateWaiting> waiting;
    std::optional<ContainerStateRunning> running;
    std::optional<ContainerStateTerminated> terminated;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("waiting", s.waiting, "Not started.");
        v.field("running", s.running, "Running.");
        v.field("terminated", s.terminated, "Ended.");
    }
    bool operator==(const ContainerState&) const = default;
};

struct ContainerStatus {
    std::string name;
    ContainerState state, last_state;
    bool ready = false;
    std::optional<bool> started;
    std::int32_t restart_count = 0;
    std::string image, image_id, container_id;      ///< container_id: `process://PID-STARTTIME`
    ResourceList allocated_resources;               ///< requests that the runtime has granted
    std::optional<ResourceRequirements> resources;  ///< in force: what its cgroup was told

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("name", s.name, "Name of the container.");
        v.field("state", s.state, "What it is now.");
        v.field("lastState", s.last_state, "What it was before its last restart.");
        v.required("ready", s.ready, "Whether it passes its readiness probe.");
        v.field("started", s.started, "Whether it passed its startup probe.");
        v.required("restartCount", s.restart_count, "How often it was restarted.");
        v.field("image", s.image, "As in the spec.");
        v.field("imageID", s.image_id, "Empty for a process.");
        v.field("containerID", s.container_id, "process://PID-STARTTIME.");
        v.field("allocatedResources", s.allocated_resources, "Requests that were granted.");
        v.field("resources", s.resources, "Requests and limits in force.");
        v.dropped({"allocatedResourcesStatus", "stopSignal", "user", "volumeMounts"});
    }
    bool operator==(const ContainerStatus&) const = default;
};

/// Where one container port of an embedded pod really listens.
struct PodPort {
    std::string name;
    std::int32_t container_port = 0;
    std::int32_t port = 0;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("name", s.name, "Name of the container port.");
        v.required("containerPort", s.container_port, "As in the spec.");
        v.required("port", s.port, "The port of this machine that the pod was given.");
    }
    bool operator==(const PodPort&) const = default;
};

struct PodStatus {
    std::string phase;  ///< Pending, Running, Succeeded, Failed; empty before the runtime saw it
    /// Initialized, Ready, ContainersReady, PodScheduled; PodResizePending, PodResizeInProgress
    std::vector<Condition> conditions;
    std::string message, reason, host_ip, pod_ip;
    std::optional<Instant> start_time;
    std::vector<ContainerStatus> init_container_statuses, container_statuses;
    std::vector<PodPort> ports;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("phase", s.phase, "Pending, Running, Succeeded, Failed.");
        v.field("conditions", s.conditions, "Initialized, Ready, ContainersReady, PodScheduled.");
        v.field("message", s.message, "Why it is in this phase.");
        v.field("reason", s.reason, "One word: Evicted, DeadlineExceeded, …");
        v.field("hostIP", s.host_ip, "This machine.");
        v.field("podIP", s.pod_ip, "Where it listens.");
        v.field("startTime", s.start_time, "When the runtime accepted it.");
        v.field("initContainerStatuses", s.init_container_statuses, "One an init container.");
        v.field("containerStatuses", s.container_statuses, "One a container.");
        v.field("ports", s.ports, "Swell's own: where each container port really listens.");
        v.dropped(
            {"ephemeralContainerStatuses",
             "hostIPs",
             "nominatedNodeName",
             "observedGeneration",
             "podIPs",
             "qosClass",
             "resize",
             "resourceClaimStatuses"}
        );
    }
    bool operator==(const PodStatus&) const = default;
};

struct Pod {
    ObjectMeta metadata;
    PodSpec spec;
    PodStatus status;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.required("spec", s.spec, "What it runs.");
        v.field("status", s.status, "What it is doing.");
    }
    bool operator==(const Pod&) const = default;
};

struct ServicePort {
    std::string name, protocol = "TCP", app_protocol;
    std::int32_t port = 0;
    IntOrString target_port;  ///< 0: same as port
    std::int32_t node_port = 0;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("name", s.name, "Needed when there are several.");
        v.one_of("protocol", s.protocol, {"TCP", "UDP", "SCTP"}, "Defaults to TCP.");
        v.field("appProtocol", s.app_protocol, "Kept, not acted on.");
        v.required("port", s.port, "Port of the Service.");
        v.field(
            "targetPort", s.target_port, "Number or name of a container port; defaults to port."
        );
        v.field(
            "nodePort", s.node_port, "A port of 127.0.0.1, for types NodePort and LoadBalancer."
        );
    }
    bool operator==(const ServicePort&) const = default;
};

struct ServiceSpec {
    Labels selector;
    std::vector<ServicePort> ports;
    std::string type = "ClusterIP", cluster_ip, session_affinity = "None", external_name;
    std::optional<std::string> internal_traffic_policy, external_traffic_policy;
    bool publish_not_ready_addresses = false;
    bool allocate_load_balancer_node_ports = true;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.one_of(
            "type",
            s.type,
            {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"},
            "Defaults to ClusterIP."
        );
        v.field("selector", s.selector, "Labels of the pods that serve it.");
        v.field("ports", s.ports, "Ports it offers.");
        v.field("clusterIP", s.cluster_ip, "Its loopback address; set by the system, or None.");
        v.one_of("sessionAffinity", s.session_affinity, {"None", "ClientIP"}, "Defaults to None.");
        v.field("externalName", s.external_name, "Kept, not acted on.");
        v.field("internalTrafficPolicy", s.internal_traffic_policy, "Kept, not acted on.");
        v.field("externalTrafficPolicy", s.external_traffic_policy, "Kept, not acted on.");
        v.field(
            "publishNotReadyAddresses",
            s.publish_not_ready_addresses,
            "Whether unready pods get traffic."
        );
        v.field(
            "allocateLoadBalancerNodePorts",
            s.allocate_load_balancer_node_ports,
            "Whether a quota counts a node port for each port. Defaults to true."
        );
        v.ignored(
            {"externalIPs",
             "healthCheckNodePort",
             "loadBalancerClass",
             "loadBalancerIP",
             "loadBalancerSourceRanges",
             "sessionAffinityConfig",
             "trafficDistribution"}
        );
        v.dropped({"clusterIPs", "ipFamilies", "ipFamilyPolicy"});
    }
    bool operator==(const ServiceSpec&) const = default;
};

struct ServiceStatus {
    std::vector<std::string> urls;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("urls", s.urls, "Swell's own: where this machine reaches each port.");
        v.dropped({"conditions", "loadBalancer"});
    }
    bool operator==(const ServiceStatus&) const = default;
};

struct Service {
    ObjectMeta metadata;
    ServiceSpec spec;
    ServiceStatus status;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.required("spec", s.spec, "Which pods, which ports.");
        v.field("status", s.status, "Where it is reached.");
    }
    bool operator==(const Service&) const = default;
};

struct ConfigMap {
    ObjectMeta metadata;
    Labels data;
    std::map<std::string, std::string> binary_data;  ///< decoded
    bool immutable = false;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.field("data", s.data, "Text by key.");
        v.base64("binaryData", s.binary_data, "Bytes by key, in base64.");
        v.field("immutable", s.immutable, "Whether data may change.");
    }
    bool operator==(const ConfigMap&) const = default;
};

struct Secret {
    ObjectMeta metadata;
    std::map<std::string, std::string> data;  ///< decoded; stringData is merged into it
    std::string type = "Opaque";
    bool immutable = false;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.base64("data", s.data, "Bytes by key, in base64.");
        v.merged("stringData", s.data, "Text by key, merged into data; only read.");
        v.field("type", s.type, "Defaults to Opaque.");
        v.field("immutable", s.immutable, "Whether data may change.");
    }
    bool operator==(const Secret&) const = default;
};

struct ObjectReference {
    std::string api_version, kind, ns, name, uid, resource_version, field_path;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("apiVersion", s.api_version, "API version of the object.");
        v.field("kind", s.kind, "Its kind.");
        v.field("namespace", s.ns, "Its namespace.");
        v.field("name", s.name, "Its name.");
        v.field("uid", s.uid, "Its UID.");
        v.field("resourceVersion", s.resource_version, "The version that was seen.");
        v.field("fieldPath", s.field_path, "The part of it.");
    }
    bool operator==(const ObjectReference&) const = default;
};

struct Event {
    ObjectMeta metadata;
    ObjectReference involved_object;
    std::string reason, message, type = "Normal", source_component;
    std::int32_t count = 1;
    std::optional<Instant> first_timestamp, last_timestamp;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.required("involvedObject", s.involved_object, "What it is about.");
        v.field("reason", s.reason, "One word, for programs.");
        v.field("message", s.message, "A sentence, for people.");
        v.one_of("type", s.type, {"Normal", "Warning"}, "Normal or Warning.");
        v.field("reportingComponent", s.source_component, "Who says so.");
        v.field("count", s.count, "How often it was seen.");
        v.field("firstTimestamp", s.first_timestamp, "When first.");
        v.field("lastTimestamp", s.last_timestamp, "When last.");
        v.dropped({"action", "eventTime", "related", "reportingInstance", "series", "source"});
    }
    bool operator==(const Event&) const = default;
};

template <>
const Kind& kind_of<Pod>();
template <>
const Kind& kind_of<Service>();
template <>
const Kind& kind_of<ConfigMap>();
template <>
const Kind& kind_of<Secret>();
template <>
const Kind& kind_of<Event>();

}  // namespace swell::spec
