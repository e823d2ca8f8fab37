#include <benchmark/benchmark.h>

#include "spec/kinds/core.hpp"
#include "spec/read.hpp"

namespace {

using namespace swell;

/// A pod as the runtime leaves it: one container, probes, resources, a whole status.
constexpr const char* pod_text = R"json({
"apiVersion": "v1", "kind": "Pod",
"metadata": {"name": "shop-6d4cf56db6-abcde", "namespace": "default", "uid": "8f3c5f0e", "resourceVersion": "1234",
  "generation": 1, "creationTimestamp": "2026-01-31T12:00:00Z", "labels": {"app": "shop", "pod-template-hash": "6d4cf56db6"},
  "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "shop-6d4cf56db6", "uid": "1", "controller": true}]},
"spec": {"containers": [{"name": "web", "command": ["./web", "--port", "$(PORT)"],
  "ports": [{"name": "http", "containerPort": 8080}],
  "env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
  "resources": {"limits": {"cpu": "500m", "memory": "128Mi"}, "requests": {"cpu": "250m", "memory": "64Mi"}},
  "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}, "periodSeconds": 2}
}]
}
, "status" : {
    "phase": "Running", "podIP": "127.0.0.1", "startTime": "2026-01-31T12:00:00Z",
  "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-31T12:00:02Z"},
                 {"type": "ContainersReady", "status": "True", "lastTransitionTime": "2026-01-31T12:00:02Z"}],
  "containerStatuses": [{"name": "web", "ready": true, "restartCount": 0, "containerID": "process://1-2",
    "state": {"running": {"startedAt": "2026-01-31T12:00:01Z"}}}],
  "ports": [{"name": "http", "containerPort": 8080, "port": 40000}]
}
})json";

void read_pod(benchmark::State& state) {
    const Json json = Json::parse(pod_text);
    for (auto _ : state) benchmark::DoNotOptimize(spec::read_trusted_json(json).has_value());
}
BENCHMARK(read_pod);

void validate_pod(benchmark::State& state) {
    const Json json = Json::parse(pod_text);
    for (auto _ : state) benchmark::DoNotOptimize(spec::read_json(json).has_value());
}
BENCHMARK(validate_pod);

void write_pod(benchmark::State& state) {
    const auto pod = spec::read_json(Json::parse(pod_text));
    for (auto _ : state) benchmark::DoNotOptimize(pod->to_json());
}
BENCHMARK(write_pod);

void read_pod_text(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(spec::read_text(pod_text, "pod.json").ok());
}
BENCHMARK(read_pod_text);

}  // namespace
