#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "spec/read.hpp"
#include "spec/registry.hpp"

namespace swell::spec {
namespace {

void walk(const Json& json, const std::function<void(const Json&)>& visit) {
    visit(json);
    if (json.is_structured())
        for (const Json& each : json) walk(each, visit);
}

TEST(Schema, EveryReferenceLeadsToADefinitionAndEveryDefinitionIsUsed) {
    const Json document = schema();
    EXPECT_EQ(document["$schema"], "https://json-schema.org/draft/2020-12/schema");
    std::set<std::string> used;
    walk(document, [&](const Json& json) {
        if (!json.is_object() || !json.contains("$ref") || !json["$ref"].is_string()) return;
        const std::string reference = json["$ref"];
        ASSERT_TRUE(reference.starts_with("#/$defs/")) << reference;
        used.insert(reference.substr(8));
        EXPECT_TRUE(document["$defs"].contains(reference.substr(8))) << reference;
    });
    for (const auto& [name, definition] : document["$defs"].items()) {
        EXPECT_TRUE(used.contains(name)) << name;
        EXPECT_EQ(definition["type"], "object") << name;
        EXPECT_EQ(definition["additionalProperties"], false) << name;
        for (const auto& [field, property] : definition["properties"].items()) {
            const bool fixed = property.contains("const");
            EXPECT_TRUE(fixed || property.contains("description")) << name << "." << field;
        }
        for (const Json& field : definition.value("required", Json::array()))
            EXPECT_TRUE(definition["properties"].contains(field)) << name << " " << field;
    }
}

TEST(Schema, SaysWhatTheStructsSay) {
    const Json definitions = schema()["$defs"];
    const Json& deployment = definitions["DeploymentSpec"];
    EXPECT_EQ(deployment["properties"]["replicas"]["default"], 1);
    EXPECT_EQ(deployment["properties"]["replicas"]["minimum"], 0);
    EXPECT_EQ(deployment["required"], (Json{"selector", "template"}));
    const Json& strategy = definitions["DeploymentStrategy"]["properties"];
    EXPECT_EQ(strategy["type"]["enum"], (Json{"RollingUpdate", "Recreate"}));
    EXPECT_EQ(strategy["type"]["default"], "RollingUpdate");
    EXPECT_EQ(definitions["RollingUpdate"]["properties"]["maxSurge"]["default"], "25%");
    EXPECT_EQ(definitions["PodSpec"]["properties"]["containers"]["minItems"], 1);
    EXPECT_EQ(definitions["Deployment"]["properties"]["kind"]["const"], "Deployment");
    EXPECT_EQ(
        definitions["Deployment"]["required"], (Json{"apiVersion", "kind", "metadata", "spec"})
    );
    EXPECT_EQ(
        definitions["HorizontalPodAutoscalerV1"]["properties"]["apiVersion"]["const"],
        "autoscaling/v1"
    );
    EXPECT_EQ(
        definitions["HorizontalPodAutoscaler"]["properties"]["apiVersion"]["const"],
        "autoscaling/v2"
    );
}

TEST(Schema, EveryKindHasItsOwn) {
    for (const Kind* kind : kinds()) {
        const Json document = kind->schema();
        EXPECT_TRUE(document["$defs"].contains(std::string(kind->name))) << kind->name;
        EXPECT_TRUE(document.contains("$ref") || document.contains("oneOf")) << kind->name;
    }
}

}  // namespace
}  // namespace swell::spec
