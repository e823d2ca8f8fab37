#include "sim/simulation.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "spec/read.hpp"

namespace swell::sim {
namespace {

using namespace std::chrono_literals;

constexpr const char* shop = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: default, annotations: {sim.swell.dev/cpu-per-request: 10ms}}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
      - name: shop
        image: shop:1
        resources: {requests: {cpu: 500m}, limits: {cpu: 500m}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop, namespace: default}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  minReplicas: 2
  maxReplicas: 20
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}
)";

const spec::Key shop_key{"Deployment", "default", "shop"};

std::vector<spec::Object> objects() {
    auto read = spec::read_text(shop, "shop.yaml");
    EXPECT_TRUE(read.findings.empty());
    std::vector<spec::Object> list;
    for (const auto& source : read.objects) list.push_back(source.object);
    return list;
}

Outcome run(Options options, Trace trace) {
    auto out = simulate(options, objects(), {{shop_key, std::move(trace)}});
    EXPECT_TRUE(out) << (out ? "" : out.error().what);
    return out ? *std::move(out) : Outcome{};
}

std::string told(const ServiceOutcome& service) {
    std::string text;
    for (const Scaling& s : service.scalings) text += to_text(s.at) + " " + s.summary + "\n";
    return text;
}

TEST(Simulation, AnAutoscalerScalesAsAnHpaDoes) {
    std::string manifest = shop;
    const std::string hpa = "autoscaling/v2\nkind: HorizontalPodAutoscaler";
    manifest.replace(manifest.find(hpa), hpa.size(), "swell.dev/v1\nkind: Autoscaler");
    auto read = spec::read_text(manifest, "shop.yaml");
    ASSERT_TRUE(read.findings.empty());
    std::vector<spec::Object> list;
    for (const auto& source : read.objects) list.push_back(source.object);
    Options options;
    options.length = 1h;
    std::vector<Trace::Row> rows;
    for (int minute = 0; minute < 60; ++minute)
        rows.push_back({std::chrono::minutes(minute), 20.0 + (minute < 20 ? 16.5 * minute : 0)});
    const auto out = simulate(options, list, {{shop_key, Trace(rows)}});
    ASSERT_TRUE(out) << out.error().what;
    EXPECT_GT(out->services.at(0).decisions, 2u);
    EXPECT_EQ(told(out->services.at(0)), told(run(options, Trace(rows)).services.at(0)));
}

TEST(Simulation, AServiceGrowsWithItsLoadAndShrinksAgain) {
    Options options;
    options.length = 1h;
    options.measuring.noise = 0;
    // 50 requests a second a pod: 350 need 10 pods at 70 %.
    std::vector<Trace::Row> rows;
    for (int minute = 0; minute < 60; ++minute)
        rows.push_back({std::chrono::minutes(minute), 20.0 + (minute < 20 ? 16.5 * minute : 0)});
    const auto out = run(options, Trace(rows));
    const ServiceOutcome& service = out.services.at(0);
    EXPECT_EQ(service.name, "shop");
    // 333 requests a second at the end of the ramp; 9 pods are within the tolerance.
    EXPECT_GE(service.highest, 9);
    EXPECT_LE(service.highest, 11);
    EXPECT_EQ(service.lowest, 2);
    EXPECT_NEAR(service.served.arrived, 60 * (60 * 20 + 16.5 * 190), 1);
    EXPECT_EQ(service.served.failed, 0);
    EXPECT_EQ(service.flaps, 0u) << told(service);
    EXPECT_EQ(out.evaluations, 241u);  // one at once, one each period, the last at the end
    EXPECT_EQ(service.scalings.back().after, 2);
    EXPECT_NE(service.scalings.front().summary.find("cpu"), std::string::npos);
}

TEST(Simulation, AnObserverChangesNothingAndIsHeard) {
    std::string manifest = shop;
    manifest += std::string("---\n") + manifest.substr(manifest.find("apiVersion: autoscaling"));
    const std::size_t second = manifest.rfind("{name: shop, namespace: default}");
    manifest.replace(second, 12, "{name: candidate, annotations: {swell.dev/mode: Observe},");
    manifest.replace(manifest.rfind("averageUtilization: 70"), 22, "averageUtilization: 35");
    auto read = spec::read_text(manifest, "shop.yaml");
    for (const auto& finding : read.findings) ADD_FAILURE() << finding.text();
    std::vector<spec::Object> list;
    for (const auto& source : read.objects) list.push_back(source.object);
    Options options;
    options.length = 1h;
    options.measuring.noise = 0;
    const Trace steady({{0s, 60}});  // 60 % of two pods' request
    const auto out = simulate(options, list, {{shop_key, steady}});
    ASSERT_TRUE(out) << out.error().what;
    EXPECT_EQ(out->services.at(0).decisions, 0u);
    ASSERT_EQ(out->observers.size(), 1u);
    const Observer& candidate = out->observers.front();
    EXPECT_EQ(candidate.name, "hpa/candidate");
    EXPECT_NEAR(candidate.replica_hours, 2, 0.01);
    EXPECT_NEAR(candidate.would_have_been, 4, 0.2);  // ceil(60 / 35 x 2)
    EXPECT_EQ(run(options, steady).observers.size(), 0u);
}

TEST(Simulation, SameSeedSameBytes) {
    Options options;
    options.length = 30min;
    options.point = 15s;
    options.pods.crashes_per_hour = 4;
    const Trace trace({{0s, 20}, {60s, 200}, {120s, 90}});
    const auto bytes = [&](std::uint64_t seed) {
        options.seed = seed;
        std::string text;
        const Outcome out = run(options, trace);
        for (const Point& p : out.services.at(0).points)
            text += std::to_string(p.rate) + " " + std::to_string(p.ready) + " " +
                    std::to_string(p.late) + " " + std::to_string(p.latency_ms) + "\n";
        return text;
    };
    EXPECT_EQ(bytes(1), bytes(1));
    EXPECT_NE(bytes(1), bytes(2));
}

// With scrapes a minute apart that take a while to arrive, the autoscaler acts on old news.
TEST(Simulation, OlderMetricsActLater) {
    const auto first_act = [&](Duration period, Duration lag) {
        Options options;
        options.length = 30min;
        options.measuring = {.period = period, .lag = lag, .noise = 0};
        const auto out = run(options, Trace({{0s, 60}, {600s, 200}, {1200s, 200}}));
        return out.services.at(0).scalings.at(0).at;
    };
    EXPECT_GE(first_act(15s, 2s), 10min);
    EXPECT_LE(first_act(15s, 2s), 10min + 45s);
    EXPECT_GT(first_act(60s, 20s), first_act(15s, 2s) + 30s);
    EXPECT_LE(first_act(60s, 20s), 10min + 80s + 15s);
}

TEST(Simulation, ABillionRequestsASecondAreJustTooMany) {
    Options options;
    options.length = 30min;
    options.point = 15s;
    const auto out = run(options, Trace({{0s, 10}, {300s, most_rate}, {600s, 10}, {1800s, 10}}));
    const ServiceOutcome& service = out.services.at(0);
    EXPECT_EQ(service.highest, 20);
    EXPECT_GT(service.served.failed, 1e11);
    EXPECT_NEAR(service.served.arrived, service.served.served + service.served.failed, most_rate);
    for (const Point& point : service.points) {
        EXPECT_TRUE(std::isfinite(point.latency_ms)) << to_text(point.at);
        EXPECT_GE(point.latency_ms, 0);
        EXPECT_LE(point.late, 1);
        EXPECT_LE(point.cpu_cores, 20 * 0.5 + 1e-6);
    }
    EXPECT_EQ(service.scalings.back().after, 2) << "and then it is over";
}

TEST(Simulation, WorkloadAnnotations) {
    struct Case {
        const char* annotation;
        const char* value;
        const char* error;
    };
    // clang-format off
    const Case cases[] = {
        {"objective",       "100ms", ""},
        {"cpu-per-request", "0s",    "deployment/shop: sim.swell.dev/cpu-per-request: must be more than 0"},
        {"variation",       "-1",    "deployment/shop: sim.swell.dev/variation: must be a number from 0, got -1"},
        {"idle-cpu",        "-5m",   "deployment/shop: sim.swell.dev/idle-cpu: must not be negative, got -5m"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.annotation);
        auto deployment = objects().front().as<spec::Deployment>();
        deployment.metadata.annotations[std::string("sim.swell.dev/") + c.annotation] = c.value;
        const auto workload = workload_of(deployment, Workload{});
        EXPECT_EQ(workload ? "" : workload.error().what, c.error);
    }
    const auto plain = workload_of(objects().front().as<spec::Deployment>(), Workload{});
    EXPECT_EQ(plain->cores_per_pod, 0.5);
    EXPECT_EQ(plain->cpu_seconds_per_request, 0.010);
}

TEST(Simulation, CoresOfAPod) {
    const auto with = [](const char* limit, const char* request) {
        spec::ResourceRequirements made;
        if (*limit != 0) made.limits["cpu"] = *Quantity::parse(limit);
        if (*request != 0) made.requests["cpu"] = *Quantity::parse(request);
        return made;
    };
    spec::PodSpec pod;
    EXPECT_EQ(cores_of(pod), 1);
    pod.containers.resize(2);
    pod.containers[0].resources = with("500m", "100m");
    pod.containers[1].resources = with("", "250m");
    EXPECT_EQ(cores_of(pod), 0.75) << "limits, else requests";
    pod.init_containers.resize(2);
    pod.init_containers[0].resources = with("4", "");
    EXPECT_EQ(cores_of(pod), 0.75) << "what has ended uses none";
    pod.init_containers[1].resources = with("250m", "");
    pod.init_containers[1].restart_policy = "Always";
    EXPECT_EQ(cores_of(pod), 1) << "a sidecar runs beside";
    pod.resources = with("600m", "500m");
    EXPECT_EQ(cores_of(pod), 0.6) << "the pod's own";
}

TEST(Simulation, WhatCouldNotBeDoneIsTold) {
    const auto troubles = [](const std::string& more) {
        std::vector<spec::Object> all = objects();
        auto read = spec::read_text(more, "more.yaml");
        EXPECT_TRUE(read.findings.empty()) << read.findings.front().text();
        for (const auto& source : read.objects) all.push_back(source.object);
        const auto out = simulate({.length = 30min}, all, {{shop_key, Trace::steady(200)}});
        EXPECT_TRUE(out) << (out ? "" : out.error().what);
        std::string text;
        if (out)
            for (const std::string& trouble : out->troubles) text += trouble + "\n";
        return text;
    };
    EXPECT_EQ(troubles(""), "");
    const std::string quota = troubles(R"(apiVersion: v1
kind: ResourceQuota
metadata: {name: compute, namespace: default}
spec: {hard: {requests.cpu: "2"}}
)");
    EXPECT_NE(quota.find("hpa/shop: a quota stopped "), std::string::npos) << quota;
    EXPECT_NE(quota.find("quota compute leaves room for 4: requests.cpu used "), std::string::npos)
        << quota;
    EXPECT_NE(quota.find("deployment/shop: FailedCreate: pods \"shop-"), std::string::npos)
        << quota;
    EXPECT_EQ(
        troubles(R"(apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {name: lost, namespace: default}
spec: {targetRef: {apiVersion: apps/v1, kind: Deployment, name: nobody}}
)")
            .find("vpa/lost: ConfigUnsupported: "),
        0u
    );
}

TEST(Simulation, ALoadForNobodyIsRefused) {
    const auto out = simulate(Options{}, {}, {{shop_key, Trace::steady(1)}});
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().what, "a load for deployment/shop, which is not there");
}

}  // namespace
}  // namespace swell::sim
