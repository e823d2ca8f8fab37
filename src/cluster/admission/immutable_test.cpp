#include "cluster/admission/immutable.hpp"

#include <gtest/gtest.h>

#include "spec/kinds/quota.hpp"
#include "spec/read.hpp"

namespace swell::cluster {
namespace {

Json object(const char* api_version, const char* kind, const char* rest) {
    Json json = {
        {"apiVersion", api_version},
        {"kind", kind},
        {"metadata", {{"name", "x"}, {"namespace", "default"}}}
    };
    json.update(Json::parse(rest));
    return json;
}

TEST(Immutable, Table) {
    constexpr const char* deployment =
        R"({"spec":{"selector":{"matchLabels":{"app":"a"}},"template":{"metadata":{"labels":{"app":"a","tier":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})";
    constexpr const char* pod =
        R"({"spec":{"containers":[{"name":"c","image":"i","command":["sleep","1"]}]}})";
    struct Case {
        const char* why;
        Json before;
        const char* at;  ///< JSON pointer of what changes
        Json to;
        const char* problem;  ///< empty: allowed
    };
    // clang-format off
    const Case cases[] = {
        {"replicas",            object("apps/v1", "Deployment", deployment), "/spec/replicas", 4, ""},
        {"a selector",          object("apps/v1", "Deployment", deployment), "/spec/selector/matchLabels", {{"tier", "b"}}, "spec.selector"},
        {"a pod's image",       object("v1", "Pod", pod), "/spec/containers/0/image", "j", ""},
        {"a pod's command",     object("v1", "Pod", pod), "/spec/containers/0/command", {"sleep", "2"}, "spec"},
        {"a pod's resources",   object("v1", "Pod", pod), "/spec/containers/0/resources", {{"requests", {{"cpu", "1"}}}}, "spec"},
        {"a pod's labels",      object("v1", "Pod", pod), "/metadata/labels", {{"a", "b"}}, ""},
        {"data",                object("v1", "ConfigMap", R"({"data":{"a":"1"}})"), "/data/a", "2", ""},
        {"immutable data",      object("v1", "ConfigMap", R"({"immutable":true,"data":{"a":"1"}})"), "/data/a", "2", "data"},
        {"immutable no more",   object("v1", "Secret", R"({"immutable":true})"), "/immutable", false, "immutable"},
        {"its labels",          object("v1", "ConfigMap", R"({"immutable":true,"data":{"a":"1"}})"), "/metadata/labels", {{"a", "b"}}, ""},
        {"an address",          object("v1", "Service", R"({"spec":{"clusterIP":"127.1.2.3","ports":[{"port":80}]}})"), "/spec/clusterIP", "127.1.2.4", "spec.clusterIP"},
        {"a first address",     object("v1", "Service", R"({"spec":{"ports":[{"port":80}]}})"), "/spec/clusterIP", "127.1.2.4", ""},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        Json changed = c.before;
        changed[Json::json_pointer(c.at)] = c.to;
        const auto before = spec::read_json(c.before), now = spec::read_json(changed);
        ASSERT_TRUE(before) << before.error().what;
        ASSERT_TRUE(now) << now.error().what;
        spec::Problems problems;
        validate_immutable(*now, *before, problems);
        EXPECT_EQ(problems.empty() ? "" : problems.front().path, c.problem);
        problems.clear();
        validate_immutable(*before, *before, problems);
        EXPECT_TRUE(problems.empty());
    }
}

TEST(Immutable, AClaim) {
    const auto claim = [](const char* size, const char* storage_class) {
        spec::PersistentVolumeClaim made;
        made.spec.access_modes = {"ReadWriteOnce"};
        made.spec.resources.requests["storage"] = *Quantity::parse(size);
        made.spec.storage_class_name = storage_class;
        return made;
    };
    const auto told = [](const spec::Object& now, const spec::Object& before) {
        spec::Problems problems;
        validate_immutable(now, before, problems);
        std::string text;
        for (const spec::Problem& problem : problems)
            text += problem.path + ": " + problem.what + ";";
        return text;
    };
    // Recorded from an API server.
    EXPECT_EQ(
        told(claim("1Gi", "slow"), claim("2Gi", "slow")),
        R"(spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims
@@ -6,7 +6,7 @@
  "Resources": {
   "Limits": null,
   "Requests": {
-   "storage": "2Gi"
+   "storage": "1Gi"
   }
  },
  "VolumeName": "",
;)"
    );
    EXPECT_EQ(told(claim("1Gi", "slow"), claim("1024Mi", "slow")), "") << "the same amount";
    EXPECT_EQ(told(claim("1Gi", "slow"), claim("1Gi", "")), "") << "a class may be found later";
    EXPECT_NE(told(claim("1Gi", "fast"), claim("1Gi", "slow")), "");
    spec::PersistentVolumeClaim bound = claim("1Gi", "slow");
    bound.spec.volume_name = "v";
    EXPECT_EQ(told(bound, claim("1Gi", "slow")), "");
    EXPECT_NE(told(claim("1Gi", "slow"), bound), "");
    EXPECT_TRUE(told(claim("0", "slow"), claim("1Gi", "slow"))
                    .ends_with("storage: Forbidden: field can not be less than status.capacity;"));
    spec::PersistentVolumeClaim block = claim("1Gi", "slow");
    block.spec.volume_mode = "Block";
    EXPECT_TRUE(told(block, claim("1Gi", "slow"))
                    .ends_with(R"(volumeMode: Invalid value: "Block": field is immutable;)"));
}

}  // namespace
}  // namespace swell::cluster
