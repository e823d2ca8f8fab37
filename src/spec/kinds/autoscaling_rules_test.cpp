#include "spec/kinds/autoscaling_rules.hpp"

#include <gtest/gtest.h>

#include "spec/read.hpp"

namespace swell::spec {
namespace {

Json hpa(const std::string& spec) {
    Json json = Json::parse(
        R"({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}})"
    );
    json["spec"] = Json::parse(
        R"({"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "maxReplicas": 5})"
    );
    json["spec"].update(Json::parse(spec), true);
    return json;
}

TEST(AutoscalingRules, Defaults) {
    struct Case {
        const char* why;
        const char* given;
        const char* field;
        const char* completed;
    };
    constexpr const char* up =
        R"({"stabilizationWindowSeconds":0,"selectPolicy":"Max","policies":[{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]})";
    constexpr const char* down =
        R"({"selectPolicy":"Max","policies":[{"type":"Percent","value":100,"periodSeconds":15}]})";
    const std::string both = std::string(R"({"scaleUp":)") + up + R"(,"scaleDown":)" + down + "}";
    const std::string quick =
        std::string(R"({"scaleUp":)") + up +
        R"(,"scaleDown":{"stabilizationWindowSeconds":0,"selectPolicy":"Min","policies":[{"type":"Percent","value":100,"periodSeconds":15}]}})";
    const Case cases[] = {
        {"min", "{}", "minReplicas", "1"},
        {"a given min", R"({"minReplicas": 2})", "minReplicas", "2"},
        {"cpu at 80 %",
         "{}",
         "metrics",
         R"([{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}])"
        },
        {"no behavior stays none", "{}", "behavior", "null"},
        {"an empty one is filled in", R"({"behavior": {}})", "behavior", both.c_str()},
        {"each part alone",
         R"({"behavior": {"scaleDown": {"stabilizationWindowSeconds": 0, "selectPolicy": "Min"}}})",
         "behavior",
         quick.c_str()},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const auto object = read_json(hpa(c.given));
        ASSERT_TRUE(object.has_value()) << object.error().what;
        const Json spec = object->to_json()["spec"];
        EXPECT_EQ(spec.value(c.field, Json()).dump(), c.completed);
    }
}

TEST(AutoscalingRules, Problems) {
    struct Case {
        const char* spec;
        const char* what;
    };
    const Case cases[] = {
        {R"({"minReplicas": 7})", "spec.maxReplicas: must be >= minReplicas (7), got 5"},
        {R"({"maxReplicas": 0})", "spec.maxReplicas: must be >= 1, got 0"},
        {R"({"minReplicas": 0})",
         "spec.metrics: must specify at least one Object or External metric to support scaling to "
         "zero replicas"},
        {R"({"scaleTargetRef": {"apiVersion": "v1"}})",
         "spec.scaleTargetRef.apiVersion: must specify an API group, such as apps/v1, got \"v1\""},
        {R"({"scaleTargetRef": {"kind": "a/b"}})",
         "spec.scaleTargetRef.kind: may not contain '/', got \"a/b\""},
        {R"({"behavior": {"scaleUp": {"policies": []}}})",
         "spec.behavior.scaleUp.policies: must specify at least one policy"},
        {R"({"behavior": {"scaleUp": {"selectPolicy": "max"}}})",
         "spec.behavior.scaleUp.selectPolicy: must be one of Max, Min, Disabled, got \"max\": did "
         "you mean \"Max\"?"},
        {R"({"behavior": {"scaleUp": {"selectPolicy": ""}}})",
         "spec.behavior.scaleUp.selectPolicy: must be one of Max, Min, Disabled, got \"\""},
        {R"({"behavior": {"scaleDown": {"stabilizationWindowSeconds": 3601}}})",
         "spec.behavior.scaleDown.stabilizationWindowSeconds: must be between 0 and 3600, got 3601"
        },
        {R"({"behavior": {"scaleDown": {"tolerance": "-100m"}}})",
         "spec.behavior.scaleDown.tolerance: must be >= 0, got -100m"},
        {R"({"metrics": [{"type": "Resource"}]})",
         "spec.metrics[0].resource: is required for type Resource"},
        {R"({"metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization"}}}]})",
         "spec.metrics[0].resource.target: must set exactly one of averageUtilization and "
         "averageValue"},
        {R"({"metrics": [{"type": "Pods", "pods": {"metric": {"name": "m"}, "target": {"type": "AverageValue", "averageValue": "0"}}}]})",
         "spec.metrics[0].pods.target.averageValue: must be > 0, got 0"},
        {R"({"metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 0}}}]})",
         "spec.metrics[0].resource.target.averageUtilization: must be >= 1, got 0"},
        {R"({"metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "AverageValue", "averageValue": "0"}}}]})",
         "spec.metrics[0].resource.target.averageValue: must be > 0, got 0"},
        {R"({"metrics": [{"type": "External", "external": {"metric": {"name": "m"}, "target": {"type": "Value", "value": "0"}}}]})",
         "spec.metrics[0].external.target.value: must be > 0, got 0"},
        {R"({"metrics": [{"type": "Object", "object": {"metric": {"name": "m"}, "describedObject": {"kind": "Service", "name": "s"}, "target": {"type": "Value", "value": "-1"}}}]})",
         "spec.metrics[0].object.target.value: must be > 0, got -1"},
        {R"({"metrics": [{"type": "External", "external": {"metric": {"name": "m"}, "target": {"type": "Value", "value": "1", "averageValue": "1"}}}]})",
         "spec.metrics[0].external.target: must set exactly one of value and averageValue, got both"
        },
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.spec);
        const auto object = read_json(hpa(c.spec));
        ASSERT_FALSE(object.has_value());
        EXPECT_EQ(object.error().what, c.what);
    }
}

TEST(AutoscalingRules, ZeroReplicasWithSomethingToWakeBy) {
    const auto object = read_json(hpa(
        R"({"minReplicas": 0, "metrics": [{"type": "External", "external": {"metric": {"name": "q"}, "target": {"type": "AverageValue", "averageValue": "5"}}}]})"
    ));
    ASSERT_TRUE(object.has_value()) << object.error().what;
    EXPECT_EQ(object->as<HorizontalPodAutoscaler>().spec.min_replicas, 0);
}

}  // namespace
}  // namespace swell::spec
