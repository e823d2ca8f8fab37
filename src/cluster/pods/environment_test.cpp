#include "cluster/pods/environment.hpp"

#include <gtest/gtest.h>

namespace swell::cluster::pods {
namespace {

spec::Service service(const char* name, const char* ip, std::vector<spec::ServicePort> ports) {
    spec::Service made;
    made.metadata.name = name;
    made.spec.cluster_ip = ip;
    made.spec.ports = std::move(ports);
    return made;
}

spec::ServicePort port(const char* name, int number, const char* protocol = "TCP") {
    spec::ServicePort made;
    made.name = name;
    made.port = number;
    made.protocol = protocol;
    return made;
}

class EnvironmentTest : public testing::Test {
  protected:
    EnvironmentTest() {
        pod_.metadata.name = "web-1";
        pod_.metadata.ns = "shop";
        pod_.metadata.uid = "u1";
        pod_.metadata.labels = {{"app", "web"}};
        pod_.metadata.annotations = {{"note/x", "hi"}};
        pod_.status.ports = {{"http", 8080, 20001}, {"admin", 9090, 20002}};
        container_.name = "app";
        spec::ContainerPort http, admin;
        http.name = "http";
        http.container_port = 8080;
        admin.name = "admin";
        admin.container_port = 9090;
        container_.ports = {http, admin};
        config_.data = {{"A", "1"}, {"B", "2"}, {"not a name", "3"}};
        secret_.data = {{"B", "s"}};
    }

    spec::EnvVar& add(const char* name, const char* value) {
        container_.env.emplace_back();
        container_.env.back().name = name;
        container_.env.back().value = value;
        return container_.env.back();
    }
    spec::EnvVarSource& from(const char* name) { return add(name, "").value_from.emplace(); }

    Result<Variables> build() {
        pod_.spec.containers = {container_};
        std::vector<const spec::Service*> services;
        for (const auto& one : services_) services.push_back(&one);
        return environment(
            {pod_,
             container_,
             {{"PATH", "/bin"}, {"HOME", "/root"}},
             services,
             [this](const std::string& name) { return name == "cm" ? &config_ : nullptr; },
             [this](const std::string& name) { return name == "s" ? &secret_ : nullptr; },
             {{"SWELL_VOLUME_DATA", "/v/data"}},
             {.cpu_milli = 4000, .memory = 1 << 30, .storage = std::int64_t{5} << 30}}
        );
    }
    std::string value(const char* name) {
        const auto built = build();
        if (!built) return "error: " + built.error().what;
        const auto found = built->find(name);
        return found == built->end() ? "(none)" : found->second;
    }

    spec::Pod pod_;
    spec::Container container_;
    spec::ConfigMap config_;
    spec::Secret secret_;
    std::vector<spec::Service> services_;
};

TEST_F(EnvironmentTest, PortsAndNames) {
    EXPECT_EQ(value("PORT"), "20001");
    EXPECT_EQ(value("PORT_HTTP"), "20001");
    EXPECT_EQ(value("PORT_ADMIN"), "20002");
    EXPECT_EQ(value("HOSTNAME"), "web-1");
    EXPECT_EQ(value("PATH"), "/bin");
    EXPECT_EQ(value("SWELL_VOLUME_DATA"), "/v/data");
}

TEST_F(EnvironmentTest, AManifestsOwnPortIsTheRealOne) {
    add("PORT", "8080");
    add("PORT_METRICS", "9090");
    add("PORT_OTHER", "7000");
    add("LISTEN", "8080");
    EXPECT_EQ(value("PORT"), "20001");
    EXPECT_EQ(value("PORT_METRICS"), "20002");
    EXPECT_EQ(value("PORT_OTHER"), "7000");
    EXPECT_EQ(value("LISTEN"), "8080");
}

TEST_F(EnvironmentTest, APortThatAServiceAskedForIsTheFirstContainersOwn) {
    container_.ports.clear();
    pod_.status.ports = {{"", 8080, 20001}};
    add("PORT_METRICS", "8080");
    add("TWO", "--listen=:$(PORT)");
    EXPECT_EQ(value("PORT"), "20001");
    EXPECT_EQ(value("PORT_METRICS"), "20001");
    EXPECT_EQ(value("TWO"), "--listen=:20001");
    add("PORT", "8080");
    EXPECT_EQ(value("PORT"), "20001");
}

TEST_F(EnvironmentTest, ReferencesSeeWhatStandsBefore) {
    services_ = {service("db", "127.0.0.9", {port("", 5432)})};
    add("ONE", "1");
    add("TWO", "$(ONE)2 $(PORT) $(DB_SERVICE_HOST) $(LATER) $$(ONE)");
    add("LATER", "x");
    EXPECT_EQ(value("TWO"), "12 20001 127.0.0.9 $(LATER) $(ONE)");
}

TEST_F(EnvironmentTest, LaterOnesWin) {
    services_ = {service("db", "127.0.0.9", {port("", 5432)})};
    add("DB_SERVICE_HOST", "mine");
    add("X", "1");
    add("X", "2");
    EXPECT_EQ(value("DB_SERVICE_HOST"), "mine");
    EXPECT_EQ(value("X"), "2");
}

TEST_F(EnvironmentTest, EnvFromInOrderWithPrefix) {
    spec::EnvFromSource config, secret, prefixed;
    config.config_map_ref = spec::EnvFromReference{"cm", false};
    secret.secret_ref = spec::EnvFromReference{"s", false};
    prefixed.prefix = "P_";
    prefixed.config_map_ref = spec::EnvFromReference{"cm", false};
    container_.env_from = {config, secret, prefixed};
    add("C", "$(A)$(B)");
    EXPECT_EQ(value("A"), "1");
    EXPECT_EQ(value("B"), "s");
    EXPECT_EQ(value("P_B"), "2");
    EXPECT_EQ(value("C"), "1s");
    EXPECT_EQ(value("not a name"), "(none)");
}

TEST_F(EnvironmentTest, ValueFromTable) {
    struct Case {
        const char *path, *value;
    };
    const Case cases[] = {
        {"metadata.name", "web-1"},
        {"metadata.namespace", "shop"},
        {"metadata.uid", "u1"},
        {"metadata.labels['app']", "web"},
        {"metadata.labels['none']", ""},
        {"metadata.annotations['note/x']", "hi"},
        {"status.podIP", "127.0.0.1"},
        {"status.hostIP", "127.0.0.1"},
        {"spec.nodeName", "localhost"},
        {"spec.serviceAccountName", "default"},
        {"spec.replicas", "error: fieldPath \"spec.replicas\" is not supported"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.path);
        container_.env.clear();
        from("X").field_ref = spec::ObjectFieldSelector{"v1", c.path};
        EXPECT_EQ(value("X"), c.value);
    }
}

TEST_F(EnvironmentTest, ResourcesTable) {
    struct Case {
        const char *why, *resource, *divisor, *value;
    };
    const Case cases[] = {
        {"cores round up", "limits.cpu", "", "2"},
        {"in millicores", "limits.cpu", "1m", "1500"},
        {"a request", "requests.cpu", "1m", "250"},
        {"bytes", "limits.memory", "", "67108864"},
        {"in MiB", "limits.memory", "1Mi", "64"},
        {"no request is 0", "requests.memory", "1Mi", "0"},
        {"no limit of disk is all of it", "limits.ephemeral-storage", "1Gi", "5"},
        {"in bytes", "limits.ephemeral-storage", "", "5368709120"},
        {"a request of disk", "requests.ephemeral-storage", "1Mi", "100"},
        {"huge pages", "limits.hugepages-2Mi", "1Mi", "4"},
        {"no huge pages", "limits.hugepages-1Gi", "", "0"},
        {"an extended one, as in Kubernetes",
         "limits.example.com/gpu",
         "",
         "error: resource \"limits.example.com/gpu\" is not supported"},
        {"unknown", "limits.gpu", "", "error: resource \"limits.gpu\" is not supported"},
    };
    container_.resources.limits = {
        {"cpu", *Quantity::parse("1500m")},
        {"memory", *Quantity::parse("64Mi")},
        {"hugepages-2Mi", *Quantity::parse("4Mi")}
    };
    container_.resources.requests = {
        {"cpu", *Quantity::parse("250m")}, {"ephemeral-storage", *Quantity::parse("100Mi")}
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        container_.env.clear();
        auto& source = from("X").resource_field_ref.emplace();
        source.resource = c.resource;
        if (*c.divisor != '\0') source.divisor = *Quantity::parse(c.divisor);
        EXPECT_EQ(value("X"), c.value);
    }
    container_.resources = {};
    container_.env.clear();
    from("X").resource_field_ref.emplace().resource = "limits.cpu";
    EXPECT_EQ(value("X"), "4") << "without a limit, the machine's";
}

TEST_F(EnvironmentTest, KeysTable) {
    struct Case {
        const char* why;
        bool secret;
        spec::KeySelector key;
        const char* value;
    };
    const Case cases[] = {
        {"a key", false, {"cm", "A", false}, "1"},
        {"a secret's key", true, {"s", "B", false}, "s"},
        {"no such key", false, {"cm", "Z", false}, "error: couldn't find key Z in ConfigMap shop/cm"
        },
        {"no such object", false, {"no", "A", false}, "error: configmap \"no\" not found"},
        {"no such secret", true, {"no", "A", false}, "error: secret \"no\" not found"},
        {"optional key", false, {"cm", "Z", true}, "(none)"},
        {"optional object", true, {"no", "A", true}, "(none)"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        container_.env.clear();
        auto& source = from("X");
        (c.secret ? source.secret_key_ref : source.config_map_key_ref) = c.key;
        EXPECT_EQ(value("X"), c.value);
    }
}

TEST_F(EnvironmentTest, EnvFromSaysWhatIsMissing) {
    spec::EnvFromSource source;
    source.config_map_ref = spec::EnvFromReference{"no", false};
    container_.env_from = {source};
    EXPECT_EQ(value("PORT"), "error: configmap \"no\" not found");
    container_.env_from[0].config_map_ref->optional = true;
    EXPECT_EQ(value("PORT"), "20001");
}

TEST(ServiceVariables, AsKubernetesWritesThem) {
    const auto web = service("my-web.v1", "127.0.0.5", {port("http", 80), port("dns", 53, "UDP")});
    const auto headless = service("hidden", "None", {port("", 1)});
    const auto unset = service("unset", "", {port("", 1)});
    const Variables expected = {
        {"SWELL_URL_MY_WEB_V1", "http://127.0.0.5:80"},
        {"MY_WEB_V1_SERVICE_HOST", "127.0.0.5"},
        {"MY_WEB_V1_SERVICE_PORT", "80"},
        {"MY_WEB_V1_SERVICE_PORT_HTTP", "80"},
        {"MY_WEB_V1_SERVICE_PORT_DNS", "53"},
        {"MY_WEB_V1_PORT", "tcp://127.0.0.5:80"},
        {"MY_WEB_V1_PORT_80_TCP", "tcp://127.0.0.5:80"},
        {"MY_WEB_V1_PORT_80_TCP_PROTO", "tcp"},
        {"MY_WEB_V1_PORT_80_TCP_PORT", "80"},
        {"MY_WEB_V1_PORT_80_TCP_ADDR", "127.0.0.5"},
        {"MY_WEB_V1_PORT_53_UDP", "udp://127.0.0.5:53"},
        {"MY_WEB_V1_PORT_53_UDP_PROTO", "udp"},
        {"MY_WEB_V1_PORT_53_UDP_PORT", "53"},
        {"MY_WEB_V1_PORT_53_UDP_ADDR", "127.0.0.5"},
    };
    EXPECT_EQ(service_variables({&web, &headless, &unset}, true), expected);
    EXPECT_EQ(
        service_variables({&web}, false),
        (Variables{{"SWELL_URL_MY_WEB_V1", "http://127.0.0.5:80"}})
    );
}

}  // namespace
}  // namespace swell::cluster::pods
