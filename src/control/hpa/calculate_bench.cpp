#include "control/hpa/calculate.hpp"

#include <benchmark/benchmark.h>

#include <string>

#include "control/hpa/decide.hpp"
#include "control/hpa/reading.hpp"

namespace swell::control::hpa {
namespace {

using namespace std::chrono_literals;

const Instant now{10h};

struct Workload {
    std::vector<spec::Pod> pods;
    std::vector<const spec::Pod*> pointers;
    std::vector<metrics::PodMetrics> metrics;
    spec::MetricSpec metric;

    explicit Workload(std::int64_t count) {
        metric.type = "Resource";
        metric.resource.emplace().name = "cpu";
        metric.resource->target.type = "Utilization";
        metric.resource->target.average_utilization = 70;
        for (std::int64_t i = 0; i < count; ++i) {
            spec::Pod& pod = pods.emplace_back();
            pod.metadata.name = "web-" + std::to_string(1000 + i);
            spec::Container& container = pod.spec.containers.emplace_back();
            container.name = "app";
            container.resources.requests["cpu"] = Quantity::from_milli(200);
            pod.status.phase = "Running";
            pod.status.start_time = now - 1h;
            spec::Condition& ready = pod.status.conditions.emplace_back();
            ready.type = "Ready";
            ready.status = "True";
            ready.last_transition_time = now - 59min;
            metrics::PodMetrics& measured = metrics.emplace_back();
            measured.name = pod.metadata.name;
            measured.timestamp = now - 10s;
            measured.window = 15s;
            measured.containers.emplace_back().name = "app";
            measured.containers.back().usage["cpu"] = Quantity::from_milli(150 + i % 100);
        }
        for (const spec::Pod& pod : pods) pointers.push_back(&pod);
    }
};

Terms terms(std::int64_t current) {
    Terms made;
    made.now = now;
    made.current = static_cast<std::int32_t>(current);
    made.is_cpu = true;
    return made;
}

// The arithmetic alone, pods and usages joined already.
void calculate(benchmark::State& state) {
    const Workload load(state.range(0));
    const Reading reading = read_resource(load.metric, load.metrics, load.pointers);
    for (auto _ : state) {
        benchmark::DoNotOptimize(for_utilization(reading.samples, 70, terms(state.range(0))));
    }
}
BENCHMARK(calculate)->Arg(10)->Arg(100);

// Beside the original's GetResourceReplicas with its metrics client: join, requests, arithmetic.
void read_and_calculate(benchmark::State& state) {
    const Workload load(state.range(0));
    const Result<std::vector<metrics::PodMetrics>> answer = load.metrics;
    for (auto _ : state) {
        const Reading reading = read_resource(load.metric, answer, load.pointers);
        benchmark::DoNotOptimize(for_utilization(reading.samples, 70, terms(state.range(0))));
    }
}
BENCHMARK(read_and_calculate)->Arg(10)->Arg(100);

// A whole decision with its explanation.
void decide_and_explain(benchmark::State& state) {
    const Workload load(state.range(0));
    spec::HorizontalPodAutoscaler hpa;
    hpa.metadata.name = "web";
    hpa.metadata.ns = "default";
    hpa.spec.scale_target_ref = {"apps/v1", "Deployment", "web"};
    hpa.spec.min_replicas = 1;
    hpa.spec.max_replicas = 1000;
    hpa.spec.metrics = {load.metric};
    Observation seen;
    seen.at = now;
    seen.replicas = seen.status_replicas = static_cast<std::int32_t>(state.range(0));
    seen.readings = {read_resource(load.metric, load.metrics, load.pointers)};
    for (auto _ : state) benchmark::DoNotOptimize(decide(seen, hpa, {}, {}));
}
BENCHMARK(decide_and_explain)->Arg(10);

}  // namespace
}  // namespace swell::control::hpa
