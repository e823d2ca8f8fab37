#include "control/vpa/contention.hpp"

#include <gmock/gmock.h>

#include "base/sim_clock.hpp"
#include "cluster/store/store.hpp"
#include "control/vpa/admission.hpp"
#include "control/vpa/update.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/read.hpp"

namespace swell::control::vpa {
namespace {

using testing::HasSubstr;

template <class T>
T read(const std::string& text) {
    const spec::Manifests manifests = spec::read_text(text, "a.yaml");
    for (const spec::Finding& finding : manifests.findings)
        if (!finding.warning) ADD_FAILURE() << finding.text();
    return manifests.objects.at(0).object.template as<T>();
}

spec::HorizontalPodAutoscaler hpa(const std::string& spec, const std::string& metadata = "") {
    return read<spec::HorizontalPodAutoscaler>(
        "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: shop" +
        metadata +
        "}, spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}, "
        "maxReplicas: 9, " +
        spec + "}}"
    );
}

spec::VerticalPodAutoscaler vpa(const std::string& spec, const std::string& metadata = "") {
    return read<spec::VerticalPodAutoscaler>(
        "{apiVersion: autoscaling.k8s.io/v1, kind: VerticalPodAutoscaler, metadata: {name: shop" +
        metadata + "}, spec: {targetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}" +
        spec + "}}"
    );
}

std::string resource(const std::string& name, const std::string& target) {
    return "metrics: [{type: Resource, resource: {name: " + name + ", target: {" + target + "}}}]";
}

std::string policy(const std::string& fields) {
    return ", resourcePolicy: {containerPolicies: [{containerName: " + fields + "}]}";
}

const std::string utilization = "type: Utilization, averageUtilization: 70";
const std::string cpu = resource("cpu", utilization);
const std::string memory = resource("memory", utilization);
const std::string observe = ", annotations: {swell.dev/mode: Observe}";

spec::PodSpec pods() {
    spec::PodSpec made;
    made.containers.emplace_back().name = "app";
    made.containers.emplace_back().name = "log";
    made.init_containers.emplace_back().name = "mesh";
    made.init_containers.back().restart_policy = "Always";
    return made;
}

TEST(Contention, Table) {
    struct Case {
        const char* why;
        spec::HorizontalPodAutoscaler hpa;
        spec::VerticalPodAutoscaler vpa;
        const char* contested;  // in words; empty: nothing
    };
    const std::string container_cpu =
        "metrics: [{type: ContainerResource, containerResource: {name: cpu, container: app, "
        "target: {" +
        utilization + "}}}]";
    const std::string sidecar_cpu =
        "metrics: [{type: ContainerResource, containerResource: {name: cpu, container: mesh, "
        "target: {" +
        utilization + "}}}]";
    const std::string both = "metrics: [{type: Resource, resource: {name: cpu, target: {" +
                             utilization +
                             "}}}, {type: Resource, resource: {name: memory, "
                             "target: {" +
                             utilization + "}}}]";
    const std::string of_pods =
        "metrics: [{type: Pods, pods: {metric: {name: cpu}, target: {type: AverageValue, "
        "averageValue: 1}}}]";
    const std::string external =
        "metrics: [{type: External, external: {metric: {name: cpu}, target: {type: Value, value: "
        "1}}}]";
    const std::string object =
        "metrics: [{type: Object, object: {metric: {name: cpu}, describedObject: {kind: Service, "
        "name: shop}, target: {type: Value, value: 1}}}]";
    const std::string average = "type: AverageValue, averageValue: 100m";
    const auto other_kind = [&] {
        auto made = vpa("");
        made.spec.target_ref.kind = "ReplicaSet";
        return made;
    };
    const auto elsewhere = [&] {
        auto made = vpa("");
        made.metadata.ns = "prod";
        return made;
    };
    const auto other_version = [&] {
        auto made = vpa("");
        made.spec.target_ref.api_version = "apps/v1beta2";
        return made;
    };
    // clang-format off
    const Case cases[] = {
        // The metric.
        {"cpu utilization",                 hpa(cpu),                      vpa(""), "cpu of app, log"},
        {"memory utilization",              hpa(memory),                   vpa(""), "memory of app, log"},
        {"both",                            hpa(both),                     vpa(""), "cpu of app, log; memory of app, log"},
        {"the default metric is cpu",       hpa(""),                       vpa(""), "cpu of app, log"},
        {"an average has no request in it", hpa(resource("cpu", average)), vpa(""), ""},
        {"one container's utilization",     hpa(container_cpu),            vpa(""), "cpu of app"},
        {"a sidecar's, which no VPA sets",  hpa(sidecar_cpu),              vpa(""), ""},
        {"a metric of pods called cpu",     hpa(of_pods),                  vpa(""), ""},
        {"of something outside",            hpa(external),                 vpa(""), ""},
        {"of an object",                    hpa(object),                   vpa(""), ""},
        {"of what no VPA sets",             hpa(resource("ephemeral-storage", utilization)), vpa(""), ""},
        // What the VPA sets.
        {"Off sets nothing",                hpa(cpu), vpa(", updatePolicy: {updateMode: \"Off\"}"),   ""},
        {"Initial sets new pods",           hpa(cpu), vpa(", updatePolicy: {updateMode: Initial}"),   "cpu of app, log"},
        {"InPlaceOrRecreate",               hpa(cpu), vpa(", updatePolicy: {updateMode: InPlaceOrRecreate}"), "cpu of app, log"},
        {"one container is off",            hpa(cpu), vpa(policy("log, mode: \"Off\"")),              "cpu of app"},
        {"all others are off",              hpa(cpu), vpa(policy("\"*\", mode: \"Off\"")),            ""},
        {"only memory is controlled",       hpa(cpu), vpa(policy("\"*\", controlledResources: [memory]")), ""},
        {"of one container",                hpa(cpu), vpa(policy("app, controlledResources: [memory]")), "cpu of log"},
        {"requests alone are requests",     hpa(cpu), vpa(policy("\"*\", controlledValues: RequestsOnly")), "cpu of app, log"},
        // Who acts, and on what.
        {"an HPA that observes",            hpa(cpu, observe), vpa(""),          ""},
        {"a VPA that observes would too",   hpa(cpu),          vpa("", observe), "cpu of app, log"},
        {"another kind of workload",        hpa(cpu),          other_kind(),     ""},
        {"another namespace",               hpa(cpu),          elsewhere(),      ""},
        {"another version of it",           hpa(cpu),          other_version(),  "cpu of app, log"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(in_words(contested(c.hpa, c.vpa, pods(), "hpa/shop")), c.contested);
    }
}

TEST(Contention, APodLevelRequestIsNotTheContainers) {
    spec::PodSpec pod = pods();
    pod.resources.requests["cpu"] = Quantity::from_milli(500);
    EXPECT_EQ(in_words(contested(hpa(cpu), vpa(""), pod, "")), "");
    EXPECT_EQ(in_words(contested(hpa(memory), vpa(""), pod, "")), "memory of app, log")
        << "what the pod level does not say comes from the containers";
}

spec::Pod pod_of(std::int64_t cpu_milli, std::int64_t memory_bytes) {
    spec::Pod pod;
    pod.metadata.name = "shop-0";
    spec::Container& app = pod.spec.containers.emplace_back();
    app.name = "app";
    if (cpu_milli > 0) app.resources.requests["cpu"] = Quantity::from_milli(cpu_milli);
    app.resources.requests["memory"] = Quantity::from_value(memory_bytes);
    return pod;
}

spec::VerticalPodAutoscaler recommending() {
    auto made = vpa(", updatePolicy: {updateMode: Recreate}");
    auto& one = made.status.recommendation.emplace().container_recommendations.emplace_back();
    one.container_name = "app";
    for (spec::ResourceList* list : {&one.target, &one.lower_bound, &one.upper_bound})
        *list = {{"cpu", Quantity::from_milli(50)}, {"memory", Quantity::from_value(1000)}};
    return made;
}

const std::vector<Contested> of_cpu = {{"app", "cpu", "hpa/shop"}};

TEST(Contention, ANewPodKeepsWhatIsContested) {
    const spec::Pod pod = admit(recommending(), pod_of(100, 10), {}, of_cpu);
    const auto& requests = pod.spec.containers.at(0).resources.requests;
    EXPECT_EQ(requests.at("cpu").text(), "100m");
    EXPECT_EQ(requests.at("memory").text(), "1k");
    EXPECT_EQ(
        pod.metadata.annotations.at("vpaUpdates"),
        "Pod resources updated by shop: container 0: memory request"
    );
    const spec::Pod bare = admit(recommending(), pod_of(0, 10), {}, of_cpu);
    EXPECT_FALSE(bare.spec.containers.at(0).resources.requests.contains("cpu"));
}

TEST(Contention, WhatIsContestedIsNoReasonToUpdate) {
    const auto verdict = [](const spec::Pod& pod, std::span<const Contested> contested) {
        return judge(recommending(), pod, {}, Instant{}, {}, contested);
    };
    const spec::Pod fits_but_cpu = pod_of(100, 1000);
    EXPECT_TRUE(verdict(fits_but_cpu, {}).accepted());
    EXPECT_FALSE(verdict(fits_but_cpu, of_cpu).accepted());
    EXPECT_EQ(verdict(fits_but_cpu, of_cpu).priority, Priority{});
    EXPECT_FALSE(verdict(pod_of(0, 1000), of_cpu).accepted());
    EXPECT_TRUE(verdict(pod_of(100, 10), of_cpu).accepted()) << "for its memory";
}

// A pod's LimitRange spreads what it leaves over the containers; cpu must stay as it is all the
// same, or the pod would be evicted for ever.
TEST(Contention, ALimitRangeDoesNotBringItBack) {
    LimitRanges ranges;
    ranges.pod.emplace().max["cpu"] = Quantity::from_milli(60);
    spec::Pod pod = pod_of(100, 1000);
    pod.spec.containers.at(0).resources.limits["cpu"] = Quantity::from_milli(200);
    EXPECT_EQ(judge(recommending(), pod, ranges, Instant{}, {}, of_cpu).priority, Priority{});
    const spec::Pod admitted = admit(recommending(), pod, ranges, of_cpu);
    EXPECT_EQ(admitted.spec.containers.at(0).resources.requests.at("cpu").text(), "100m");
    EXPECT_EQ(admitted.spec.containers.at(0).resources.limits.at("cpu").text(), "200m");
}

TEST(Contention, BothSidesSaySo) {
    SimClock clock{Instant{}};
    const auto store = *cluster::Store::open("", clock, Rng(1));
    spec::Deployment deployment;
    deployment.metadata.name = "shop";
    deployment.spec.selector.match_labels = {{"app", "shop"}};
    deployment.spec.pod_template.spec = pods();
    EXPECT_FALSE(explain_contention(*store, hpa(cpu)));
    ASSERT_TRUE(store->create(vpa("")));
    EXPECT_FALSE(explain_contention(*store, hpa(cpu))) << "without a workload";
    ASSERT_TRUE(store->create(deployment));
    const auto step = explain_contention(*store, hpa(cpu));
    ASSERT_TRUE(step);
    EXPECT_EQ(step->rule, "resource-contention");
    EXPECT_EQ(
        step->text,
        "vpa/shop would also set cpu of app, log, which this utilization is measured against: it "
        "recommends, and leaves the requests as they are"
    );
    auto observing = vpa("", observe);
    observing.metadata.name = "observing";
    ASSERT_TRUE(store->create(observing));
    EXPECT_EQ(explain_contention(*store, hpa(cpu))->text, step->text) << "it sets nothing";
    ASSERT_TRUE(store->create(hpa(cpu)));
    auto second = hpa(memory);
    second.metadata.name = "second";
    ASSERT_TRUE(store->create(second));
    const auto all = Horizontals(*store, "").contested_with(vpa(""), pods());
    EXPECT_EQ(in_words(all), "cpu of app, log; memory of app, log");
    EXPECT_THAT(
        explain_contention(all).text,
        HasSubstr("hpa/shop, hpa/second scales on the utilization of cpu of app, log; memory of")
    );
}

}  // namespace
}  // namespace swell::control::vpa
