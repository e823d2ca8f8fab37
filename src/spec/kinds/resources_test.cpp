#include "spec/kinds/resources.hpp"

#include <gtest/gtest.h>

#include "spec/read.hpp"

namespace swell::spec {
namespace {

/// A pod's spec as it is read: requests that are left out are the limits.
PodSpec pod(const std::string& spec) {
    const Json json = {
        {"apiVersion", "v1"},
        {"kind", "Pod"},
        {"metadata", {{"name", "a"}}},
        {"spec", Json::parse(spec)}
    };
    const auto read = read_trusted_json(json);
    EXPECT_TRUE(read.has_value()) << read.error().what;
    return read->as<Pod>().spec;
}

std::string text(const ResourceList& list) {
    std::string all;
    for (const auto& [name, amount] : list)
        all += (all.empty() ? "" : " ") + name + "=" + amount.text();
    return all;
}

TEST(Resources, Names) {
    struct Case {
        const char* name;
        bool native, extended, overcommit, pod_level;
    };
    // clang-format off
    const Case cases[] = {
        {"cpu",                      true,  false, true,  true},
        {"ephemeral-storage",        true,  false, true,  false},
        {"hugepages-2Mi",            true,  false, false, true},
        {"kubernetes.io/batteries",  true,  false, true,  false},
        {"nvidia.com/gpu",           false, true,  false, false},
        {"requests.nvidia.com/gpu",  false, false, false, false},
        {"example.com/a/b",          false, false, false, false},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(is_native(c.name), c.native);
        EXPECT_EQ(is_extended(c.name), c.extended);
        EXPECT_EQ(may_overcommit(c.name), c.overcommit);
        EXPECT_EQ(is_pod_level(c.name), c.pod_level);
    }
}

TEST(Resources, OfAPodAsAWhole) {
    struct Case {
        const char* why;
        const char* spec;
        const char* requests;
        const char* limits;
    };
    const Case cases[] = {
        {"containers run side by side",
         R"({"containers": [{"name": "a", "resources": {"requests": {"cpu": "100m"}}},
                            {"name": "b", "resources": {"limits": {"cpu": "1"}}}]})",
         "cpu=1100m",
         "cpu=1"},
        {"an init container runs alone: the larger counts",
         R"({"containers": [{"name": "a", "resources": {"requests": {"cpu": "100m", "memory": "1Gi"}}}],
             "initContainers": [{"name": "i", "resources": {"requests": {"cpu": "2", "memory": "1Mi"}}}]})",
         "cpu=2 memory=1Gi",
         ""},
        {"a sidecar runs beside what starts after it",
         R"({"containers": [{"name": "a", "resources": {"requests": {"cpu": "100m"}}}],
             "initContainers": [
                {"name": "i", "resources": {"requests": {"cpu": "300m"}}},
                {"name": "s", "restartPolicy": "Always", "resources": {"requests": {"cpu": "200m"}}},
                {"name": "j", "resources": {"requests": {"cpu": "250m"}}}]})",
         "cpu=450m",
         ""},
        {"the pod's own stand in, but only for what a pod can ask",
         R"({"containers": [{"name": "a", "resources": {"requests": {"cpu": "100m", "example.com/a": "1"},
                                                        "limits": {"example.com/a": "1"}}}],
             "resources": {"requests": {"cpu": "500m"}, "limits": {"memory": "1Gi"}}})",
         "cpu=500m example.com/a=1",
         "example.com/a=1 memory=1Gi"},
        {"overhead is added; to a limit only where there is one",
         R"({"containers": [{"name": "a", "resources": {"limits": {"cpu": "1"}}}],
             "overhead": {"cpu": "250m", "memory": "100Mi"}})",
         "cpu=1250m memory=100Mi",
         "cpu=1250m"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(text(requests_of(pod(c.spec))), c.requests);
        EXPECT_EQ(text(limits_of(pod(c.spec))), c.limits);
    }
}

TEST(Resources, WhatAPodLeavesOutOfItsOwn) {
    struct Case {
        const char* why;
        const char* spec;
        const char* requests;
        const char* limits;
    };
    const Case cases[] = {
        {"nothing is given, nothing is filled in",
         R"({"containers": [{"name": "a", "resources": {"limits": {"cpu": "1"}}}]})",
         "",
         ""},
        {"requests are the containers', then the limits",
         R"({"containers": [{"name": "a", "resources": {"requests": {"cpu": "400m"}}}],
             "resources": {"limits": {"cpu": "1", "memory": "256Mi"}}})",
         "cpu=400m memory=256Mi",
         "cpu=1 memory=256Mi"},
        {"limits where every container has one, not below the request",
         R"({"containers": [{"name": "a", "resources": {"limits": {"cpu": "200m", "memory": "1Mi"}}},
                            {"name": "b", "resources": {"limits": {"cpu": "300m"}}}],
             "resources": {"requests": {"cpu": "1"}}})",
         "cpu=1 memory=1Mi",
         "cpu=1"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        PodSpec spec = pod(c.spec);
        complete_pod_level(spec);
        EXPECT_EQ(text(spec.resources.requests), c.requests);
        EXPECT_EQ(text(spec.resources.limits), c.limits);
    }
}

TEST(Resources, QualityOfService) {
    struct Case {
        const char* spec;
        const char* quality;
    };
    const Case cases[] = {
        {R"({"containers": [{"name": "a"}]})", "BestEffort"},
        {R"({"containers": [{"name": "a", "resources": {"limits": {"ephemeral-storage": "1"}}}]})",
         "BestEffort"},
        {R"({"containers": [{"name": "a", "resources": {"requests": {"cpu": "0"}}}]})", "BestEffort"
        },
        {R"({"containers": [{"name": "a", "resources": {"limits": {"cpu": "1"}}}]})", "Burstable"},
        {R"({"containers": [{"name": "a", "resources": {"limits": {"cpu": "1", "memory": "1"}}}]})",
         "Guaranteed"},
        {R"({"containers": [{"name": "a", "resources": {"limits": {"cpu": "1", "memory": "1"}}},
                            {"name": "b"}]})",
         "Burstable"},
        {R"({"containers": [{"name": "a"}],
             "resources": {"requests": {"cpu": "1", "memory": "1"}, "limits": {"cpu": "1", "memory": "1"}}})",
         "Guaranteed"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.spec);
        EXPECT_EQ(quality_of_service(pod(c.spec)), c.quality);
    }
}

TEST(Resources, Problems) {
    struct Case {
        const char* resources;
        std::vector<std::string> problems;
    };
    const Case cases[] = {
        {R"({"requests": {"cpu": "2"}, "limits": {"cpu": "1"}})",
         {"r.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1"}},
        {R"({"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "2"}})",
         {"r.requests: Invalid value: \"1\": must be equal to nvidia.com/gpu limit of 2"}},
        {R"({"requests": {"nvidia.com/gpu": "1500m"}})",
         {"r.requests[nvidia.com/gpu]: Invalid value: \"1500m\": must be an integer",
          "r.limits: Required value: Limit must be set for non overcommitable resources"}},
        {R"({"limits": {"hugepages-2Mi": "3Mi"}})",
         {"r.limits[hugepages-2Mi]: Invalid value: \"3Mi\": 3Mi is not positive integer multiple "
          "of hugepages-2Mi",
          "r: Forbidden: HugePages require cpu or memory"}},
        {R"({"requests": {"pods": "1", "foo": "1", "cpu": "-1"}})",
         {"r.requests[cpu]: Invalid value: \"-1\": must be greater than or equal to 0",
          "r.requests[foo]: Invalid value: \"foo\": must be a standard resource type or fully "
          "qualified",
          "r.requests[foo]: Invalid value: \"foo\": must be a standard resource for containers",
          "r.requests[pods]: Invalid value: \"pods\": must be a standard resource for containers"}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.resources);
        ResourceRequirements resources;
        const Json given = Json::parse(c.resources);
        for (const auto& [list, amounts] : given.items())
            for (const auto& [name, amount] : amounts.items())
                (list == "limits" ? resources.limits : resources.requests)[name] =
                    *Quantity::parse(amount.get<std::string>());
        swell::spec::Problems problems;
        validate(resources, "r", ResourcePlace::container, problems);
        std::vector<std::string> texts;
        for (const Problem& problem : problems) texts.push_back(problem.path + ": " + problem.what);
        EXPECT_EQ(texts, c.problems);
    }
}

}  // namespace
}  // namespace swell::spec
