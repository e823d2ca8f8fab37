#include <gtest/gtest.h>

#include <algorithm>

#include "sim/simulation.hpp"
#include "spec/read.hpp"

// Vertical autoscalers, limit ranges and quotas in virtual time. Three pods of 100m serve 10
// requests a second each, at 10 ms of CPU; 45 a second are too many for them.

namespace swell::sim {
namespace {

using namespace std::chrono_literals;

constexpr const char* shop = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: default}
spec:
  replicas: 3
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
      - name: shop
        image: shop:1
        resources: {requests: {cpu: 100m, memory: 250Mi}}
)";

std::string autoscaler(const std::string& mode) {
    return R"(---
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {name: shop, namespace: default}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  updatePolicy: {updateMode: ")" +
           mode + "\"}\n";
}

constexpr const char* range = R"(---
apiVersion: v1
kind: LimitRange
metadata: {name: sizes, namespace: default}
spec:
  limits:
  - type: Container
    max: {cpu: 120m}
    default: {cpu: 120m}
    defaultRequest: {cpu: 100m}
)";

std::string quota(const std::string& hard) {
    return R"(---
apiVersion: v1
kind: ResourceQuota
metadata: {name: team, namespace: default}
spec: {hard: {)" +
           hard + "}}\n";
}

constexpr const char* horizontal = R"(---
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

Options half_a_day() {
    Options options;
    options.length = 12h;
    options.point = 1min;
    options.measuring.noise = 0;
    return options;
}

ServiceOutcome run(
    const std::string& manifests, double rate, const Options& options = half_a_day()
) {
    const auto read = spec::read_text(manifests, "shop.yaml");
    for (const auto& finding : read.findings) ADD_FAILURE() << finding.text();
    std::vector<spec::Object> objects;
    for (const auto& source : read.objects) objects.push_back(source.object);
    auto out =
        simulate(options, objects, {{{"Deployment", "default", "shop"}, Trace::steady(rate)}});
    EXPECT_TRUE(out) << (out ? "" : out.error().what);
    return out ? std::move(out->services.at(0)) : ServiceOutcome{};
}

/// After the first point, when the pods that were there begin to serve.
int fewest_ready(const ServiceOutcome& service) {
    int fewest = 1000;
    for (const Point& point : service.points)
        if (point.at > Duration{}) fewest = std::min(fewest, point.ready);
    return fewest;
}

int most_ready(const ServiceOutcome& service) {
    int most = 0;
    for (const Point& point : service.points) most = std::max(most, point.ready);
    return most;
}

TEST(Vertical, ModesDoWhatTheySay) {
    struct Case {
        const char* mode;
        bool resizes, evicts, serves;
        int ready;  // at least, all the time
    };
    const Case cases[] = {
        {"Off", false, false, false, 3},
        {"Initial", false, false, false, 3},
        {"Recreate", false, true, true, 2},
        {"InPlaceOrRecreate", true, false, true, 3},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.mode);
        const ServiceOutcome got = run(shop + autoscaler(c.mode), 45);
        EXPECT_EQ(got.vertical.resizes >= 3, c.resizes) << got.vertical.resizes;
        EXPECT_EQ(got.vertical.evictions >= 3, c.evicts) << got.vertical.evictions;
        EXPECT_EQ(got.vertical.resizes > 0, c.resizes);
        EXPECT_EQ(got.vertical.evictions > 0, c.evicts);
        EXPECT_NE(got.vertical.recommendation.find("shop: cpu "), std::string::npos)
            << got.vertical.recommendation;
        EXPECT_GT(got.points.at(1).late, 0.9) << "too small for its load to begin with";
        if (c.serves) {
            EXPECT_LT(got.points.back().late, 0.3);
        } else {
            EXPECT_GT(got.points.back().late, 0.9);
        }
        EXPECT_GE(fewest_ready(got), c.ready);
        EXPECT_EQ(got.core_hours > 3.7, c.serves) << "3 pods of 100m for 12 hours are 3.6";
    }
}

TEST(Vertical, AResizeNeedsNoPodMoreOrLess) {
    const ServiceOutcome got = run(shop + autoscaler("InPlaceOrRecreate"), 45);
    EXPECT_NEAR(got.replica_hours, 36, 0.01);
    EXPECT_EQ(got.decisions, 0u) << "replicas are nobody's matter here";
}

TEST(Vertical, LimitRangesBoundWhatPodsGet) {
    // A limit of 120m for 100m requested: more than 100m would break the range.
    const ServiceOutcome got = run(shop + autoscaler("Recreate") + range, 45);
    EXPECT_EQ(got.vertical.evictions, 0u);
    EXPECT_NEAR(got.core_hours, 36 * 0.12, 0.01);
}

TEST(Vertical, WhatAQuotaForbidsCostsNoPod) {
    const ServiceOutcome got =
        run(shop + autoscaler("InPlaceOrRecreate") + quota("requests.cpu: 310m"), 45);
    EXPECT_EQ(got.vertical.resizes, 0u);
    EXPECT_EQ(got.vertical.evictions, 0u);
    EXPECT_EQ(fewest_ready(got), 3);
}

TEST(Vertical, AQuotaStopsAScaleOut) {
    Options options = half_a_day();
    options.length = 30min;
    const auto cpu = run(std::string(shop) + horizontal + quota("requests.cpu: 550m"), 60, options);
    EXPECT_GT(cpu.highest, 5) << "the HPA asks for more";
    EXPECT_EQ(most_ready(cpu), 5) << "and gets what fits";
    const auto pods = run(std::string(shop) + horizontal + quota("pods: 4"), 60, options);
    EXPECT_EQ(most_ready(pods), 4);
    const auto free = run(std::string(shop) + horizontal, 60, options);
    EXPECT_GE(most_ready(free), 8);
}

TEST(Vertical, ALimitRangeCompletesThePodsOfADeployment) {
    Options options = half_a_day();
    options.length = 10min;
    std::string plain = shop;
    plain.erase(plain.find("        resources:"));
    const auto got = run(plain + range, 30, options);
    EXPECT_NEAR(got.core_hours, 3 * 0.12 / 6, 0.001) << "three pods of 120m for ten minutes";
}

TEST(Vertical, SameSeedSameBytes) {
    Options options = half_a_day();
    options.length = 3h;
    options.measuring.noise = 0.02;
    const auto bytes = [&](std::uint64_t seed) {
        options.seed = seed;
        const auto got = run(shop + autoscaler("Recreate"), 45, options);
        std::string text = got.vertical.recommendation;
        for (const Point& p : got.points)
            text += std::to_string(p.ready) + " " + std::to_string(p.latency_ms) + "\n";
        return text;
    };
    EXPECT_EQ(bytes(1), bytes(1));
    EXPECT_NE(bytes(1), bytes(2));
}

}  // namespace
}  // namespace swell::sim
