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

TEST(AdmitChange, Resize) {
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
        EXPECT_EQ(refusal(admit_change(pod(c.now), pod(c.before), given)), c.refusal);
    }
}

TEST(AdmitChange, AResizeThatLeavesOutThePodsOwnResourcesKeepsThem) {
    const auto before =
        pod(R"({"requests": {"cpu": "1"}})", R"(, "resources": {"requests": {"cpu": "2"}})");
    const auto now = admit_change(pod(R"({"requests": {"cpu": "1500m"}})"), before, {});
    ASSERT_TRUE(now.has_value()) << now.error().what;
    EXPECT_EQ(now->as<spec::Pod>().spec.resources.requests.at("cpu").text(), "2");
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
        {from60,
         "",
         R"(invalid: Pod "a" is invalid: spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value)"
        },
    };
    for (const Case& c : cases)
        EXPECT_EQ(refusal(admit_change(pod("{}", c.now), pod("{}", c.before), {})), c.refusal);
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
