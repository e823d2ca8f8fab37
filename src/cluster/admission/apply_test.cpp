#include "cluster/admission/apply.hpp"

#include <gtest/gtest.h>

#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/core.hpp"

namespace swell::cluster {
namespace {

spec::Deployment deployment(
    std::int32_t replicas, spec::Labels labels = {}, spec::Labels annotations = {}
) {
    spec::Deployment made;
    made.metadata.name = "shop";
    made.metadata.ns = "default";
    made.metadata.labels = std::move(labels);
    made.metadata.annotations = std::move(annotations);
    made.spec.replicas = replicas;
    return made;
}

TEST(Apply, ReplicasBelongToTheManifestUnlessAnHpaScales) {
    struct Case {
        const char* why;
        std::optional<std::int32_t> live;
        std::int32_t wanted;
        bool scaled_by_hpa;
        std::int32_t expected;
    };
    // clang-format off
    const Case cases[] = {
        {"a new object is as written",          {}, 3, false, 3},
        {"a new object is as written, hpa too", {}, 3, true,  3},
        {"the manifest rules",                   7, 3, false, 3},
        {"the hpa rules",                        7, 3, true,  7},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        std::optional<spec::Object> live;
        if (c.live) live = apply({}, deployment(*c.live), false);
        const auto next = apply(live, deployment(c.wanted), c.scaled_by_hpa);
        EXPECT_EQ(next.as<spec::Deployment>().spec.replicas, c.expected);
    }
}

TEST(Apply, LabelsAndAnnotationsMergeThreeWays) {
    auto live = apply({}, deployment(1, {{"app", "shop"}, {"old", "1"}}, {{"note", "a"}}), false);
    auto others = live.metadata();
    others.annotations["deployment.kubernetes.io/revision"] = "4";
    live = live.with_metadata(others);

    const auto next = apply(live, deployment(1, {{"app", "shop2"}}, {}), false);

    EXPECT_EQ(next.metadata().labels, (spec::Labels{{"app", "shop2"}}));
    EXPECT_EQ(next.metadata().annotations.count("note"), 0u);
    EXPECT_EQ(next.metadata().annotations.at("deployment.kubernetes.io/revision"), "4");
}

TEST(Apply, WhatTheManifestDoesNotSayStays) {
    auto given = deployment(1), silent = deployment(1);
    silent.metadata.annotations[replicas_not_given] = "";
    auto live = apply({}, silent, false).as<spec::Deployment>();
    EXPECT_EQ(live.spec.replicas, 1);
    EXPECT_EQ(live.metadata.annotations.count(replicas_not_given), 0u);
    live.spec.replicas = 4;
    live.spec.pod_template.metadata.annotations["kubectl.kubernetes.io/restartedAt"] = "now";
    const auto again = apply(live, silent, false).as<spec::Deployment>();
    EXPECT_EQ(again.spec, live.spec);
    EXPECT_EQ(again.metadata.annotations.count(replicas_not_given), 0u);
    EXPECT_EQ(apply(live, given, false).as<spec::Deployment>().spec.replicas, 1);

    auto noted = deployment(1);
    noted.spec.pod_template.metadata.annotations["note"] = "a";
    const auto with_note = apply(live, noted, false);
    const auto without = apply(with_note, given, false).as<spec::Deployment>();
    EXPECT_EQ(without.spec.pod_template.metadata.annotations.count("note"), 0u);
    EXPECT_EQ(without.spec.pod_template.metadata.annotations.size(), 1u);
}

TEST(Apply, WhatGetPrintedIsANewObjectElsewhere) {
    auto printed = deployment(3);
    printed.metadata.resource_version = 17;
    printed.metadata.uid = "0b1c";
    printed.status.replicas = 3;
    const auto next = apply({}, printed, false);
    EXPECT_EQ(next.metadata().resource_version, 0u);
    EXPECT_EQ(next.as<spec::Deployment>().status, spec::DeploymentStatus());
    EXPECT_EQ(next.as<spec::Deployment>().spec, printed.spec);
}

TEST(Apply, AServiceKeepsItsAddress) {
    spec::Service live;
    live.metadata.name = "shop";
    live.spec.cluster_ip = "127.77.1.2";
    spec::Service wanted;
    wanted.metadata.name = "shop";
    EXPECT_EQ(apply(live, wanted, false).as<spec::Service>().spec.cluster_ip, "127.77.1.2");
    wanted.spec.cluster_ip = "None";
    EXPECT_EQ(apply(live, wanted, false).as<spec::Service>().spec.cluster_ip, "None");
}

TEST(Apply, APodKeepsWhatAdmissionFilledIn) {
    const auto pod = [](spec::ResourceRequirements container, spec::ResourceRequirements whole) {
        spec::Pod made;
        made.metadata.name = "bare";
        made.metadata.ns = "default";
        spec::Container& one = made.spec.containers.emplace_back();
        one.name = "app";
        one.resources = std::move(container);
        made.spec.resources = std::move(whole);
        return made;
    };
    const spec::ResourceList half = {{"cpu", Quantity::from_milli(500)}};
    const spec::ResourceList one = {{"cpu", Quantity::from_milli(1000)}};
    const spec::Pod live =
        pod({.requests = half, .limits = one}, {.requests = half, .limits = one});
    const auto spec_after = [&](const spec::Pod& manifest) {
        return apply(spec::Object(live), manifest, false).as<spec::Pod>().spec;
    };
    EXPECT_EQ(spec_after(pod({}, {})), live.spec) << "the manifest says nothing";
    EXPECT_EQ(spec_after(pod({.limits = one}, {.limits = one})), live.spec)
        << "what it says agrees";
    EXPECT_EQ(
        spec_after(pod({.limits = half}, {})).containers[0].resources.limits.at("cpu"),
        half.at("cpu")
    ) << "what it says otherwise is for the update to refuse";
}

TEST(Apply, AnHpaScalesWhatItNamesInItsOwnNamespace) {
    spec::HorizontalPodAutoscaler hpa;
    hpa.metadata.ns = "default";
    hpa.spec.scale_target_ref = {"apps/v1", "Deployment", "shop"};
    EXPECT_TRUE(scales(hpa, deployment(1)));
    auto other = deployment(1);
    other.metadata.ns = "prod";
    EXPECT_FALSE(scales(hpa, other));
    spec::Autoscaler whole;
    whole.metadata.ns = "default";
    whole.spec.scale_target_ref = hpa.spec.scale_target_ref;
    EXPECT_TRUE(scales(whole, deployment(1)));
    EXPECT_FALSE(scales(deployment(1), deployment(1)));
    hpa.metadata.annotations["swell.dev/mode"] = "Observe";
    EXPECT_FALSE(scales(hpa, deployment(1))) << "the replicas are the manifest's";
}

}  // namespace
}  // namespace swell::cluster
