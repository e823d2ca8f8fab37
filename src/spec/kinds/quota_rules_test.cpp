#include <gtest/gtest.h>

#include "spec/kinds/field_error.hpp"
#include "spec/kinds/quota.hpp"
#include "spec/read.hpp"

namespace swell::spec {
namespace {

Json manifest(const char* kind, const char* name, const char* spec) {
    return {
        {"apiVersion", "v1"},
        {"kind", kind},
        {"metadata", {{"name", name}}},
        {"spec", Json::parse(spec)}
    };
}

/// All that is wrong, as one text.
std::string wrong(const Json& json) {
    const auto read = read_trusted_json(json);
    if (!read) return read.error().what;
    Problems problems;
    read->kind().validate(read->value(), problems);
    return problems.empty() ? "" : together(problems);
}

TEST(QuotaRules, Problems) {
    struct Case {
        const char* spec;
        const char* problems;
    };
    const Case cases[] = {
        {R"({})", ""},
        {R"({"hard": {"pods": "10", "requests.nvidia.com/gpu": "4", "count/secrets": "1"}})", ""},
        {R"({"hard": {"pods": "1500m"}})",
         R"(spec.hard[pods]: Invalid value: "1500m": must be an integer)"},
        {R"({"hard": {"storage": "1"}})",
         R"(spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota)"},
        {R"({"hard": {"foo": "-1"}})",
         R"([spec.hard[foo]: Invalid value: "foo": must be a standard resource type or fully qualified, )"
         R"(spec.hard[foo]: Invalid value: "foo": must be a standard resource for quota, )"
         R"(spec.hard[foo]: Invalid value: "-1": must be greater than or equal to 0])"},
        {R"({"hard": {"requests.cpu": "1"}, "scopes": ["BestEffort"]})",
         R"(spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource)"},
        {R"({"hard": {"pods": "1"}, "scopes": ["Terminating", "NotTerminating"]})",
         R"(spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes)"},
        {R"({"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In"}]}})",
         "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value "
         "when `operator` is 'In' or 'NotIn' for scope selector"},
        {R"({"hard": {"cpu": "1"}, "scopeSelector": {"matchExpressions": [
                {"scopeName": "BestEffort", "operator": "Exists"}]}})",
         R"(spec.scopeSelector.matchExpressions: Invalid value: {"MatchExpressions":[{"ScopeName":)"
         R"("BestEffort","Operator":"Exists","Values":null}]}: unsupported scope applied to resource)"
        },
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.spec);
        EXPECT_EQ(wrong(manifest("ResourceQuota", "q", c.spec)), c.problems);
    }
    EXPECT_EQ(
        wrong(manifest("ResourceQuota", "", "{}")),
        "metadata.name: Required value: name or generateName is required"
    );
}

TEST(QuotaRules, ScopesStay) {
    ResourceQuota before, now;
    before.spec.scopes = {"BestEffort", "Terminating"};
    now.spec.scopes = {"Terminating", "BestEffort"};
    Problems problems;
    validate_update(now, before, problems);
    EXPECT_TRUE(problems.empty()) << "the order is no change";
    now.spec.scopes.clear();
    validate_update(now, before, problems);
    EXPECT_EQ(together(problems), "spec.scopes: Invalid value: null: field is immutable");
}

TEST(LimitRangeRules, Defaults) {
    const auto read = read_json(manifest(
        "LimitRange",
        "r",
        R"({"limits": [{"type": "Container", "max": {"cpu": "2"}, "min": {"cpu": "1", "memory": "1Mi"}},
                       {"type": "Pod", "max": {"cpu": "4"}}]})"
    ));
    ASSERT_TRUE(read.has_value()) << read.error().what;
    EXPECT_EQ(
        read->to_json()["spec"]["limits"].dump(),
        R"([{"type":"Container","max":{"cpu":"2"},"min":{"cpu":"1","memory":"1Mi"},)"
        R"("default":{"cpu":"2"},"defaultRequest":{"cpu":"2","memory":"1Mi"}},)"
        R"({"type":"Pod","max":{"cpu":"4"}}])"
    );
}

TEST(LimitRangeRules, Problems) {
    struct Case {
        const char* item;
        const char* problems;
    };
    const Case cases[] = {
        {R"({"type": "Container", "min": {"cpu": "2"}, "max": {"cpu": "1"}})",
         R"([spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1, )"
         R"(spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1, )"
         R"(spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1])"
        },
        {R"({"type": "Pod", "default": {"cpu": "1"}})",
         "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"},
        {R"({"type": "Container", "min": {"cpu": "1"}, "max": {"cpu": "3"}, "maxLimitRequestRatio": {"cpu": "4"}})",
         R"(spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "4": ratio 4 is greater than max/min = 3.000000)"
        },
        {R"({"type": "PersistentVolumeClaim"})",
         "spec.limits[0].limits: Required value: either minimum or maximum storage value is "
         "required, but neither was provided"},
        {R"({"type": "Contaner"})",
         R"(spec.limits[0].type: Invalid value: "Contaner": must be a standard limit type or fully qualified)"
        },
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.item);
        const std::string spec = std::string(R"({"limits": [)") + c.item + "]}";
        EXPECT_EQ(wrong(manifest("LimitRange", "r", spec.c_str())), c.problems);
    }
}

}  // namespace
}  // namespace swell::spec
