#include "app/cli/describe.hpp"

#include <gtest/gtest.h>

#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaling.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/vpa.hpp"

namespace swell::app {
namespace {

TEST(Describe, TitlesAreWords) {
    struct Case {
        const char* field;
        const char* title;
    };
    const Case cases[] = {
        {"maxReplicas", "Max Replicas"}, {"clusterIP", "Cluster IP"}, {"type", "Type"}, {"", ""}
    };
    for (const Case& c : cases) EXPECT_EQ(title(c.field), c.title);
}

TEST(Describe, KeysOfAUserStayAsTheyAre) {
    spec::Deployment shop;
    shop.metadata.name = "shop";
    shop.spec.selector.match_labels["app"] = "shop";
    auto& pods = shop.spec.pod_template;
    pods.metadata.labels["theTier"] = "front";
    pods.metadata.annotations["note"] = "x";
    pods.spec.node_selector["disk"] = "ssd";
    auto& web = pods.spec.containers.emplace_back();
    web.name = "web";
    web.resources.limits["memory"] = Quantity::from_value(64);
    web.resources.requests["cpu"] = Quantity::from_milli(100);
    spec::ConfigMap settings;
    settings.data["logLevel"] = "info";
    spec::Service service;
    service.spec.selector["app"] = "shop";
    spec::VerticalPodAutoscaler vpa;
    auto& advised = vpa.status.recommendation.emplace().container_recommendations.emplace_back();
    advised.container_name = "web";
    advised.target["cpu"] = Quantity::from_milli(25);
    struct Case {
        const char* why;
        spec::Object object;
        std::vector<const char*> lines;
    };
    const Case cases[] = {
        {"a Deployment",
         shop,
         {"    Match Labels:\n      app:            shop\n",
          "theTier:      front\n",
          "note:         x\n",
          "Node Selector:\n        disk:         ssd\n",
          "Limits:\n              memory: 64\n",
          "cpu:    100m\n"}},
        {"a ConfigMap", settings, {"Data:\n  logLevel:"}},
        {"a Service", service, {"  Selector:\n    app:"}},
        {"a VerticalPodAutoscaler", vpa, {"Container Name:", "Target:\n", " cpu:"}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const std::string text = describe(c.object, {}, Instant{});
        for (const char* line : c.lines)
            EXPECT_NE(text.find(line), std::string::npos) << line << "\nin\n" << text;
    }
}

TEST(Describe, SecretsStaySecret) {
    spec::Secret secret;
    secret.metadata.name = "db";
    secret.data["password"] = "hunter2";
    const std::string text = describe(secret, {}, Instant{});
    EXPECT_EQ(text.find("hunter2"), std::string::npos);
    EXPECT_EQ(text.find("aHVudGVyMg"), std::string::npos);
    EXPECT_NE(text.find("7 bytes"), std::string::npos);
}

TEST(Describe, ShowsConditionsAndEvents) {
    spec::HorizontalPodAutoscaler hpa;
    hpa.metadata.name = "shop";
    hpa.metadata.ns = "default";
    hpa.spec.max_replicas = 9;
    hpa.status.conditions = {
        {.type = "ScalingActive",
         .status = "True",
         .reason = "ValidMetricFound",
         .message = "all well"}
    };
    spec::Event event;
    event.reason = "SuccessfulRescale";
    event.message = "New size: 4; reason: cpu above target";
    event.count = 3;
    event.first_timestamp = Instant{};
    event.last_timestamp = Instant(std::chrono::seconds(60));
    const std::string text = describe(hpa, {event}, Instant(std::chrono::seconds(90)));
    for (const char* word :
         {"Max Replicas:       9",
          "ScalingActive",
          "ValidMetricFound",
          "New size: 4",
          "30s (x3 over 90s)"})
        EXPECT_NE(text.find(word), std::string::npos) << word << " in\n" << text;
}

}  // namespace
}  // namespace swell::app
