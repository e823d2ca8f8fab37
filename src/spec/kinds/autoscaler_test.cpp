#include "spec/kinds/autoscaler.hpp"

#include <gtest/gtest.h>

#include "spec/read.hpp"
#include "spec/registry.hpp"

namespace swell::spec {
namespace {

const std::string whole = R"(apiVersion: swell.dev/v1
kind: Autoscaler
metadata: {name: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  maxReplicas: 9
  behavior: {scaleDown: {stabilizationWindowSeconds: 60}}
)";

std::vector<std::string> findings(const std::string& text) {
    std::vector<std::string> all;
    for (const Finding& finding : read_text(text, "a.yaml").findings) all.push_back(finding.text());
    return all;
}

TEST(AutoscalerKind, IsDefaultedAsAnHpaIs) {
    const Manifests read = read_text(whole, "a.yaml");
    ASSERT_TRUE(read.ok());
    const auto& made = read.objects.at(0).object.as<Autoscaler>();
    EXPECT_EQ(made.spec.min_replicas, 1);
    EXPECT_EQ(made.spec.metrics.at(0).resource->target.average_utilization, 80);
    EXPECT_EQ(made.spec.behavior->scale_up->select_policy, "Max");
    EXPECT_FALSE(made.spec.vertical);
    EXPECT_EQ(find_kind("autoscaler"), &kind_of<Autoscaler>());
    EXPECT_EQ(find_kind("autoscalers"), &kind_of<Autoscaler>());
    EXPECT_EQ(to_text(key_of(read.objects.at(0).object)), "autoscaler/shop");
}

TEST(AutoscalerKind, Problems) {
    struct Case {
        const char* why;
        std::string more;
        std::vector<std::string> findings;
    };
    const Case cases[] = {
        {"nothing vertical", "", {}},
        {"both ways",
         "  vertical:\n    updatePolicy: {updateMode: Recreate}\n    resourcePolicy: "
         "{containerPolicies: [{containerName: '*', controlledResources: [memory]}]}\n",
         {}},
        {"an unknown field",
         "  vertcal: {}\n",
         {R"(a.yaml:8:3: spec.vertcal: unknown field "vertcal": did you mean "vertical"?)"}},
        {"below it",
         "  vertical: {updatePolicy: {updateMode: recreate}}\n",
         {R"(a.yaml:8:29: spec.vertical.updatePolicy.updateMode: must be one of Off, Initial, Recreate, InPlaceOrRecreate, InPlace, Auto, got "recreate": did you mean "Recreate"?)"
         }},
        {"a VPA's rules",
         "  vertical: {resourcePolicy: {containerPolicies: [{containerName: a, minAllowed: {cpu: "
         "2}, maxAllowed: {cpu: 1}}]}}\n",
         {"a.yaml:8:105: spec.vertical.resourcePolicy.containerPolicies[0].maxAllowed[cpu]: must "
          "be >= minAllowed (2), got 1"}},
        {"a target of its own",
         "  vertical: {targetRef: {kind: Deployment, name: shop}}\n",
         {R"(a.yaml:8:14: spec.vertical.targetRef: unknown field "targetRef")"}},
        {"an HPA's rules",
         "  minReplicas: 10\n",
         {"a.yaml:6:3: spec.maxReplicas: must be >= minReplicas (10), got 9"}},
        {"what is to come is not read yet",
         "  forecast: {}\n",
         {R"(a.yaml:8:3: spec.forecast: unknown field "forecast")"}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(findings(whole + c.more), c.findings);
    }
}

TEST(AutoscalerKind, ItsPartsAreAnHpaAndAVpa) {
    const Manifests read =
        read_text(whole + "  vertical: {updatePolicy: {updateMode: Initial}}\n", "a.yaml");
    const Object& object = read.objects.at(0).object;
    const auto hpa = horizontal_of(object);
    const auto vpa = vertical_of(object);
    ASSERT_TRUE(hpa && vpa);
    EXPECT_EQ(hpa->metadata.name, "shop");
    EXPECT_EQ(hpa->spec, static_cast<const HpaSpec&>(object.as<Autoscaler>().spec));
    EXPECT_EQ(vpa->spec.target_ref, hpa->spec.scale_target_ref);
    EXPECT_EQ(vpa->spec.update_policy->update_mode, "Initial");
    EXPECT_FALSE(vertical_of(read_text(whole, "a.yaml").objects.at(0).object));

    HpaStatus horizontal;
    horizontal.desired_replicas = 3;
    VpaStatus vertical;
    vertical.observed_generation = 7;
    const Object told = with_status(with_status(object, horizontal), vertical);
    EXPECT_EQ(horizontal_of(told)->status, horizontal);
    EXPECT_EQ(vertical_of(told)->status, vertical);
}

TEST(AutoscalerKind, AnHpaAndAVpaAreTheirOwnParts) {
    HorizontalPodAutoscaler hpa;
    hpa.metadata.name = "shop";
    VerticalPodAutoscaler vpa;
    EXPECT_EQ(horizontal_of(hpa), hpa);
    EXPECT_FALSE(vertical_of(hpa));
    EXPECT_EQ(vertical_of(vpa), vpa);
    EXPECT_FALSE(horizontal_of(vpa));
    EXPECT_FALSE(horizontal_of(Object(Autoscaler{}))->status.observed_generation);
    HpaStatus status;
    status.desired_replicas = 2;
    EXPECT_EQ(with_status(Object(hpa), status).as<HorizontalPodAutoscaler>().status, status);
}

}  // namespace
}  // namespace swell::spec
