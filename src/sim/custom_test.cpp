#include "sim/custom.hpp"

#include <gtest/gtest.h>

#include "sim/service.hpp"
#include "sim/simulation.hpp"
#include "spec/read.hpp"

namespace swell::sim {
namespace {

using namespace std::chrono_literals;
using Series = MetricNames::Series;

// 60 requests a second, from the second minute on 120, by two pods.
TEST(Custom, AMetricIsAsOldAsItsScrape) {
    Service service(Workload{}, Trace({{0s, 60}, {60s, 120}}), Instant{}, "main");
    for (const char* name : {"a", "b"}) {
        service.add_pod(name, Instant{});
        service.set_ready(name, true, Instant{});
    }
    const Measuring measuring{.period = 30s, .lag = 10s, .noise = 0};
    struct Case {
        Duration at;
        bool scrape;  // before it is read
        double rate;  // -1: there is none
    };
    // clang-format off
    const Case cases[] = {
        {29s, false, -1},
        {30s, true,  -1},   // on its way
        {40s, false, 60},
        {60s, true,  60},
        {90s, true,  60},   // the sample of the first minute's end
        {99s, false, 60},
        {100s, false, 120},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(to_text(c.at));
        const Instant now{c.at};
        if (c.scrape) service.scrape(now, measuring, [] { return 0.5; });
        const auto whole = service.read(now, Series::requests_per_second);
        std::vector<metrics::MetricValue> pods;
        service.read(now, Series::requests_per_second, pods);
        EXPECT_EQ(whole.has_value(), c.rate >= 0);
        EXPECT_EQ(pods.size(), c.rate >= 0 ? 2u : 0u);
        if (c.rate < 0) continue;
        EXPECT_NEAR(whole->value, c.rate, 1e-6);
        EXPECT_NEAR(pods[0].value, c.rate / 2, 1e-6);
        EXPECT_EQ(whole->window, 30s);
        EXPECT_LE(now - whole->timestamp, measuring.period + measuring.lag);
        // Little's law, of the whole and of each pod.
        const auto in_flight = service.read(now, Series::requests_in_flight);
        const auto latency = service.read(now, Series::latency_seconds);
        std::vector<metrics::MetricValue> shares;
        service.read(now, Series::requests_in_flight, shares);
        EXPECT_GT(latency->value, 0);
        EXPECT_NEAR(in_flight->value, c.rate * latency->value, 1e-6);
        EXPECT_NEAR(shares[0].value + shares[1].value, in_flight->value, 1e-6);
    }
}

constexpr const char* shop = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: default, annotations: {sim.swell.dev/metrics: http_requests=requests_per_second}}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop, tier: web}}
    spec: {containers: [{name: shop, image: shop:1}]}
---
apiVersion: v1
kind: Service
metadata: {name: front, namespace: default}
spec: {selector: {app: shop}, ports: [{port: 80}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop, namespace: default}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  minReplicas: 2
  maxReplicas: 20
  metrics:
  - METRIC
)";

Outcome run(std::string metric) {
    std::string text = shop;
    text.replace(text.find("METRIC"), 6, metric);
    auto read = spec::read_text(text, "shop.yaml");
    for (const auto& finding : read.findings) ADD_FAILURE() << finding.text();
    std::vector<spec::Object> objects;
    for (const auto& source : read.objects) objects.push_back(source.object);
    Options options;
    options.length = 20min;
    const spec::Key key{"Deployment", "default", "shop"};
    auto out = simulate(options, objects, {{key, Trace::steady(150)}});
    EXPECT_TRUE(out) << (out ? "" : out.error().what);
    return out ? *std::move(out) : Outcome{};
}

// 150 requests a second, 20 for each pod.
TEST(Custom, AnAutoscalerGoesByThem) {
    struct Case {
        const char* why;
        const char* metric;
        int replicas;
        const char* trouble;
    };
    const std::string none =
        "; simulated are requests_per_second, requests_in_flight, queue_length, latency_seconds, "
        "and the names that swell.dev/metrics gives them";
    // clang-format off
    const Case cases[] = {
        {"of pods",
         "{type: Pods, pods: {metric: {name: requests_per_second}, target: {type: AverageValue, averageValue: 20}}}", 8, ""},
        {"by another name",
         "{type: Pods, pods: {metric: {name: http_requests}, target: {type: AverageValue, averageValue: 20}}}", 8, ""},
        {"of the Deployment",
         "{type: Object, object: {describedObject: {apiVersion: apps/v1, kind: Deployment, name: shop}, metric: {name: requests_per_second}, target: {type: AverageValue, averageValue: 20}}}", 8, ""},
        {"of the Service of its pods",
         "{type: Object, object: {describedObject: {kind: Service, name: front}, metric: {name: requests_per_second}, target: {type: AverageValue, averageValue: 20}}}", 8, ""},
        {"from outside, by the labels of the pods",
         "{type: External, external: {metric: {name: requests_per_second, selector: {matchLabels: {tier: web, deployment: shop}}}, target: {type: AverageValue, averageValue: 20}}}", 8, ""},
        {"nobody waits",
         "{type: External, external: {metric: {name: queue_length}, target: {type: AverageValue, averageValue: 20}}}", 2, ""},
        {"a series that nobody has",
         "{type: External, external: {metric: {name: queue_length, selector: {matchLabels: {app: other}}}, target: {type: AverageValue, averageValue: 20}}}", 2,
         "FailedGetExternalMetric: the HPA was unable to compute the replica count: unable to get external metric default/queue_length/&LabelSelector{MatchLabels:map[string]string{app: other,},MatchExpressions:[]LabelSelectorRequirement{},}: no metrics returned from external metrics API"},
        {"unknown, of pods",
         "{type: Pods, pods: {metric: {name: rps}, target: {type: AverageValue, averageValue: 20}}}", 2,
         "FailedGetPodsMetric: the HPA was unable to compute the replica count: unable to get metric rps: unable to fetch metrics from custom metrics API: the server could not find the metric rps for pods"},
        {"unknown, of an object",
         "{type: Object, object: {describedObject: {kind: Service, name: front}, metric: {name: rps}, target: {type: Value, value: 20}}}", 2,
         "FailedGetObjectMetric: the HPA was unable to compute the replica count: unable to get metric rps on Service default/front: unable to fetch metrics from custom metrics API: the server could not find the metric rps for Service front"},
        {"of an object that is not simulated",
         "{type: Object, object: {describedObject: {kind: Ingress, name: main}, metric: {name: rps}, target: {type: Value, value: 20}}}", 2,
         "FailedGetObjectMetric: the HPA was unable to compute the replica count: unable to get metric rps on Ingress default/main: unable to fetch metrics from custom metrics API: Ingress main has no metrics: there is no load for a Deployment behind it"},
        {"unknown, from outside",
         "{type: External, external: {metric: {name: rps}, target: {type: Value, value: 20}}}", 2,
         "FailedGetExternalMetric: the HPA was unable to compute the replica count: unable to get external metric default/rps/nil: unable to fetch metrics from external metrics API: the server could not find the metric rps"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Outcome out = run(c.metric);
        ASSERT_EQ(out.services.size(), 1u);
        const ServiceOutcome& service = out.services.front();
        EXPECT_EQ(service.scalings.empty() ? 2 : service.scalings.back().after, c.replicas);
        if (*c.trouble == '\0') {
            EXPECT_TRUE(out.troubles.empty()) << out.troubles.front();
            continue;
        }
        ASSERT_EQ(out.troubles.size(), 1u);
        std::string expected = std::string("hpa/shop: ScalingActive is False: ") + c.trouble;
        if (std::string_view(c.trouble).find("could not find") != std::string_view::npos)
            expected += none;
        EXPECT_EQ(out.troubles.front(), expected);
    }
}

}  // namespace
}  // namespace swell::sim
