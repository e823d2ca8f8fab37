#include <charconv>
#include <cmath>
#include <functional>

#include "sim/simulation.hpp"

namespace swell::sim {

namespace {

constexpr const char* prefix = "sim.swell.dev/";

Result<double> factor(const std::string& text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value) ||
        value < 0)
        return fail(Code::invalid, "must be a number from 0, got " + text);
    return value;
}

Result<Duration> positive(const std::string& text) {
    auto read = parse_duration(text);
    if (read && *read < Duration{}) return fail(Code::invalid, "must not be negative, got " + text);
    return read;
}

Result<double> amount(const std::string& text) {
    const auto read = Quantity::parse(text);
    if (!read) return std::unexpected(read.error());
    if (read->milli_value() < 0) return fail(Code::invalid, "must not be negative, got " + text);
    return static_cast<double>(read->milli_value()) / 1000;
}

/// The limit, else the request, else 0.
double cores_in(const spec::ResourceRequirements& resources) {
    for (const auto* list : {&resources.limits, &resources.requests})
        if (const auto cpu = list->find("cpu"); cpu != list->end())
            return static_cast<double>(cpu->second.milli_value()) / 1000;
    return 0;
}

}  // namespace

double cores_of(const spec::PodSpec& pod) {
    const double own = cores_in(pod.resources);
    if (own > 0) return own;
    double cores = 0;
    for (const spec::Container& container : pod.containers) cores += cores_in(container.resources);
    for (const spec::Container& container : pod.init_containers)
        if (container.restart_policy == "Always") cores += cores_in(container.resources);
    return cores > 0 ? cores : 1;
}

Result<Workload> workload_of(const spec::Deployment& deployment, const Workload& otherwise) {
    Workload workload = otherwise;
    workload.cores_per_pod = cores_of(deployment.spec.pod_template.spec);
    std::string problem;
    const auto read = [&](const char* name, auto parse, auto set) {
        const auto found = deployment.metadata.annotations.find(std::string(prefix) + name);
        if (found == deployment.metadata.annotations.end() || !problem.empty()) return;
        const auto value = parse(found->second);
        if (value)
            set(*value);
        else
            problem = found->first + ": " + value.error().what;
    };
    read("cpu-per-request", positive, [&](Duration d) {
        workload.cpu_seconds_per_request = seconds(d);
    });
    read("variation", factor, [&](double v) { workload.variation = v; });
    read("other-latency", positive, [&](Duration d) { workload.other_latency = d; });
    read("objective", positive, [&](Duration d) { workload.objective = d; });
    read("idle-cpu", amount, [&](double v) { workload.idle_cores = v; });
    read("memory", amount, [&](double v) { workload.memory_bytes = v; });
    if (problem.empty() && workload.cpu_seconds_per_request <= 0)
        problem = std::string(prefix) + "cpu-per-request: must be more than 0";
    const spec::Object object(deployment);
    if (!problem.empty()) return fail(Code::invalid, to_text(key_of(object)) + ": " + problem);
    return workload;
}

}  // namespace swell::sim
