#include "cluster/admission/limit_range.hpp"

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

std::vector<spec::LimitRange> range(const std::string& items) {
    return {object("LimitRange", R"({"limits": [)" + items + "]}").as<spec::LimitRange>()};
}

/// A pod of one container `web`.
spec::Object pod(const std::string& resources) {
    return object("Pod", R"({"containers": [{"name": "web", "resources": )" + resources + "}]}");
}

TEST(LimitRanges, Defaults) {
    spec::Pod given =
        object(
            "Pod",
            R"({"containers": [{"name": "web"}, {"name": "log", "resources": {"limits": {"cpu": "2"}}}],
                              "initContainers": [{"name": "up"}]})"
        )
            .as<spec::Pod>();
    set_defaults(
        range(R"({"type": "Container", "default": {"cpu": "1"}, "min": {"memory": "1Mi"}})"), given
    );
    EXPECT_EQ(
        given.metadata.annotations["kubernetes.io/limit-ranger"],
        "LimitRanger plugin set: cpu, memory request for container web; cpu limit for container "
        "web; memory request for container log; cpu, memory request for init container up; cpu "
        "limit for init container up"
    );
    EXPECT_EQ(given.spec.containers[1].resources.limits.at("cpu").text(), "2");
    spec::Pod complete;
    set_defaults({}, complete);
    EXPECT_TRUE(complete.metadata.annotations.empty());
}

TEST(LimitRanges, Broken) {
    struct Case {
        const char* item;
        const char* resources;
        const char* broken;
    };
    const Case cases[] = {
        {R"({"type": "Container", "max": {"cpu": "1"}})", R"({"limits": {"cpu": "1"}})", ""},
        {R"({"type": "Container", "max": {"cpu": "1"}})",
         R"({"limits": {"cpu": "1001m"}})",
         "maximum cpu usage per Container is 1, but limit is 1001m"},
        {R"({"type": "Container", "max": {"cpu": "1"}})",
         R"({"requests": {"cpu": "1"}})",
         "maximum cpu usage per Container is 1.  No limit is specified"},
        {R"({"type": "Container", "min": {"cpu": "1"}})",
         "{}",
         "minimum cpu usage per Container is 1.  No request is specified"},
        {R"({"type": "Container", "min": {"cpu": "100m"}})",
         R"({"requests": {"cpu": "50m"}})",
         "minimum cpu usage per Container is 100m, but request is 50m"},
        {R"({"type": "Container", "maxLimitRequestRatio": {"cpu": "2500m"}})",
         R"({"requests": {"cpu": "300m"}, "limits": {"cpu": "1"}})",
         "cpu max limit to request ratio per Container is 2500m, but provided ratio is 3.333333"},
        {R"({"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}})",
         R"({"requests": {"cpu": "1"}})",
         "cpu max limit to request ratio per Container is 2, but no limit is specified or limit is "
         "0"},
        {R"({"type": "Pod", "min": {"memory": "2Mi"}, "max": {"cpu": "1"}})",
         R"({"requests": {"memory": "1Mi"}, "limits": {"cpu": "2"}})",
         "[minimum memory usage per Pod is 2Mi, but request is 1Mi, maximum cpu usage per Pod is "
         "1, but limit is 2]"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(std::string(c.item) + " " + c.resources);
        EXPECT_EQ(broken_limits(range(c.item), pod(c.resources)).value_or(""), c.broken);
    }
}

TEST(LimitRanges, OfClaims) {
    const auto ranges = range(
        R"({"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}, "max": {"storage": "2Gi"}})"
    );
    spec::PersistentVolumeClaim claim;
    EXPECT_EQ(
        broken_limits(ranges, claim).value_or(""),
        "[minimum storage usage per PersistentVolumeClaim is 1Gi.  No request is specified, "
        "maximum "
        "storage usage per PersistentVolumeClaim is 2Gi.  No request is specified]"
    );
    claim.spec.resources.requests["storage"] = *Quantity::parse("3Gi");
    EXPECT_EQ(
        broken_limits(ranges, claim).value_or(""),
        "maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi"
    );
}

}  // namespace
}  // namespace swell::cluster
