#include "cluster/api/api.hpp"

#include <gtest/gtest.h>

#include <tuple>

#include "base/sim_clock.hpp"
#include "cluster/store/store.hpp"
#include "http/exchange.hpp"
#include "spec/kinds/core.hpp"

namespace swell::cluster {
namespace {

Json deployment(int replicas) {
    return Json::parse(
        R"({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop"}, "spec": {"replicas": )" +
        std::to_string(replicas) +
        R"(, "selector": {"matchLabels": {"app": "shop"}}, "template": {"metadata": {"labels": {"app": "shop"}},
            "spec": {"containers": [{"name": "shop", "command": ["shop"]}]}}}})"
    );
}

Json hpa() {
    return Json::parse(
        R"({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "shop"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop"}, "maxReplicas": 9}})"
    );
}

const std::string shop = "/apis/apps/v1/namespaces/default/deployments/shop";

struct ApiTest : testing::Test {
    SimClock clock;
    std::unique_ptr<Store> store = *Store::open("", clock, Rng(1));
    Api api{*store};

    ApiResponse ask(
        const std::string& method, const std::string& target, const Json& body = nullptr
    ) {
        return api.handle({method, target, body.is_null() ? "" : body.dump()});
    }
    ApiResponse patch(
        const std::string& target,
        const char* body,
        const std::string& type = "application/merge-patch+json"
    ) {
        return api.handle({"PATCH", target, body, type});
    }
    std::string apply(std::vector<Json> objects, bool dry_run = false) {
        const auto answer =
            ask("POST", "/swell/v1/apply", {{"objects", objects}, {"dryRun", dry_run}});
        const Json json = Json::parse(answer.body);
        if (answer.status != 200) return json["message"];
        std::string text;
        for (const Json& result : json["results"])
            text +=
                result["key"].get<std::string>() + " " + result["action"].get<std::string>() + ";";
        return text;
    }
    int replicas() { return Json::parse(ask("GET", shop).body)["spec"]["replicas"]; }
};

TEST_F(ApiTest, ApplyCreatesConfiguresAndLeavesAlone) {
    EXPECT_EQ(apply({deployment(2)}, true), "deployment/shop created;");
    EXPECT_EQ(ask("GET", shop).status, 404);
    EXPECT_EQ(apply({deployment(2)}), "deployment/shop created;");
    EXPECT_EQ(apply({deployment(2)}), "deployment/shop unchanged;");
    EXPECT_EQ(apply({deployment(3)}, true), "deployment/shop configured;");
    EXPECT_EQ(apply({deployment(3)}), "deployment/shop configured;");
    EXPECT_EQ(replicas(), 3);
}

TEST_F(ApiTest, Patches) {
    apply({deployment(2)});
    const auto message = [](const ApiResponse& got) {
        return Json::parse(got.body).value("message", "");
    };
    EXPECT_EQ(patch(shop, R"({"spec":{"replicas":4}})").status, 200);
    EXPECT_EQ(replicas(), 4);
    EXPECT_EQ(
        patch(
            shop,
            R"({"spec":{"template":{"spec":{"containers":[{"name":"shop","args":["-v"]}]}}}})",
            "application/strategic-merge-patch+json"
        )
            .status,
        200
    );
    const Json now = Json::parse(ask("GET", shop).body);
    const Json& container = now["spec"]["template"]["spec"]["containers"][0];
    EXPECT_EQ(container["command"], Json::array({"shop"})) << "merged by name";
    EXPECT_EQ(container["args"], Json::array({"-v"}));
    EXPECT_EQ(
        patch(
            shop + "/scale",
            R"([{"op":"replace","path":"/spec/replicas","value":7}])",
            "application/json-patch+json"
        )
            .status,
        200
    );
    EXPECT_EQ(replicas(), 7);
    EXPECT_EQ(patch(shop + "/status", R"({"status":{"replicas":3}})").status, 200);
    EXPECT_EQ(Json::parse(ask("GET", shop).body)["status"]["replicas"], 3);

    EXPECT_EQ(
        patch(shop, R"({"metadata":{"resourceVersion":"1"},"spec":{"replicas":1}})").status, 409
    );
    EXPECT_EQ(patch(shop, R"({"spec":{"replicas":"many"}})").status, 422);
    EXPECT_EQ(patch(shop, R"({"metadata":{"name":"other"}})").status, 400);
    EXPECT_EQ(patch(shop + "x", "{}").status, 404);
    EXPECT_EQ(patch(shop, "{").status, 400);
    EXPECT_EQ(replicas(), 7);
    const auto unknown = patch(shop, "{}", "application/json");
    EXPECT_EQ(unknown.status, 415);
    EXPECT_EQ(
        message(unknown),
        "the body of the request was in an unknown format - accepted media types include: "
        "application/json-patch+json, application/merge-patch+json, "
        "application/strategic-merge-patch+json"
    );
    const auto elsewhere = patch("/apis/apps/v1/namespaces/default/deployments", "{}");
    EXPECT_EQ(elsewhere.status, 405);
    EXPECT_EQ(
        message(elsewhere), "the server does not allow this method on the requested resource"
    );
}

TEST_F(ApiTest, AResizeChangesResourcesAlone) {
    const std::string web = "/api/v1/namespaces/default/pods/web";
    const Json pod = Json::parse(
        R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[)"
        R"({"name":"a","command":["x"],"resources":{"requests":{"cpu":"100m"}}}]}})"
    );
    ASSERT_EQ(ask("POST", "/api/v1/namespaces/default/pods", pod).status, 201);
    const auto done = patch(
        web + "/resize",
        R"({"spec":{"containers":[{"name":"a","command":["y"],"resources":{"requests":{"cpu":"200m"}}}]}})",
        "application/strategic-merge-patch+json"
    );
    ASSERT_EQ(done.status, 200) << done.body;
    const Json container = Json::parse(ask("GET", web).body)["spec"]["containers"][0];
    EXPECT_EQ(container["resources"]["requests"]["cpu"], "200m");
    EXPECT_EQ(container["command"], Json::array({"x"}));
    apply({deployment(2)});
    EXPECT_EQ(patch(shop + "/resize", "{}").status, 404);
}

TEST_F(ApiTest, ApplyDoesNotFightAnHpa) {
    apply({deployment(2), hpa()});
    ASSERT_EQ(ask("PUT", shop + "/scale", {{"spec", {{"replicas", 7}}}}).status, 200);
    EXPECT_EQ(apply({deployment(2)}), "deployment/shop unchanged;");
    EXPECT_EQ(replicas(), 7);
}

TEST_F(ApiTest, ApplyIsAllOrNothing) {
    Json broken = hpa();
    broken["spec"]["maxReplicas"] = 0;
    EXPECT_NE(apply({deployment(2), broken}).find("maxReplicas"), std::string::npos);
    EXPECT_EQ(ask("GET", shop).status, 404);
}

TEST_F(ApiTest, PoliciesAnswerAndDryRunsMeetThem) {
    const std::string maps = "/api/v1/namespaces/default/configmaps";
    const auto map = [](const char* name) {
        return Json{{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", name}}}};
    };
    EXPECT_EQ(ask("POST", maps + "?dryRun=All", map("a")).status, 400) << "no rehearsal here";
    api.rehearse([&](const std::function<void()>& writes) {
        static_cast<void>(store->write_batch([&]() -> Result<void> {
            writes();
            return fail(Code::cancelled, "a dry run");
        }));
    });
    const Json quota = {
        {"apiVersion", "v1"},
        {"kind", "ResourceQuota"},
        {"metadata", {{"name", "q"}}},
        {"spec", {{"hard", {{"configmaps", "1"}}}}}
    };
    ASSERT_EQ(ask("POST", "/api/v1/namespaces/default/resourcequotas", quota).status, 201);
    EXPECT_EQ(ask("POST", maps + "?dryRun=All", map("a")).status, 201);
    EXPECT_EQ(apply({map("a")}, true), "configmap/a created;");
    EXPECT_EQ(ask("GET", maps + "/a").status, 404);
    ASSERT_EQ(ask("POST", maps, map("a")).status, 201);

    const auto refused = ask("POST", maps + "?dryRun=All", map("b"));
    EXPECT_EQ(refused.status, 403);
    const Json status = Json::parse(refused.body);
    EXPECT_EQ(status["reason"], "Forbidden");
    EXPECT_EQ(
        status["message"],
        "configmaps \"b\" is forbidden: exceeded quota: q, requested: configmaps=1, used: "
        "configmaps=1, limited: configmaps=1"
    );
    EXPECT_NE(apply({map("b")}, true).find("exceeded quota: q"), std::string::npos);
}

TEST_F(ApiTest, AdmissionCanRefuse) {
    api.admit([](Object) -> Result<Object> { return fail(Code::invalid, "not today"); });
    EXPECT_EQ(apply({deployment(2)}), "not today");
    EXPECT_EQ(store->size(), 0u);
}

TEST_F(ApiTest, APartOfAnObjectIsNotTheObject) {
    ASSERT_EQ(
        ask("POST", "/apis/apps/v1/namespaces/default/deployments", deployment(2)).status, 201
    );
    for (const char* part : {"/scale", "/status", "/log", "/nosuch"})
        EXPECT_EQ(ask("DELETE", shop + part).status, 405) << part;
    EXPECT_EQ(ask("DELETE", shop + "%2Fx").status, 404) << "no name has a slash";
    EXPECT_EQ(ask("DELETE", shop + "/scale/x").status, 404);
    EXPECT_EQ(ask("PUT", shop + "/nosuch", deployment(3)).status, 404);
    EXPECT_EQ(ask("PUT", shop + "/resize", deployment(3)).status, 404) << "a pod has it";
    EXPECT_EQ(replicas(), 2);

    const Json stale = {{"metadata", {{"resourceVersion", "1"}}}, {"spec", {{"replicas", 9}}}};
    ASSERT_EQ(ask("PUT", shop + "/scale", {{"spec", {{"replicas", 4}}}}).status, 200);
    EXPECT_EQ(ask("PUT", shop + "/scale", stale).status, 409);
    Json other = stale;
    for (const Json& version : {Json("-1"), Json(1), Json("one")}) {
        other["metadata"]["resourceVersion"] = version;
        EXPECT_EQ(ask("PUT", shop + "/scale", other).status, 400) << version;
    }
    other["metadata"]["resourceVersion"] = "";
    other["spec"]["replicas"] = 4;
    EXPECT_EQ(ask("PUT", shop + "/scale", other).status, 200);
    EXPECT_EQ(replicas(), 4);
}

TEST_F(ApiTest, AnUpdateThatIsWrongAndForbiddenIsToldOfBoth) {
    const std::string quotas = "/api/v1/namespaces/default/resourcequotas";
    const auto quota = [](const char* spec) {
        return Json{
            {"apiVersion", "v1"},
            {"kind", "ResourceQuota"},
            {"metadata", {{"name", "q"}}},
            {"spec", Json::parse(spec)}
        };
    };
    ASSERT_EQ(ask("POST", quotas, quota(R"({"hard": {"pods": "1"}})")).status, 201);
    const auto refused = ask(
        "PUT", quotas + "/q", quota(R"({"hard": {"services": "2"}, "scopes": ["BestEffort"]})")
    );
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(
        Json::parse(refused.body)["message"],
        "ResourceQuota \"q\" is invalid: [spec.scopes: Invalid value: [\"BestEffort\"]: unsupported "
        "scope applied to resource, spec.scopes: Invalid value: [\"BestEffort\"]: field is "
        "immutable]"
    );
}

TEST_F(ApiTest, ABodyMayNotNestWithoutEnd) {
    const std::string deep = std::string(100'000, '[');
    for (const auto& [method, target, status] :
         {std::tuple("PUT", shop, 400),
          {"PUT", shop + "/scale", 400},
          {"POST", "/swell/v1/apply", 422}}) {
        const auto answer = api.handle({method, target, deep});
        EXPECT_EQ(answer.status, status);
        EXPECT_NE(answer.body.find("deeper than 200 levels"), std::string::npos) << answer.body;
    }
}

TEST_F(ApiTest, ACreatedObjectHasNoStatusYet) {
    Json made = deployment(2);
    made["status"] = {{"replicas", 7}};
    const auto answer = ask("POST", "/apis/apps/v1/namespaces/default/deployments", made);
    ASSERT_EQ(answer.status, 201) << answer.body;
    EXPECT_FALSE(Json::parse(answer.body)["status"].contains("replicas"));
}

TEST_F(ApiTest, ListsSelect) {
    for (const char* name : {"a", "b"}) {
        spec::ConfigMap map;
        map.metadata.ns = "default";
        map.metadata.name = name;
        map.metadata.labels["app"] = name;
        ASSERT_TRUE(store->create(map).has_value());
    }
    auto count = [&](const std::string& query) {
        return Json::parse(ask("GET", "/api/v1/namespaces/default/configmaps" + query).body
        )["items"]
            .size();
    };
    EXPECT_EQ(count(""), 2u);
    EXPECT_EQ(count("?labelSelector=app%3Da"), 1u);
    EXPECT_EQ(count("?fieldSelector=metadata.name%3Db"), 1u);
    EXPECT_EQ(count("?fieldSelector=metadata.name%3Dc"), 0u);
    EXPECT_EQ(count("?fieldSelector=metadata.name!%3Db"), 1u);
    EXPECT_EQ(count("?fieldSelector=metadata.name%3Db,metadata.namespace%3Ddefault"), 1u);
    EXPECT_EQ(count("?fieldSelector=metadata.namespace%3Ddefault,metadata.name%3Dc"), 0u);
}

TEST_F(ApiTest, OnlyFieldsThatThereAreSelect) {
    struct Case {
        const char* selector;
        const char* message;  // empty: accepted
    };
    const Case cases[] = {
        {"status.phase=Running", ""},
        {"spec.nodeName==here", ""},
        {"metadata.labels.app=shop", ""},
        {"foo=bar", "field label not supported: foo"},
        {"status.phse=Running", "field label not supported: status.phse"},
        {"spec.hostname.x=y", "field label not supported: spec.hostname.x"},
        {"status.phase!=Running,metadata.name=a", ""},
        {"status.phase=Running,foo=bar", "field label not supported: foo"},
        {"foo", "fieldSelector: must be PATH=VALUE or PATH!=VALUE, got \\\"foo\\\""},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.selector);
        const auto answer =
            ask("GET",
                "/api/v1/namespaces/default/pods?fieldSelector=" + http::percent_encode(c.selector)
            );
        const bool accepted = std::string_view(c.message).empty();
        EXPECT_EQ(answer.status, accepted ? 200 : 400) << answer.body;
        EXPECT_NE(answer.body.find(c.message), std::string::npos) << answer.body;
    }
}

}  // namespace
}  // namespace swell::cluster
