#include "spec/read.hpp"

#include <gtest/gtest.h>

#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaling.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/quota.hpp"
#include "spec/kinds/swell.hpp"
#include "spec/registry.hpp"

namespace swell::spec {
namespace {

/// The one object of a text without findings.
Object one(const std::string& text) {
    Manifests read = read_text(text, "a.yaml");
    for (const Finding& finding : read.findings) ADD_FAILURE() << finding.text();
    CHECK(read.objects.size() == 1);
    return read.objects[0].object;
}

TEST(Read, DefaultsOfADeployment) {
    const Object object = one(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: web
          command: [./web]
          ports: [{containerPort: 8080}]
          resources: {limits: {cpu: " 500m ", memory: 1Gi}, requests: {cpu: 0.25}}
          readinessProbe: {httpGet: {port: 8080}}
)");
    const auto& shop = object.as<Deployment>();
    EXPECT_EQ(shop.metadata.ns, "default");
    EXPECT_EQ(shop.spec.replicas, 1);
    EXPECT_EQ(shop.spec.progress_deadline_seconds, 600);
    ASSERT_TRUE(shop.spec.strategy.rolling_update.has_value());
    EXPECT_EQ(shop.spec.strategy.rolling_update->max_surge.text, "25%");
    const PodSpec& pod = shop.spec.pod_template.spec;
    EXPECT_EQ(pod.restart_policy, "Always");
    EXPECT_EQ(pod.termination_grace_period_seconds, 30);
    const Container& web = pod.containers[0];
    EXPECT_EQ(web.resources.limits.at("cpu").text(), "500m") << "without the spaces";
    EXPECT_EQ(web.resources.requests.at("cpu").text(), "250m");
    EXPECT_EQ(web.resources.requests.at("memory").text(), "1Gi");
    EXPECT_EQ(web.ports[0].protocol, "TCP");
    EXPECT_EQ(web.readiness_probe->http_get->path, "/");
    EXPECT_EQ(web.readiness_probe->period_seconds, 10);
}

TEST(Read, AnObjectKnowsWhereItsFieldsStand) {
    const Manifests read = read_text(
        R"(kind: List
apiVersion: v1
items:
  - apiVersion: v1
    kind: Pod
    metadata: {name: a}
    spec:
      containers:
        - name: web
          command: [./web]
        - name: side
          command: [./side]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b}
)",
        "a.yaml"
    );
    ASSERT_EQ(read.objects.size(), 2u);
    struct Case {
        const char* why;
        std::size_t object;
        const char* path;
        yaml::Position place;
    };
    const Case cases[] = {
        {"the document", 0, "", {4, 5}},
        {"a key", 0, "spec.containers", {8, 7}},
        {"an item", 0, "spec.containers[1]", {11, 11}},
        {"the container of what is absent", 0, "spec.containers[1].image", {11, 11}},
        {"a later document", 1, "spec", {14, 1}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(read.objects[c.object].place(c.path), c.place);
    }
}

TEST(Read, DefaultsOfTheOthers) {
    const Object service =
        one("{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: '', ports: [{port: "
            "80}]}}");
    EXPECT_EQ(service.as<Service>().spec.type, "ClusterIP");
    EXPECT_EQ(service.as<Service>().spec.ports[0].target_port, (IntOrString{80, ""}));

    const Object secret =
        one("{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: QQ==, b: Qg==}, "
            "stringData: {b: c}}");
    EXPECT_EQ(secret.as<Secret>().data, (Labels{{"a", "A"}, {"b", "c"}}));
    EXPECT_EQ(secret.to_json()["data"]["b"], "Yw==");
    EXPECT_FALSE(secret.to_json().contains("stringData"));

    const Object old = one(R"(
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: h}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}
  maxReplicas: 3
  targetCPUUtilizationPercentage: 55
)");
    EXPECT_EQ(old.to_json()["apiVersion"], "autoscaling/v2");
    const auto& metrics = old.as<HorizontalPodAutoscaler>().spec.metrics;
    EXPECT_EQ(metrics.at(0).resource->target.average_utilization, 55);

    const Object load = one(R"(
apiVersion: swell.dev/v1
kind: LoadTest
metadata: {name: l}
spec: {target: {service: s}, stages: [{duration: 1m, rate: 2.5}]}
)");
    EXPECT_EQ(load.as<LoadTest>().spec.requests, std::vector<LoadRequest>{LoadRequest{}});
    EXPECT_EQ(load.as<LoadTest>().spec.stages[0].rate, 2.5);
}

TEST(Read, ListsAreExpanded) {
    const Manifests read = read_text(
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}, dta: {}}\n",
        "list.yaml"
    );
    ASSERT_EQ(read.objects.size(), 1u);
    EXPECT_EQ(read.objects[0].object.metadata().name, "a");
    EXPECT_EQ(read.objects[0].at().line, 4u);
    ASSERT_EQ(read.findings.size(), 1u);
    EXPECT_EQ(
        read.findings[0].text(),
        "list.yaml:5:58: items[1].dta: unknown field \"dta\": did you mean \"data\"?"
    );
}

TEST(Read, ManyObjectsInOneText) {
    struct Case {
        const char* why;
        const char* text;
        std::vector<std::string> objects, findings;
    };
    const Case cases[] = {
        {"a list of one kind, as the API writes it",
         R"(apiVersion: v1
kind: ConfigMapList
items:
- metadata: {name: a}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}
- metadata: {name: c}
  dta: {}
)",
         {"configmap/a", "configmap/b"},
         {"a.json:7:3: items[2].dta: unknown field \"dta\": did you mean \"data\"?"}},
        {"an empty list", "{apiVersion: apps/v1, kind: DeploymentList, items: []}", {}, {}},
        {"a list of another version",
         "{apiVersion: v1, kind: DeploymentList, items: []}",
         {},
         {"a.json:1:18: kind \"DeploymentList\" is not known"}},
        {"JSON objects one after another",
         R"({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a{"}}
{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}, "dta": 1}
  {
  "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"x": "}\"\n{"}
}
)",
         {"configmap/c"},
         {"a.json:1:56: metadata.name: ",
          "a.json:2:70: dta: unknown field \"dta\": did you mean \"data\"?"}},
        {"separated as in YAML",
         R"({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
---
{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}
)",
         {"configmap/a", "configmap/b"},
         {}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Manifests read = read_text(c.text, "a.json");
        std::vector<std::string> objects;
        for (const auto& source : read.objects) objects.push_back(to_text(key_of(source.object)));
        EXPECT_EQ(objects, c.objects);
        ASSERT_EQ(read.findings.size(), c.findings.size());
        for (std::size_t i = 0; i < c.findings.size(); ++i)
            EXPECT_TRUE(read.findings[i].text().starts_with(c.findings[i]))
                << read.findings[i].text();
    }
}

TEST(Read, MoreProblemsThanAreShownAreTold) {
    struct Case {
        const char* why;
        int problems, warnings;
        std::size_t findings;
        bool right;
        std::string last;
    };
    const std::string pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n";
    const Case cases[] = {
        {"as many as are shown", 100, 0, 100, false, "a.yaml:106:3: spec.x99: unknown field \"x99\""
        },
        {"more", 101, 0, 101, false, "a.yaml:106:3: and more problems; the first 100 are shown"},
        {"many more", 300, 0, 101, false, "a.yaml:106:3: and more problems; the first 100 are shown"
        },
        {"warnings do not hide a problem", 1, 120, 102, false, "spec.x0"},
        {"warnings alone", 0, 120, 101, true, "warning: and more warnings; the first 100 are shown"
        },
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        std::string text = pod + "  containers:\n";
        const int containers = std::max(c.warnings, 1);
        for (int i = 0; i < containers; ++i)
            text += "  - {name: c" + std::to_string(i) + ", command: [x]" +
                    (i < c.warnings ? ", tty: true" : "") + "}\n";
        for (int i = 0; i < c.problems; ++i) text += "  x" + std::to_string(i) + ": 1\n";
        const Manifests read = read_text(text, "a.yaml");
        EXPECT_EQ(read.findings.size(), c.findings);
        EXPECT_EQ(read.ok(), c.right);
        EXPECT_EQ(read.objects.size(), c.right ? 1u : 0u);
        ASSERT_FALSE(read.findings.empty());
        const std::string last = read.findings.back().text();
        EXPECT_NE(last.find(c.last), std::string::npos) << last;
    }
}

TEST(Read, AHostileTextIsNotAnsweredWithABook) {
    std::string text;
    for (int i = 0; i < 2000; ++i)
        text += "apiVersion: v1\nkind: ConfigMap\nx" + std::to_string(i) + ": 1\n---\n";
    const Manifests read = read_text(text, "a.yaml");
    EXPECT_EQ(read.findings.size(), 500u);
    const Manifests one = read_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n" + std::string(1000, 'x') + ": 1\n",
        "a.yaml"
    );
    ASSERT_EQ(one.findings.size(), 1u);
    EXPECT_EQ(
        one.findings[0].text(),
        "a.yaml:4:1: " + std::string(300, 'x') + "…: unknown field \"" + std::string(60, 'x') +
            "…\""
    );
}

TEST(ReadJson, AllProblemsOneALine) {
    const auto object = read_json(Json::parse(
        R"({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "S"}, "spec": {"ports": [{"port": 0}]}})"
    ));
    ASSERT_FALSE(object.has_value());
    EXPECT_EQ(object.error().code, Code::invalid);
    EXPECT_EQ(
        object.error().what,
        "metadata.name: a DNS-1035 label must consist of lower case alphanumeric characters or "
        "'-', start "
        "with an alphabetic character, and end with an alphanumeric character, got \"S\"\n"
        "spec.ports[0].port: must be between 1 and 65535, got 0"
    );
}

TEST(ReadJson, TrustedIsReadAndNotValidated) {
    const Json json = Json::parse(
        R"({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "S", "resourceVersion": "18446744073709551615"}})"
    );
    EXPECT_FALSE(read_json(json).has_value());
    const auto trusted = read_trusted_json(json);
    ASSERT_FALSE(trusted.has_value()) << "spec is required";
    Json whole = json;
    whole["spec"] = Json::object();
    const auto object = read_trusted_json(whole);
    ASSERT_TRUE(object.has_value()) << object.error().what;
    EXPECT_EQ(object->metadata().resource_version, 18446744073709551615u);
    EXPECT_EQ(object->to_json()["metadata"]["resourceVersion"], "18446744073709551615");
}

TEST(Registry, FindsByEveryName) {
    EXPECT_EQ(find_kind("hpa"), &kind_of<HorizontalPodAutoscaler>());
    EXPECT_EQ(find_kind("Deployments"), &kind_of<Deployment>());
    EXPECT_EQ(find_kind("DEPLOY"), &kind_of<Deployment>());
    EXPECT_EQ(find_kind("po"), &kind_of<Pod>());
    EXPECT_EQ(find_kind("nothing"), nullptr);
    EXPECT_EQ(
        find_kind("autoscaling/v1", "HorizontalPodAutoscaler"), &kind_of<HorizontalPodAutoscaler>()
    );
    EXPECT_EQ(find_kind("v1", "Deployment"), nullptr);
    EXPECT_EQ(kinds().front(), &kind_of<ResourceQuota>());
    EXPECT_EQ(kinds().back(), &kind_of<LoadTest>());
}

TEST(Registry, KeysForPeople) {
    EXPECT_EQ(to_text({"Deployment", "default", "shop"}), "deployment/shop");
    EXPECT_EQ(to_text({"Deployment", "prod", "shop"}), "deployment/prod/shop");
    EXPECT_EQ(to_text({"HorizontalPodAutoscaler", "default", "shop"}), "hpa/shop");
}

TEST(Object, SpecAndStatusApart) {
    Deployment deployment;
    deployment.metadata.name = "a";
    Deployment other = deployment;
    other.status.replicas = 3;
    const Object first(deployment);
    const Object second(other);
    const Kind& kind = first.kind();
    EXPECT_TRUE(kind.same_spec(first.value(), second.value()));
    EXPECT_FALSE(kind.same_status(first.value(), second.value()));
    EXPECT_EQ(first.with_status(second).as<Deployment>(), other);
    other.spec.replicas = 4;
    EXPECT_FALSE(kind.same_spec(first.value(), Object(other).value()));
    ObjectMeta renamed = deployment.metadata;
    renamed.name = "b";
    EXPECT_EQ(key_of(first.with_metadata(renamed)), (Key{"Deployment", "", "b"}));

    ConfigMap map;
    ConfigMap changed = map;
    changed.metadata.generation = 2;
    EXPECT_TRUE(kind_of<ConfigMap>().same_spec(&map, &changed));
    changed.data["a"] = "b";
    EXPECT_FALSE(kind_of<ConfigMap>().same_spec(&map, &changed));
}

}  // namespace
}  // namespace swell::spec
