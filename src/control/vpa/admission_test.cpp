#include "control/vpa/admission.hpp"

#include <gtest/gtest.h>

#include "control/vpa/proportion.hpp"

namespace swell::control::vpa {
namespace {

Quantity quantity(const std::string& text) { return *Quantity::parse(text); }

TEST(Proportion, Limits) {
    struct Case {
        const char* why;
        const char *resource, *request, *limit, *recommended, *default_limit;
        const char* wanted;  // empty: none
    };
    const Case cases[] = {
        {"kept", "cpu", "100m", "200m", "150m", "0", "300m"},
        {"cut", "cpu", "300m", "400m", "100m", "0", "133m"},
        {"equal stays equal", "cpu", "1", "1000m", "150m", "0", "150m"},
        {"no request: the same", "cpu", "0", "1", "150m", "0", "150m"},
        {"no limit", "cpu", "1", "0", "150m", "0", ""},
        {"the default's", "cpu", "1", "0", "150m", "2", "300m"},
        {"nothing recommended", "cpu", "1", "2", "0", "0", ""},
        {"the limit's own format", "memory", "128Mi", "2Gi", "501M", "0", "7828125Ki"},
        {"more than 64 bits hold", "memory", "1", "4Ei", "4Ei", "0", "9223372036854775807"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const auto got = proportional_limit(
            c.resource,
            {quantity(c.request), quantity(c.limit)},
            quantity(c.recommended),
            quantity(c.default_limit)
        );
        EXPECT_EQ(got.limit ? got.limit->text() : "", c.wanted);
        EXPECT_EQ(got.note.empty(), got.limit.has_value());
    }
}

TEST(Proportion, QuirkOfZeroBytes) {
    const Proportion none{quantity("0"), quantity("1Gi"), quantity("512Mi")};
    EXPECT_EQ(scaled("memory", none, Rounding::down_to_unit).text(), "-1");
    EXPECT_EQ(scaled("memory", none, Rounding::down).text(), "0");
    const Proportion half{quantity("3"), quantity("2"), quantity("1")};
    EXPECT_EQ(scaled("memory", half, Rounding::down_to_unit).text(), "1");
}

spec::Pod pod_with(const char* request, const char* limit) {
    spec::Pod pod;
    pod.metadata.ns = "default";
    spec::Container& app = pod.spec.containers.emplace_back();
    app.name = "app";
    if (*request != 0) app.resources.requests["cpu"] = quantity(request);
    if (*limit != 0) app.resources.limits["cpu"] = quantity(limit);
    return pod;
}

spec::VerticalPodAutoscaler vpa_with(const char* target) {
    spec::VerticalPodAutoscaler vpa;
    vpa.metadata.name = "shop";
    auto& one = vpa.status.recommendation.emplace().container_recommendations.emplace_back();
    one.container_name = "app";
    one.target["cpu"] = quantity(target);
    return vpa;
}

TEST(Admission, Table) {
    struct Case {
        const char* why;
        const char *request, *limit, *target;
        void (*set)(spec::ContainerResourcePolicy&, LimitRangeItem&);
        const char *new_request, *new_limit, *updates;
    };
    const auto nothing = [](spec::ContainerResourcePolicy&, LimitRangeItem&) {};
    const Case cases[] = {
        {"a request",
         "100m",
         "",
         "300m",
         nothing,
         "300m",
         "",
         "Pod resources updated by shop: container 0: cpu request"},
        {"both",
         "100m",
         "200m",
         "300m",
         nothing,
         "300m",
         "600m",
         "Pod resources updated by shop: container 0: memory: limit NOT set since originalLimit is "
         "nil "
         "or 0, cpu request, cpu limit"},
        {"the policy's bound",
         "100m",
         "200m",
         "300m",
         [](auto& policy, auto&) { policy.max_allowed["cpu"] = quantity("250m"); },
         "250m",
         "500m",
         "Pod resources updated by shop: container 0: cpu capped to maxAllowed, memory: limit NOT "
         "set "
         "since originalLimit is nil or 0, cpu request, cpu limit"},
        {"the range's, through the limit",
         "100m",
         "200m",
         "300m",
         [](auto&, auto& range) { range.max["cpu"] = quantity("400m"); },
         "200m",
         "400m",
         "Pod resources updated by shop: container 0: cpu capped to fit Max in container "
         "LimitRange, memory: limit NOT set since originalLimit is nil or 0, cpu request, cpu limit"
        },
        {"requests only",
         "100m",
         "200m",
         "300m",
         [](auto& policy, auto&) { policy.controlled_values = "RequestsOnly"; },
         "200m",
         "200m",
         "Pod resources updated by shop: container 0: cpu capped to container limit, cpu request"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::VerticalPodAutoscaler vpa = vpa_with(c.target);
        auto& policy = vpa.spec.resource_policy.emplace().container_policies.emplace_back();
        policy.container_name = "app";
        LimitRanges ranges;
        c.set(policy, ranges.container.emplace());
        const spec::Pod got = admit(vpa, pod_with(c.request, c.limit), ranges);
        const spec::ResourceRequirements& now = got.spec.containers[0].resources;
        EXPECT_EQ(now.requests.at("cpu").text(), c.new_request);
        EXPECT_EQ(now.limits.contains("cpu") ? now.limits.at("cpu").text() : "", c.new_limit);
        EXPECT_EQ(got.metadata.annotations.at("vpaUpdates"), c.updates);
        EXPECT_EQ(got.metadata.annotations.at("vpaObservedContainers"), "app");
    }
}

TEST(Admission, OffChangesNothing) {
    spec::VerticalPodAutoscaler vpa = vpa_with("300m");
    vpa.spec.update_policy.emplace().update_mode = "Off";
    const spec::Pod pod = pod_with("100m", "");
    EXPECT_EQ(admit(vpa, pod, {}), pod);
}

TEST(Admission, ARangeForPodsCountsContainersWithoutRecommendation) {
    spec::VerticalPodAutoscaler vpa = vpa_with("300m");
    spec::Pod pod = pod_with("100m", "100m");
    spec::Container& other = pod.spec.containers.emplace_back(pod.spec.containers[0]);
    other.name = "other";
    LimitRanges ranges;
    ranges.pod.emplace().max["cpu"] = quantity("200m");
    const Admission got = resources_for(vpa, pod, ranges);
    // 300m and 100m of limits must fit into 200m.
    EXPECT_EQ(got.containers[0].requests.at("cpu").text(), "150m");
    EXPECT_EQ(got.containers[1].requests.at("cpu").text(), "50m");
}

}  // namespace
}  // namespace swell::control::vpa
