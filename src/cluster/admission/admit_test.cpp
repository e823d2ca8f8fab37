#include "cluster/admission/admit.hpp"

#include <gtest/gtest.h>

#include "spec/read.hpp"

namespace swell::cluster {
namespace {

spec::Object object(const char* kind, const std::string& spec) {
    const auto read = spec::read_trusted_json(
        {{"apiVersion", "v1"},
         {"kind", kind},
         {"metadata", {{"name", "a"}}},
         {"spec", Json::parse(spec)}}
    );
    EXPECT_TRUE(read.has_value()) << read.error().what;
    return *read;
}

spec::Object pod(const std::string& resources, const std::string& more = "") {
    return object(
        "Pod", R"({"containers": [{"name": "web", "resources": )" + resources + "}]" + more + "}"
    );
}

Policies policies(const std::string& items, const std::string& hard) {
    spec::ResourceQuota quota =
        object("ResourceQuota", R"({"hard": )" + hard + "}").as<spec::ResourceQuota>();
    quota.metadata.name = "q";
    quota.status = status_of(quota, {}, {});
    return {
        {object("LimitRange", R"({"limits": [)" + items + "]}").as<spec::LimitRange>()}, {quota}, {}
    };
}

std::string refusal(const Result<spec::Object>& result) {
    if (result) return "";
    return std::string(word(result.error().code)) + ": " + result.error().what;
}

TEST(AdmitNew, InOrder) {
    const Policies given = policies(
        R"({"type": "Container", "default": {"cpu": "1"}, "max": {"memory": "1Gi"}})",
        R"({"limits.cpu": "1500m"})"
    );
    struct Case {
        const char* why;
        const char* resources;
        const char* refusal;
    };
    const Case cases[] = {
        {"defaults come first, so nothing is missing", R"({})", ""},
        {"and may make a pod that is wrong",
         R"({"requests": {"cpu": "2"}, "limits": {"memory": "2Gi"}})",
         R"(invalid: Pod "a" is invalid: spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1)"
        },
        {"limits before quotas",
         R"({"limits": {"memory": "2Gi", "cpu": "2"}})",
         R"(forbidden: pods "a" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi)"
        },
        {"quotas last",
         R"({"limits": {"cpu": "2"}})",
         R"(forbidden: pods "a" is forbidden: exceeded quota: q, requested: limits.cpu=2, used: limits.cpu=0, limited: limits.cpu=1500m)"
        },
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(refusal(admit_new(pod(c.resources), given)), c.refusal);
    }
}

TEST(AdmitResize, Table) {
    struct Case {
        const char* why;
        const char* before;
        const char* now;
        const char* refusal;
    };
    const Case cases[] = {
        {"more", R"({"requests": {"cpu": "1"}})", R"({"requests": {"cpu": "2"}})", ""},
        {"more than the quota has",
         R"({"requests": {"cpu": "1"}})",
         R"({"requests": {"cpu": "6"}})",
         R"(forbidden: pods "a" is forbidden: exceeded quota: q, requested: requests.cpu=5, used: requests.cpu=0, limited: requests.cpu=4)"
        },
        {"another quality of service",
         R"({"limits": {"cpu": "1", "memory": "1Gi"}})",
         R"({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m"}})",
         R"(invalid: Pod "a" is invalid: spec: Invalid value: "Guaranteed": Pod QOS Class may not change as a result of resizing)"
        },
        {"a limit is taken away",
         R"({"requests": {"cpu": "1"}, "limits": {"cpu": "2"}})",
         R"({"requests": {"cpu": "1"}})",
         R"(invalid: Pod "a" is invalid: spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed)"
        },
        {"another resource",
         R"({"requests": {"cpu": "1"}})",
         R"({"requests": {"cpu": "1", "ephemeral-storage": "1Gi"}})",
         R"(invalid: Pod "a" is invalid: spec: Forbidden: only cpu and memory resources are mutable)"
        },
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Policies given = policies("", R"({"requests.cpu": "4"})");
        EXPECT_EQ(refusal(admit_resize(pod(c.now), pod(c.before), given)), c.refusal);
    }
}

TEST(AdmitResize, AResizeThatLeavesOutThePodsOwnResourcesKeepsThem) {
    const auto before =
        pod(R"({"requests": {"cpu": "1"}})", R"(, "resources": {"requests": {"cpu": "2"}})");
    const auto now = admit_resize(pod(R"({"requests": {"cpu": "1500m"}})"), before, {});
    ASSERT_TRUE(now.has_value()) << now.error().what;
    EXPECT_EQ(now->as<spec::Pod>().spec.resources.requests.at("cpu").text(), "2");
}

TEST(AdmitResize, WhatElseIsSaidIsNotLookedAt) {
    const auto before = pod(R"({"requests": {"cpu": "1"}})");
    const auto now =
        pod(R"({"requests": {"cpu": "2"}})", R"(, "nodeName": "x", "activeDeadlineSeconds": 5)");
    const auto made = admit_resize(now, before, {});
    ASSERT_TRUE(made.has_value()) << made.error().what;
    spec::PodSpec wanted = before.as<spec::Pod>().spec;
    wanted.containers[0].resources.requests["cpu"] = *Quantity::parse("2");
    EXPECT_EQ(made->as<spec::Pod>().spec, wanted);
    EXPECT_EQ(
        refusal(admit_resize(
            object(
                "Pod",
                R"({"containers": [{"name": "web", "resources": {"requests": {"cpu": "1"}}}, {"name": "b"}]})"
            ),
            before,
            {}
        )),
        R"(invalid: Pod "a" is invalid: spec.containers: Forbidden: containers may not be added or removed on resize)"
    );
}

TEST(AdmitChange, ResourcesAreNotChangedByAnUpdate) {
    const char* const sentence =
        R"(invalid: Pod "a" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)
)";
    struct Case {
        const char* why;
        const char* before;
        const char* now;
        const char* diff;
    };
    // Recorded from an API server.
    const Case cases[] = {
        {"where none were",
         R"({})",
         R"({"requests": {"cpu": "2"}})",
         R"(@@ -13,7 +13,9 @@
    "Env": null,
    "Resources": {
     "Limits": null,
-    "Requests": null,
+    "Requests": {
+     "cpu": "2"
+    },
     "Claims": null
    },
    "ResizePolicy": null,
)"},
        {"others",
         R"({"limits": {"memory": "100Ki"}, "requests": {"cpu": "500m", "ephemeral-storage": "0", "memory": "100Ki"}})",
         R"({"limits": {"memory": "100Ki"}, "requests": {"cpu": "100m", "ephemeral-storage": "0", "memory": "100Ki"}})",
         R"(@@ -16,7 +16,7 @@
      "memory": "100Ki"
     },
     "Requests": {
-     "cpu": "500m",
+     "cpu": "100m",
      "ephemeral-storage": "0",
      "memory": "100Ki"
     },
)"},
        {"one more",
         R"({"requests": {"memory": "1Gi"}})",
         R"({"requests": {"cpu": "100m", "memory": "1Gi"}})",
         R"(@@ -14,6 +14,7 @@
    "Resources": {
     "Limits": null,
     "Requests": {
+     "cpu": "100m",
      "memory": "1Gi"
     },
     "Claims": null
)"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(
            refusal(admit_change(pod(c.now), pod(c.before), {})), std::string(sentence) + c.diff
        );
    }
}

TEST(AdmitChange, PodsKeepTheirContainersAndTolerations) {
    const auto with = [](const char* tolerations) {
        return pod("{}", std::string(R"(, "tolerations": )") + tolerations);
    };
    const auto before = with(R"([{"key": "a", "operator": "Exists"}])");
    EXPECT_EQ(
        refusal(admit_change(
            with(R"([{"operator": "Exists", "tolerationSeconds": 5, "key": "a"}, {"key": "b"}])"),
            before,
            {}
        )),
        ""
    );
    EXPECT_EQ(
        refusal(admit_change(with(R"([{"key": "b"}])"), before, {})),
        R"(invalid: Pod "a" is invalid: spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds)"
    );
    EXPECT_EQ(
        refusal(admit_change(
            object("Pod", R"({"containers": [{"name": "web"}, {"name": "b"}]})"), pod("{}"), {}
        )),
        R"(invalid: Pod "a" is invalid: spec.containers: Forbidden: pod updates may not add or remove containers)"
    );
}

TEST(AdmitChange, Deadline) {
    const char* const from60 = R"(, "activeDeadlineSeconds": 60)";
    struct Case {
        const char* before;
        const char* now;
        const char* refusal;
    };
    const Case cases[] = {
        {"", from60, ""},
        {from60, R"(, "activeDeadlineSeconds": 30)", ""},
        {from60,
         R"(, "activeDeadlineSeconds": 90)",
         R"(invalid: Pod "a" is invalid: spec.activeDeadlineSeconds: Invalid value: 90: must be less than or equal to previous value)"
        },
        {"",
         R"(, "activeDeadlineSeconds": 0)",
         R"(invalid: Pod "a" is invalid: spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive)"
        },
        {"",
         R"(, "activeDeadlineSeconds": -1)",
         R"(invalid: Pod "a" is invalid: [spec.activeDeadlineSeconds: Invalid value: -1: must be between 1 and 2147483647, inclusive, spec.activeDeadlineSeconds: Invalid value: -1: must be between 0 and 2147483647, inclusive])"
        },
        {from60,
         R"(, "activeDeadlineSeconds": 2147483648)",
         R"(invalid: Pod "a" is invalid: [spec.activeDeadlineSeconds: Invalid value: 2147483648: must be between 1 and 2147483647, inclusive, spec.activeDeadlineSeconds: Invalid value: 2147483648: must be between 0 and 2147483647, inclusive])"
        },
        {"", R"(, "activeDeadlineSeconds": 2147483647)", ""},
        {from60,
         "",
         R"(invalid: Pod "a" is invalid: spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value)"
        },
    };
    for (const Case& c : cases)
        EXPECT_EQ(refusal(admit_change(pod("{}", c.now), pod("{}", c.before), {})), c.refusal);
}

TEST(AdmitNew, ADeadlineOfNothingIsWrongBeforeQuotasAreAsked) {
    EXPECT_EQ(
        refusal(admit_new(
            pod("{}", R"(, "activeDeadlineSeconds": 0)"), policies("", R"({"pods": "0"})")
        )),
        R"(invalid: Pod "a" is invalid: spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive)"
    );
}

TEST(AdmitChange, AQuotasScopesStay) {
    const auto before = object("ResourceQuota", R"({"scopes": ["BestEffort"]})");
    EXPECT_EQ(
        refusal(admit_change(object("ResourceQuota", "{}"), before, {})),
        R"(invalid: ResourceQuota "a" is invalid: spec.scopes: Invalid value: null: field is immutable)"
    );
}

TEST(PriorityClass, MustBeThere) {
    const auto unknown = [](const char* name) {
        return unknown_priority_class(
                   pod("{}", std::string(R"(, "priorityClassName": ")") + name + "\"")
                       .as<spec::Pod>(),
                   {"high"}
        )
            .value_or("");
    };
    EXPECT_EQ(unknown(""), "");
    EXPECT_EQ(unknown("high"), "");
    EXPECT_EQ(unknown("system-node-critical"), "");
    EXPECT_EQ(unknown("low"), "no PriorityClass with name low was found");
}

}  // namespace
}  // namespace swell::cluster
