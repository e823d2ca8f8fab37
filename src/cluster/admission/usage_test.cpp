#include "cluster/admission/usage.hpp"

#include <gtest/gtest.h>

#include "spec/kinds/apps.hpp"
#include "spec/read.hpp"

namespace swell::cluster {
namespace {

using namespace std::chrono_literals;

const Instant now{1'800'000'000s};

spec::Object object(const std::string& api_version, const std::string& kind, const char* spec) {
    const auto read = spec::read_trusted_json(
        {{"apiVersion", api_version},
         {"kind", kind},
         {"metadata", {{"name", "a"}}},
         {"spec", Json::parse(spec)}}
    );
    EXPECT_TRUE(read.has_value()) << read.error().what;
    return *read;
}

std::string text(const spec::ResourceList& list) {
    std::string all;
    for (const auto& [name, amount] : list)
        all += (all.empty() ? "" : " ") + name + "=" + amount.text();
    return all;
}

TEST(UsageOf, EachKind) {
    struct Case {
        const char* api_version;
        const char* kind;
        const char* spec;
        const char* used;
    };
    const Case cases[] = {
        {"v1", "Pod", R"({"containers": [{"name": "a"}]})", "count/pods=1 pods=1"},
        {"v1",
         "Pod",
         R"({"containers": [{"name": "a", "resources": {
             "requests": {"cpu": "100m", "nvidia.com/gpu": "1"},
             "limits": {"memory": "1Gi", "nvidia.com/gpu": "1", "hugepages-2Mi": "4Mi"}}}]})",
         "count/pods=1 cpu=100m hugepages-2Mi=4Mi limits.memory=1Gi memory=1Gi pods=1 "
         "requests.cpu=100m requests.hugepages-2Mi=4Mi requests.memory=1Gi "
         "requests.nvidia.com/gpu=1"},
        {"v1",
         "Service",
         R"({"type": "NodePort", "ports": [{"port": 1}, {"port": 2}]})",
         "count/services=1 services=1 services.loadbalancers=0 services.nodeports=2"},
        {"v1",
         "Service",
         R"({"type": "LoadBalancer", "ports": [{"port": 1}]})",
         "count/services=1 services=1 services.loadbalancers=1 services.nodeports=1"},
        {"v1",
         "Service",
         R"({"type": "LoadBalancer", "allocateLoadBalancerNodePorts": false,
             "ports": [{"port": 1}, {"port": 2, "nodePort": 30000}]})",
         "count/services=1 services=1 services.loadbalancers=1 services.nodeports=1"},
        {"apps/v1",
         "Deployment",
         R"({"selector": {}, "template": {"spec": {"containers": []}}})",
         "count/deployments.apps=1"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.spec);
        EXPECT_EQ(text(usage_of(object(c.api_version, c.kind, c.spec), now)), c.used);
    }
    EXPECT_EQ(text(usage_of(spec::Secret{}, now)), "count/secrets=1 secrets=1");
}

TEST(UsageOf, AClaimAlsoByItsClass) {
    spec::PersistentVolumeClaim claim;
    claim.spec.resources.requests["storage"] = *Quantity::parse("1500m");
    EXPECT_EQ(
        text(usage_of(claim, now)),
        "count/persistentvolumeclaims=1 persistentvolumeclaims=1 requests.storage=2"
    ) << "in whole bytes";
    claim.spec.storage_class_name = "gold";
    EXPECT_EQ(
        text(usage_of(claim, now)),
        "count/persistentvolumeclaims=1 "
        "gold.storageclass.storage.k8s.io/persistentvolumeclaims=1 "
        "gold.storageclass.storage.k8s.io/requests.storage=2 persistentvolumeclaims=1 "
        "requests.storage=2"
    );
}

TEST(UsageOf, PodsThatHaveEnded) {
    struct Case {
        const char* why;
        const char* phase;
        std::optional<Duration> deleted;  ///< deletionTimestamp, after now; grace is 10 s
        const char* used;
    };
    const Case cases[] = {
        {"running", "Running", {}, "count/pods=1 pods=1"},
        {"done", "Succeeded", {}, "count/pods=1"},
        {"failed", "Failed", {}, "count/pods=1"},
        {"on its way out", "Running", 5s, "count/pods=1 pods=1"},
        {"overdue, within its grace once more", "Running", -10s, "count/pods=1 pods=1"},
        {"stuck", "Running", -11s, "count/pods=1"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::Pod pod;
        pod.status.phase = c.phase;
        if (c.deleted) {
            pod.metadata.deletion_timestamp = now + *c.deleted;
            pod.metadata.deletion_grace_period_seconds = 10;
        }
        EXPECT_EQ(text(usage_of(pod, now)), c.used);
    }
}

TEST(UsageOf, APodThatIsResized) {
    struct Case {
        const char* why;
        const char* status;
        const char* used;
    };
    // The spec asks for 2 cores of at most 3, beside a sidecar with one.
    const char* const asked = R"({"containers": [{"name": "a", "resources": {
            "requests": {"cpu": "2"}, "limits": {"cpu": "3"}}}],
        "initContainers": [{"name": "s", "restartPolicy": "Always",
            "resources": {"requests": {"cpu": "1"}}}],
        "overhead": {"cpu": "10m"}})";
    const Case cases[] = {
        {"nothing is known of it yet", R"({})", "cpu=3010m limits.cpu=3010m"},
        {"upwards, not yet granted",
         R"({"containerStatuses": [{"name": "a", "allocatedResources": {"cpu": "1"},
             "resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "1"}}}]})",
         "cpu=3010m limits.cpu=3010m"},
        {"downwards, granted but not in force",
         R"({"containerStatuses": [{"name": "a", "allocatedResources": {"cpu": "2"},
             "resources": {"requests": {"cpu": "5"}, "limits": {"cpu": "6"}}}]})",
         "cpu=6010m limits.cpu=6010m"},
        {"downwards, not yet granted",
         R"({"containerStatuses": [{"name": "a", "allocatedResources": {"cpu": "4"},
             "resources": {"limits": {"cpu": "5"}}}]})",
         "cpu=5010m limits.cpu=5010m"},
        {"a resize that can never be",
         R"({"conditions": [{"type": "PodResizePending", "status": "True", "reason": "Infeasible"}],
             "containerStatuses": [{"name": "a", "allocatedResources": {"cpu": "100m"},
                 "resources": {"requests": {"cpu": "100m"}, "limits": {"cpu": "200m"}}}],
             "initContainerStatuses": [{"name": "s", "allocatedResources": {"cpu": "500m"}}]})",
         "cpu=610m limits.cpu=210m"},
        {"deferred it counts",
         R"({"conditions": [{"type": "PodResizePending", "status": "True", "reason": "Deferred"}],
             "containerStatuses": [{"name": "a", "allocatedResources": {"cpu": "100m"}}]})",
         "cpu=3010m limits.cpu=3010m"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        Json status = Json::parse(c.status);
        for (const char* list : {"containerStatuses", "initContainerStatuses"})
            if (status.contains(list))
                for (Json& one : status[list])
                    one.update(Json{{"ready", true}, {"restartCount", 0}});
        const auto read = spec::read_trusted_json(
            {{"apiVersion", "v1"},
             {"kind", "Pod"},
             {"metadata", {{"name", "a"}}},
             {"spec", Json::parse(asked)},
             {"status", status}}
        );
        ASSERT_TRUE(read.has_value()) << read.error().what;
        spec::ResourceList used = usage_of(*read, now);
        EXPECT_EQ(used["cpu"], used["requests.cpu"]);
        std::erase_if(used, [](const auto& entry) {
            return entry.first != "cpu" && entry.first != "limits.cpu";
        });
        EXPECT_EQ(text(used), c.used);
    }
}

TEST(InScope, Pods) {
    struct Case {
        const char* scope;
        const char* op;
        const char* value;
        const char* pod;
        bool in;
    };
    const char* const plain = R"({"containers": [{"name": "a"}]})";
    const char* const bounded = R"({"containers": [{"name": "a"}], "activeDeadlineSeconds": 5})";
    const char* const burstable =
        R"({"containers": [{"name": "a", "resources": {"requests": {"cpu": "1"}}}]})";
    const char* const high = R"({"containers": [{"name": "a"}], "priorityClassName": "high"})";
    const char* const near =
        R"({"containers": [{"name": "a"}], "affinity": {"podAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "k"}]}}})";
    const char* const across =
        R"({"containers": [{"name": "a"}], "affinity": {"podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": 1, "podAffinityTerm": {"topologyKey": "k", "namespaceSelector": {}}}]}}})";
    // clang-format off
    const Case cases[] = {
        {"Terminating",               "Exists",       "",     plain,     false},
        {"Terminating",               "Exists",       "",     bounded,   true},
        {"NotTerminating",            "Exists",       "",     plain,     true},
        {"BestEffort",                "Exists",       "",     plain,     true},
        {"NotBestEffort",             "Exists",       "",     burstable, true},
        {"PriorityClass",             "Exists",       "",     plain,     false},
        {"PriorityClass",             "Exists",       "",     high,      true},
        {"PriorityClass",             "In",           "high", high,      true},
        {"PriorityClass",             "In",           "low",  high,      false},
        {"PriorityClass",             "NotIn",        "low",  plain,     true},
        {"PriorityClass",             "NotIn",        "high", high,      false},
        {"PriorityClass",             "DoesNotExist", "",     plain,     true},
        {"CrossNamespacePodAffinity", "Exists",       "",     near,      false},
        {"CrossNamespacePodAffinity", "Exists",       "",     across,    true},
        {"VolumeAttributesClass",     "Exists",       "",     plain,     false},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(std::string(c.scope) + " " + c.op + " " + c.pod);
        spec::ResourceQuotaSpec quota;
        quota.scope_selector.emplace().match_expressions = {{c.scope, c.op, {c.value}}};
        EXPECT_EQ(in_scope(quota, object("v1", "Pod", c.pod)), c.in);
    }
    spec::ResourceQuotaSpec quota;
    quota.scopes = {"NotTerminating"};
    EXPECT_FALSE(in_scope(quota, spec::Service{})) << "scopes are of pods";
}

TEST(IsCounted, WhatStandsInAQuota) {
    for (const char* name :
         {"pods",
          "requests.nvidia.com/gpu",
          "count/widgets.example.com",
          "gold.storageclass.storage.k8s.io/requests.storage",
          "hugepages-2Mi"})
        EXPECT_TRUE(is_counted(name)) << name;
    for (const char* name : {"limits.nvidia.com/gpu", "example.com/a"})
        EXPECT_FALSE(is_counted(name)) << name;
    const auto& pod = spec::kind_of<spec::Pod>();
    EXPECT_TRUE(is_counted(pod, "count/pods"));
    EXPECT_FALSE(is_counted(pod, "count/deployments.apps"));
    EXPECT_TRUE(is_counted(spec::kind_of<spec::Deployment>(), "count/deployments.apps"));
}

}  // namespace
}  // namespace swell::cluster
