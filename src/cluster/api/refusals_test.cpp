#include <gtest/gtest.h>

#include "base/sim_clock.hpp"
#include "cluster/api/api.hpp"
#include "cluster/store/store.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/core.hpp"

// What Kubernetes' API server says when it refuses, over the API. The words are those of its source
// (1.37) and of tests/conformance/vectors/quota.

namespace swell::cluster {
namespace {

const std::string deployments = "/apis/apps/v1/namespaces/default/deployments";
const std::string shop = deployments + "/shop";
const std::string maps = "/api/v1/namespaces/default/configmaps";
const std::string pods = "/api/v1/namespaces/default/pods";
const char* const merge = "application/merge-patch+json";

Json deployment(int replicas, const char* name = "shop") {
    Json json = Json::parse(
        R"({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {}, "spec": {
            "selector": {"matchLabels": {"app": "shop"}}, "template": {"metadata": {"labels": {"app": "shop"}},
            "spec": {"containers": [{"name": "shop", "command": ["shop"]}]}}}})"
    );
    json["metadata"]["name"] = name;
    json["spec"]["replicas"] = replicas;
    return json;
}

Json with(Json json, const char* at, const Json& value) {
    json[Json::json_pointer(at)] = value;
    return json;
}

struct Refusals : testing::Test {
    SimClock clock;
    std::unique_ptr<Store> store = *Store::open("", clock, Rng(1));
    Api api{*store};

    Refusals() {
        for (const char* name : {"shop", "held"}) {
            const auto made = ask("POST", deployments, deployment(2, name));
            EXPECT_EQ(made.status, 201) << made.body;
        }
    }
    ApiResponse ask(
        const std::string& method,
        const std::string& target,
        const Json& body = nullptr,
        const char* type = "application/json"
    ) {
        const std::string text = body.is_null()     ? ""
                                 : body.is_string() ? body.get<std::string>()
                                                    : body.dump();
        return api.handle({method, target, text, type});
    }
    std::string uid() { return Json::parse(ask("GET", shop).body)["metadata"]["uid"]; }
    std::string version() {
        return Json::parse(ask("GET", shop).body)["metadata"]["resourceVersion"];
    }
};

struct Case {
    const char* why;
    const char* method;
    std::string target;
    Json body;  ///< a text is sent as it is
    int code;
    std::string reason, message;
    Json details;  ///< null: none
};

void expect(const ApiResponse& got, const Case& c) {
    const Json json = Json::parse(got.body);
    EXPECT_EQ(got.status, c.code) << got.body;
    Json wanted = {
        {"kind", "Status"},
        {"apiVersion", "v1"},
        {"metadata", Json::object()},
        {"status", "Failure"},
        {"message", c.message}
    };
    if (!c.reason.empty()) wanted["reason"] = c.reason;
    if (!c.details.is_null()) wanted["details"] = c.details;
    wanted["code"] = c.code;
    EXPECT_EQ(json.dump(1), wanted.dump(1));
}

Json about(const char* name = "shop") {
    return {{"name", name}, {"group", "apps"}, {"kind", "deployments"}};
}

Json causes(const char* name, std::vector<Cause> list) {
    Json json = {{"name", name}, {"group", "apps"}, {"kind", "Deployment"}};
    for (const Cause& cause : list)
        json["causes"].push_back(
            {{"reason", cause.reason}, {"message", cause.message}, {"field", cause.field}}
        );
    return json;
}

TEST_F(Refusals, WhatIsThereAndWhatIsNot) {
    const std::string gone = "deployments.apps \"x\" not found";
    const char* const nowhere = "the server could not find the requested resource";
    const char* const not_so = "the server does not allow this method on the requested resource";
    const Json none = Json::object();
    // clang-format off
    const Case cases[] = {
        {"GET of an unknown name",      "GET",    deployments + "/x",          nullptr, 404, "NotFound", gone, about("x")},
        {"of a kind of v1",             "GET",    maps + "/x",                 nullptr, 404, "NotFound", "configmaps \"x\" not found", {{"name", "x"}, {"kind", "configmaps"}}},
        {"in an unknown namespace",     "GET",    "/api/v1/namespaces/no/pods/x", nullptr, 404, "NotFound", "pods \"x\" not found", {{"name", "x"}, {"kind", "pods"}}},
        {"PUT of an unknown name",      "PUT",    deployments + "/x",          deployment(1, "x"), 404, "NotFound", gone, about("x")},
        {"even if it is invalid",       "PUT",    deployments + "/x",          deployment(-1, "x"), 404, "NotFound", gone, about("x")},
        {"DELETE of an unknown name",   "DELETE", deployments + "/x",          nullptr, 404, "NotFound", gone, about("x")},
        {"a scale of an unknown name",  "GET",    deployments + "/x/scale",    nullptr, 404, "NotFound", gone, about("x")},
        {"an unknown kind",             "GET",    "/apis/apps/v1/shops",       nullptr, 404, "NotFound", nowhere, none},
        {"an unknown group",            "GET",    "/apis/nope/v1/shops/x",     nullptr, 404, "NotFound", nowhere, none},
        {"an unknown part",             "GET",    shop + "/nope",              nullptr, 404, "NotFound", nowhere, none},
        {"a part of another kind",      "GET",    maps + "/x/scale",           nullptr, 404, "NotFound", nowhere, none},
        {"no path at all",              "GET",    "/nope",                     nullptr, 404, "NotFound", nowhere, none},
        {"POST of what there is",       "POST",   deployments,                 deployment(3), 409, "AlreadyExists", "deployments.apps \"shop\" already exists", about()},
        {"a verb that is none",         "BREW",   shop,                        nullptr, 405, "MethodNotAllowed", not_so, none},
        {"POST to an object",           "POST",   shop,                        deployment(3), 405, "MethodNotAllowed", not_so, none},
        {"PUT to a collection",         "PUT",    deployments,                 deployment(3), 405, "MethodNotAllowed", not_so, none},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        expect(ask(c.method, c.target, c.body), c);
    }
    EXPECT_EQ(ask("GET", "/api/v1/namespaces/no/pods").status, 200) << "a list is never unknown";
    const auto both = ask("POST", deployments, with(deployment(1), "/metadata/generateName", "s-"));
    expect(
        both,
        {"",
         "",
         "",
         nullptr,
         409,
         "AlreadyExists",
         "deployments.apps \"shop\" already exists, the server was not able to generate a unique "
         "name for the object",
         {{"name", "shop"}, {"group", "apps"}, {"kind", "deployments"}, {"retryAfterSeconds", 1}}}
    );
}

TEST_F(Refusals, Conflicts) {
    const std::string now = version(), mine = uid();
    const std::string on = "Operation cannot be fulfilled on deployments.apps \"shop\": ";
    const std::string modified =
        on +
        "the object has been modified; please apply your changes to the latest version and "
        "try again";
    const std::string another =
        on +
        "StorageError: invalid object, Code: 4, Key: /registry/deployments/default/shop, "
        "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: "
        "1-2, UID in object meta: " +
        mine;
    const Json stale = with(deployment(5), "/metadata/resourceVersion", "1000");
    const Json reborn = with(deployment(5), "/metadata/uid", "1-2");
    const Json scale = {{"metadata", {{"resourceVersion", "1000"}}}, {"spec", {{"replicas", 9}}}};
    const Json old = {{"metadata", {{"resourceVersion", "1000"}}}, {"spec", {{"replicas", 1}}}};
    // Of a deletion the original names the kind where it else names the plural.
    const Json of_deletion = {{"name", "shop"}, {"group", "apps"}, {"kind", "Deployment"}};
    const std::string on_deletion = "Operation cannot be fulfilled on Deployment.apps \"shop\": ";
    const auto unless = [](const Json& conditions) {
        return Json{{"kind", "DeleteOptions"}, {"apiVersion", "v1"}, {"preconditions", conditions}};
    };
    // clang-format off
    const Case cases[] = {
        {"PUT of an old version",          "PUT",    shop,             stale,  409, "Conflict", modified, about()},
        {"before it is looked at",         "PUT",    shop,             with(stale, "/spec/replicas", -1), 409, "Conflict", modified, about()},
        {"of a status",                    "PUT",    shop + "/status", stale,  409, "Conflict", modified, about()},
        {"of a scale",                     "PUT",    shop + "/scale",  scale,  409, "Conflict", modified, about()},
        {"PATCH that names a version",     "PATCH",  shop,             old,    409, "Conflict", modified, about()},
        {"PUT about another object",       "PUT",    shop,             reborn, 409, "Conflict", another, about()},
        {"DELETE of another object",       "DELETE", shop,             unless({{"uid", "1-2"}}), 409, "Conflict",
         on_deletion + "the UID in the precondition (1-2) does not match the UID in record (" + mine + "). The object might have been deleted and then recreated", of_deletion},
        {"DELETE of an old version",       "DELETE", shop,             unless({{"uid", mine}, {"resourceVersion", "1000"}}), 409, "Conflict",
         on_deletion + "the ResourceVersion in the precondition (1000) does not match the ResourceVersion in record (" + now + "). The object might have been modified", of_deletion},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        expect(ask(c.method, c.target, c.body, merge), c);
    }
    EXPECT_EQ(version(), now) << "nothing was written";

    const auto well =
        ask("PUT",
            shop,
            with(with(deployment(5), "/metadata/uid", mine), "/metadata/resourceVersion", now));
    EXPECT_EQ(well.status, 200) << well.body;
    const auto gone = ask("DELETE", shop, unless({{"uid", mine}, {"resourceVersion", version()}}));
    EXPECT_EQ(gone.status, 200) << gone.body;
    const Json wanted = {
        {"kind", "Status"},
        {"apiVersion", "v1"},
        {"metadata", Json::object()},
        {"status", "Success"},
        {"details", {{"name", "shop"}, {"group", "apps"}, {"kind", "deployments"}, {"uid", mine}}}
    };
    EXPECT_EQ(Json::parse(gone.body).dump(1), wanted.dump(1));
}

TEST_F(Refusals, WhatCannotBeRead) {
    const std::string as = "Deployment in version \"v1\" cannot be handled as a Deployment: ";
    const std::string unrecognized =
        "the object provided is unrecognized (must be of type Deployment): couldn't get "
        "version/kind; json parse error: the body is not JSON (";
    Json other = deployment(1);
    other["metadata"]["namespace"] = "prod";
    Json pod = deployment(1);
    pod["kind"] = "Pod";
    pod["apiVersion"] = "v1";
    Json two = with(deployment(1), "/spec/replica", 2);
    two["spec"]["template"]["spec"]["containers"][0]["imag"] = "x";
    const auto quota = [](const Json& hard) {
        return Json{{"metadata", {{"name", "q"}}}, {"spec", {{"hard", hard}}}};
    };
    const std::string quotas = "/api/v1/namespaces/default/resourcequotas";
    // clang-format off
    const Case cases[] = {
        {"no JSON",                  "PUT",    shop,        "{\"a\"",  400, "BadRequest", unrecognized + "{\"a\")", nullptr},
        {"nor an object",            "POST",   deployments, "ab",      400, "BadRequest", unrecognized + "6162)", nullptr},
        {"nothing",                  "POST",   deployments, nullptr,   400, "BadRequest", unrecognized + "<empty>)", nullptr},
        {"a word for a number",      "PUT",    shop,        with(deployment(1), "/spec/replicas", "many"), 400, "BadRequest", as + "spec.replicas: expected an integer, got string \"many\"", nullptr},
        {"unknown fields",           "POST",   deployments, two,       400, "BadRequest", as + "strict decoding error: unknown field \"spec.template.spec.containers[0].imag\", unknown field \"spec.replica\"", nullptr},
        {"an amount that is none",   "POST",   quotas,      quota({{"cpu", "lots"}}), 400, "BadRequest",
         "ResourceQuota in version \"v1\" cannot be handled as a ResourceQuota: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'", nullptr},
        {"another kind",             "POST",   deployments, pod,       400, "BadRequest", "Pod in version \"v1\" cannot be handled as a Deployment: no kind \"Pod\" is registered for version \"v1\" here", nullptr},
        {"another version",          "POST",   deployments, with(deployment(1), "/apiVersion", "apps/v2"), 400, "BadRequest", "the API version in the data (apps/v2) does not match the expected API version (apps/v1)", nullptr},
        {"another name",             "PUT",    shop,        deployment(1, "other"), 400, "BadRequest", "the name of the object (other) does not match the name on the URL (shop)", nullptr},
        {"another namespace",        "POST",   deployments, other,     400, "BadRequest", "the namespace of the provided object does not match the namespace sent on the request", nullptr},
        {"a broken selector",        "GET",    pods + "?fieldSelector=foo%3Dbar", nullptr, 400, "BadRequest", "field label not supported: foo", nullptr},
        {"a grace that is none",     "DELETE", shop + "?gracePeriodSeconds=soon", nullptr, 400, "BadRequest", "strconv.ParseInt: parsing \"soon\": invalid syntax", nullptr},
        {"a version at birth",       "POST",   deployments, with(deployment(1, "y"), "/metadata/resourceVersion", "7"), 500, "", "resourceVersion should not be set on objects to be created", nullptr},
        {"a patch of no known type", "PATCH",  shop,        Json::object(), 415, "UnsupportedMediaType",
         "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json", nullptr},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        expect(ask(c.method, c.target, c.body), c);
    }
    // What the path says need not be said again.
    Json bare = deployment(1, "bare");
    bare.erase("kind");
    bare.erase("apiVersion");
    const auto made = ask("POST", "/apis/apps/v1/namespaces/prod/deployments", bare);
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(Json::parse(made.body)["metadata"]["namespace"], "prod");
}

TEST_F(Refusals, Patches) {
    const auto patched = [&](const char* body, const char* type) {
        return ask("PATCH", shop, body, type);
    };
    const char* const list = "application/json-patch+json";
    EXPECT_EQ(patched("{", merge).status, 400);
    EXPECT_EQ(patched("[]", merge).status, 400);
    EXPECT_EQ(patched("{}", list).status, 400);
    const Json invalid = {
        {"causes",
         {{{"reason", "FieldValueInvalid"},
           {"message",
            "Invalid value: \"{\\\"spec\\\":{\\\"replicas\\\":\\\"many\\\"}}\": spec.replicas: "
            "expected an integer, got string \"many\""},
           {"field", "patch"}}}}
    };
    expect(
        patched(R"({"spec":{"replicas":"many"}})", merge),
        {"",
         "",
         "",
         nullptr,
         422,
         "Invalid",
         " \"\" is invalid: patch: " + invalid["causes"][0]["message"].get<std::string>(),
         invalid}
    );
    const auto unfit = patched(R"([{"op":"remove","path":"/spec/nope"}])", list);
    EXPECT_EQ(unfit.status, 422);
    const Json status = Json::parse(unfit.body);
    EXPECT_EQ(status["message"], "the server rejected our request due to an error in our request");
    EXPECT_EQ(status["details"]["causes"][0]["reason"], "UnexpectedServerResponse");
    expect(
        patched(R"({"metadata":{"uid":"1-2"}})", merge),
        {"",
         "",
         "",
         nullptr,
         422,
         "Invalid",
         "Deployment.apps \"shop\" is invalid: metadata.uid: Invalid value: \"1-2\": field is "
         "immutable",
         causes(
             "shop",
             {{"FieldValueInvalid", "Invalid value: \"1-2\": field is immutable", "metadata.uid"}}
         )}
    );
}

TEST_F(Refusals, InvalidObjects) {
    const auto one = [](const char* type, const std::string& message, const char* field) {
        return std::vector<Cause>{{type, message, field}};
    };
    const std::string negative = "Invalid value: -1: must be greater than or equal to 0";
    const std::string name =
        "Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of lower case "
        "alphanumeric characters, '-' or '.', and must start and end with an alphanumeric "
        "character (e.g. 'example.com', regex used for validation is "
        "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    const std::string label =
        "Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric "
        "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. "
        "'MyValue',  or 'my_value',  or '12345', regex used for validation is "
        "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    Json bare = deployment(1, "y");
    bare["spec"].erase("selector");
    Json nameless = deployment(1);
    nameless["metadata"].erase("name");
    const std::string required = "Required value";
    const struct {
        const char* why;
        Json body;
        const char* name;
        std::vector<Cause> causes;
        std::string told;  ///< after `is invalid: `
    } cases[] = {
        // clang-format off
        {"a bound",            deployment(-1, "y"), "y", one("FieldValueInvalid", negative, "spec.replicas"), "spec.replicas: " + negative},
        {"a name",             deployment(1, "Bad_Name"), "Bad_Name", one("FieldValueInvalid", name, "metadata.name"), "metadata.name: " + name},
        {"a field left out",   bare, "y", one("FieldValueRequired", required, "spec.selector"), "spec.selector: " + required},
        {"the name left out",  nameless, "", one("FieldValueRequired", "Required value: name or generateName is required", "metadata.name"),
         "metadata.name: Required value: name or generateName is required"},
        {"a word",             with(deployment(1, "y"), "/spec/strategy", {{"type", "Recreat"}}), "y",
         one("FieldValueNotSupported", "Unsupported value: \"Recreat\": supported values: \"Recreate\", \"RollingUpdate\"", "spec.strategy.type"),
         "spec.strategy.type: Unsupported value: \"Recreat\": supported values: \"Recreate\", \"RollingUpdate\""},
        {"two things",         with(deployment(-1, "y"), "/metadata/labels", {{"a", "b c"}}), "y",
         {{"FieldValueInvalid", label, "metadata.labels"}, {"FieldValueInvalid", negative, "spec.replicas"}},
         "[metadata.labels: " + label + ", spec.replicas: " + negative + "]"},
        // clang-format on
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.why);
        Json details = causes(c.name, c.causes);
        if (*c.name == '\0') details.erase("name");
        expect(
            ask("POST", deployments, c.body),
            {"",
             "",
             "",
             nullptr,
             422,
             "Invalid",
             "Deployment.apps \"" + std::string(c.name) + "\" is invalid: " + c.told,
             details}
        );
    }
    Json other = deployment(1);
    other["spec"]["selector"]["matchLabels"]["app"] = "other";
    other["spec"]["template"]["metadata"]["labels"]["app"] = "other";
    const Json status = Json::parse(ask("PUT", shop, other).body);
    EXPECT_EQ(status["code"], 422);
    EXPECT_EQ(status["details"]["causes"][0]["field"], "spec.selector");
    EXPECT_EQ(status["details"]["causes"][0]["reason"], "FieldValueInvalid");

    expect(
        ask("PUT", shop + "/scale", {{"spec", {{"replicas", -1}}}}),
        {"",
         "",
         "",
         nullptr,
         422,
         "Invalid",
         "Scale.autoscaling \"shop\" is invalid: spec.replicas: " + negative,
         {{"name", "shop"},
          {"group", "autoscaling"},
          {"kind", "Scale"},
          {"causes",
           {{{"reason", "FieldValueInvalid"}, {"message", negative}, {"field", "spec.replicas"}}}}}}
    );
    EXPECT_EQ(ask("PUT", shop + "/scale", Json::array()).status, 400);
}

TEST_F(Refusals, AnHpaIsToldInTheOriginalsWords) {
    const Json hpa = Json::parse(
        R"({"metadata": {"name": "shop"}, "spec": {"scaleTargetRef": {"apiVersion": "apps/v1",
        "kind": "Deployment", "name": "shop"}, "minReplicas": 3, "maxReplicas": 2}})"
    );
    const Json status = Json::parse(
        ask("POST", "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", hpa).body
    );
    EXPECT_EQ(
        status["message"],
        "HorizontalPodAutoscaler.autoscaling \"shop\" is invalid: spec.maxReplicas: Invalid value: "
        "2: must be greater than or equal to `minReplicas`"
    );
    EXPECT_EQ(status["details"]["causes"][0]["field"], "spec.maxReplicas");
}

TEST_F(Refusals, ALimitRangeCompletesAPodBeforeItIsLookedAt) {
    const Json range = Json::parse(
        R"({"metadata": {"name": "lr"}, "spec": {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}})"
    );
    // A PUT creates it: the original does so for this kind, and for Services and Events.
    ASSERT_EQ(ask("PUT", "/api/v1/namespaces/default/limitranges/lr", range).status, 201);
    const Json pod = Json::parse(
        R"({"metadata": {"name": "a"}, "spec": {"containers": [{"name": "web", "command": ["x"],
        "resources": {"requests": {"cpu": "2"}}}]}})"
    );
    const std::string message =
        "Invalid value: \"2\": must be less than or equal to cpu limit of 1";
    expect(
        ask("POST", pods, pod),
        {"",
         "",
         "",
         nullptr,
         422,
         "Invalid",
         "Pod \"a\" is invalid: spec.containers[0].resources.requests: " + message,
         {{"name", "a"},
          {"kind", "Pod"},
          {"causes",
           {{{"reason", "FieldValueInvalid"},
             {"message", message},
             {"field", "spec.containers[0].resources.requests"}}}}}}
    );
}

TEST_F(Refusals, WhatOnlyTheWorldKnows) {
    api.check([](const Object& object) -> spec::Problems {
        if (object.metadata().name != "odd") return {};
        return {{"spec.x", "Forbidden: not here"}};
    });
    const auto refused = ask("POST", deployments, deployment(1, "odd"));
    expect(
        refused,
        {"",
         "",
         "",
         nullptr,
         422,
         "Invalid",
         "Deployment.apps \"odd\" is invalid: spec.x: Forbidden: not here",
         causes("odd", {{"FieldValueForbidden", "Forbidden: not here", "spec.x"}})}
    );
    EXPECT_EQ(ask("PUT", shop, deployment(1)).status, 200);
    const Json applied = {{"objects", Json::array({deployment(1, "odd")})}};
    EXPECT_EQ(ask("POST", "/swell/v1/apply", applied).status, 422);
}

TEST_F(Refusals, Deletions) {
    const Json map = {{"metadata", {{"name", "m"}, {"finalizers", {"a.b/c"}}}}};
    ASSERT_EQ(ask("POST", maps, map).status, 201);
    // What a finalizer holds is told as it is.
    const auto held = ask("DELETE", maps + "/m", {{"propagationPolicy", "Background"}});
    EXPECT_EQ(held.status, 200);
    EXPECT_TRUE(Json::parse(held.body)["metadata"].contains("deletionTimestamp")) << held.body;
    const auto more =
        ask("PATCH", maps + "/m", {{"metadata", {{"finalizers", {"a.b/c", "d.e/f"}}}}}, merge);
    expect(
        more,
        {"",
         "",
         "",
         nullptr,
         422,
         "Invalid",
         "ConfigMap \"m\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be "
         "added if the object is being deleted, found new finalizers []string{\"d.e/f\"}",
         {{"name", "m"},
          {"kind", "ConfigMap"},
          {"causes",
           {{{"reason", "FieldValueForbidden"},
             {"message",
              "Forbidden: no new finalizers can be added if the object is being deleted, found new "
              "finalizers []string{\"d.e/f\"}"},
             {"field", "metadata.finalizers"}}}}}}
    );
    const Json pod = Json::parse(
        R"({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "web", "command": ["x"]}]}})"
    );
    ASSERT_EQ(ask("POST", pods, pod).status, 201);
    const Json going = Json::parse(ask("DELETE", pods + "/p", {{"gracePeriodSeconds", 7}}).body);
    EXPECT_EQ(going["kind"], "Pod");
    EXPECT_EQ(going["metadata"]["deletionGracePeriodSeconds"], 7);
    const Json gone = Json::parse(ask("DELETE", pods + "/p?gracePeriodSeconds=0").body);
    EXPECT_EQ(gone["kind"], "Pod") << "a pod that is gone at once is told as it last was";
    EXPECT_EQ(ask("GET", pods + "/p").status, 404);
}

}  // namespace
}  // namespace swell::cluster
