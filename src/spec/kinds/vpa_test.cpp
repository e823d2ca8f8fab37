#include "spec/kinds/vpa.hpp"

#include <gtest/gtest.h>

#include "spec/read.hpp"

namespace swell::spec {
namespace {

Json vpa(const std::string& spec) {
    Json json = Json::parse(
        R"({"apiVersion": "autoscaling.k8s.io/v1", "kind": "VerticalPodAutoscaler", "metadata": {"name": "web"}})"
    );
    json["spec"] = Json::parse(
        R"({"targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}})"
    );
    json["spec"].update(Json::parse(spec), true);
    return json;
}

std::string policy(const std::string& fields) {
    return R"({"resourcePolicy": {"containerPolicies": [{"containerName": "*", )" + fields + "}]}}";
}

TEST(VpaRules, Problems) {
    struct Case {
        const char* why;
        std::string given;
        const char* problem;  // empty: none
    };
    const Case cases[] = {
        {"bare", "{}", ""},
        {"no target", R"({"targetRef": null})", "spec.targetRef: is required"},
        {"a mode", R"({"updatePolicy": {"updateMode": "Off"}})", ""},
        {"a policy without mode",
         R"({"updatePolicy": {"minReplicas": 1}})",
         "spec.updatePolicy.updateMode: is required if updatePolicy is used"},
        {"an unknown mode",
         R"({"updatePolicy": {"updateMode": "off"}})",
         R"(spec.updatePolicy.updateMode: must be one of Off, Initial, Recreate, InPlaceOrRecreate, InPlace, Auto, got "off": did you mean "Off"?)"
        },
        {"a gated mode",
         R"({"updatePolicy": {"updateMode": "InPlace"}})",
         R"(spec.updatePolicy.updateMode: must not be "InPlace": feature gate InPlace is off; InPlaceOrRecreate falls back to eviction)"
        },
        {"no pod at all",
         R"({"updatePolicy": {"updateMode": "Off", "minReplicas": 0}})",
         "spec.updatePolicy.minReplicas: must be >= 1, got 0"},
        {"gated",
         R"({"updatePolicy": {"updateMode": "Off", "evictAfterOOMSeconds": 5}})",
         "spec.updatePolicy.evictAfterOOMSeconds: not supported when feature flag PerVPAConfig is "
         "disabled"},
        {"bounds", policy(R"("minAllowed": {"cpu": "1"}, "maxAllowed": {"cpu": "1000m"})"), ""},
        {"bounds upside down",
         policy(R"("minAllowed": {"cpu": "2"}, "maxAllowed": {"cpu": "1"})"),
         "spec.resourcePolicy.containerPolicies[0].maxAllowed[cpu]: must be >= minAllowed (2), got "
         "1"},
        {"less than a milli",
         policy(R"("minAllowed": {"cpu": "100u"})"),
         "spec.resourcePolicy.containerPolicies[0].minAllowed[cpu]: must be a whole number of "
         "milli "
         "CPUs, got 100u"},
        {"less than a byte",
         policy(R"("maxAllowed": {"memory": "100m"})"),
         "spec.resourcePolicy.containerPolicies[0].maxAllowed[memory]: must be a whole number of "
         "bytes, got 100m"},
        {"off and limits",
         policy(R"("mode": "Off", "controlledValues": "RequestsAndLimits")"),
         "spec.resourcePolicy.containerPolicies[0].controlledValues: shouldn't be specified if "
         "container scaling mode is off"},
        {"none controlled", policy(R"("controlledResources": [])"), ""},
        {"another resource",
         policy(R"("controlledResources": ["cpu", "disk"])"),
         R"(spec.resourcePolicy.containerPolicies[0].controlledResources[1]: must be one of cpu, memory, got "disk")"
        },
        {"gated too",
         policy(R"("oomBumpUpRatio": "2")"),
         "spec.resourcePolicy.containerPolicies[0].oomBumpUpRatio: not supported when feature flag "
         "PerVPAConfig is disabled"},
        {"two recommenders",
         R"({"recommenders": [{"name": "default"}, {"name": "b"}]})",
         "spec.recommenders: must have at most 1 item, got 2"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const auto object = read_json(vpa(c.given));
        EXPECT_EQ(object.has_value(), std::string_view(c.problem).empty());
        if (!object) {
            EXPECT_NE(object.error().what.find(c.problem), std::string::npos)
                << object.error().what;
        }
    }
}

TEST(VpaRules, AnEmptyListOfResourcesIsKept) {
    const Json given = vpa(policy(R"("controlledResources": [])"));
    const auto object = read_json(given);
    ASSERT_TRUE(object.has_value());
    EXPECT_EQ(object->to_json()["spec"]["resourcePolicy"], given["spec"]["resourcePolicy"]);
}

}  // namespace
}  // namespace swell::spec
