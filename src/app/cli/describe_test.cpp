#include "app/cli/describe.hpp"

#include <gtest/gtest.h>

#include "spec/kinds/autoscaling.hpp"
#include "spec/kinds/core.hpp"

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
