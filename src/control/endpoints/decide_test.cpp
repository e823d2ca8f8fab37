#include "control/endpoints/decide.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace swell::control::endpoints {
namespace {

spec::Service service() {
    spec::Service made;
    made.metadata.name = "shop";
    made.metadata.ns = "prod";
    made.metadata.uid = "u";
    made.spec.selector["app"] = "shop";
    made.spec.ports.push_back({});
    made.spec.ports.back().name = "http";
    made.spec.ports.back().port = 80;
    made.spec.ports.back().target_port.text = "web";
    return made;
}

struct PodIs {
    bool ready = true;
    bool going = false;
    std::string phase = "Running";
    std::string ip = "127.0.0.1";
};

/// Listens on 40001 as its container port 8080, `web`.
spec::Pod pod(const std::string& name, const PodIs& is = {}) {
    spec::Pod made;
    made.metadata.name = name;
    made.metadata.ns = "prod";
    made.metadata.uid = "uid-" + name;
    if (is.going) made.metadata.deletion_timestamp = Instant{};
    made.spec.containers.push_back({});
    made.spec.containers.back().ports.push_back({.name = "web", .container_port = 8080});
    made.status.phase = is.phase;
    made.status.pod_ip = is.ip;
    made.status.ports.push_back({"web", 8080, 40001});
    spec::Condition ready;
    ready.type = "Ready";
    ready.status = is.ready ? "True" : "False";
    made.status.conditions.push_back(ready);
    return made;
}

TEST(EndpointsDecide, Conditions) {
    struct Case {
        const char* why;
        PodIs is;
        bool publish_not_ready;
        const char* expected;  // ready serving terminating; empty: left out
    };
    // clang-format off
    const Case cases[] = {
        {"ready",                        {true, false},                false, "110"},
        {"not ready",                    {false, false},               false, "000"},
        {"ready and going: drains",      {true, true},                 false, "011"},
        {"not ready and going",          {false, true},                false, "001"},
        {"not ready, but published",     {false, false},               true,  "100"},
        {"going, but published",         {true, true},                 true,  "111"},
        {"ended",                        {true, false, "Succeeded"},   false, ""},
        {"failed, published or not",     {true, false, "Failed"},      true,  ""},
        {"no address yet",               {false, false, "Pending", ""}, true, ""},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::Service shop = service();
        shop.spec.publish_not_ready_addresses = c.publish_not_ready;
        const std::vector pods{pod("p", c.is)};
        std::string got;
        for (const spec::Endpoint& endpoint : decide(shop, pods).endpoints) {
            got += endpoint.conditions.ready ? '1' : '0';
            got += endpoint.conditions.serving ? '1' : '0';
            got += endpoint.conditions.terminating ? '1' : '0';
        }
        EXPECT_EQ(got, c.expected);
    }
}

TEST(EndpointsDecide, Ports) {
    struct Case {
        const char* why;
        std::int32_t port;
        spec::IntOrString target;
        std::string expected;  // container port -> real port; empty: left out
    };
    // clang-format off
    const Case cases[] = {
        {"by name",                         80,   {0, "web"},   "8080->40001"},
        {"by number",                       80,   {8080, {}},   "8080->40001"},
        {"the same number when not given",  8080, {},           "8080->40001"},
        {"an undeclared number as it is",   80,   {9000, {}},   "9000->9000"},
        {"an unknown name",                 80,   {0, "admin"}, ""},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::Service shop = service();
        shop.spec.ports[0].port = c.port;
        shop.spec.ports[0].target_port = c.target;
        const std::vector pods{pod("p")};
        std::string got;
        for (const spec::Endpoint& endpoint : decide(shop, pods).endpoints)
            for (const spec::PodPort& port : endpoint.ports) {
                EXPECT_EQ(port.name, "http");
                got += std::to_string(port.container_port) + "->" + std::to_string(port.port);
            }
        EXPECT_EQ(got, c.expected);
    }
}

TEST(EndpointsDecide, OneOfTwoPortsIsEnough) {
    spec::Service shop = service();
    shop.spec.ports.push_back(shop.spec.ports[0]);
    shop.spec.ports[1].target_port.text = "admin";
    const std::vector pods{pod("p")};
    const auto slice = decide(shop, pods);
    ASSERT_EQ(slice.endpoints.size(), 1u);
    EXPECT_EQ(slice.endpoints[0].ports.size(), 1u);
}

TEST(EndpointsDecide, SortedAndOwned) {
    const std::vector pods{pod("b"), pod("a")};
    const auto slice = decide(service(), pods);
    ASSERT_EQ(slice.endpoints.size(), 2u);
    EXPECT_EQ(slice.endpoints[0].target_ref->name, "a");
    EXPECT_EQ(slice.endpoints[0].target_ref->uid, "uid-a");
    EXPECT_EQ(slice.endpoints[0].addresses, std::vector<std::string>{"127.0.0.1"});
    EXPECT_EQ(slice.metadata.name, "shop");
    EXPECT_EQ(slice.metadata.ns, "prod");
    EXPECT_EQ(slice.metadata.labels.at("kubernetes.io/service-name"), "shop");
    ASSERT_NE(slice.metadata.controller(), nullptr);
    EXPECT_EQ(slice.metadata.controller()->uid, "u");
    EXPECT_TRUE(same_endpoints(slice, decide(service(), pods)));
    EXPECT_FALSE(same_endpoints(slice, decide(service(), {})));
}

TEST(EndpointsDecide, WhoIsServed) {
    spec::Service shop = service();
    EXPECT_TRUE(is_served(shop));
    shop.spec.type = "ExternalName";
    EXPECT_FALSE(is_served(shop));
    shop = service();
    shop.spec.selector.clear();
    EXPECT_FALSE(is_served(shop));
}

TEST(EndpointsDecide, ContestedPorts) {
    struct PodHas {
        bool given = false;    // a port of this machine for 8080
        bool started = true;   // its container runs
        bool crashed = false;  // it ran, and waits for its next start
        bool going = false;
        const char* phase = "Running";
    };
    struct Case {
        const char* why;
        std::vector<PodHas> pods;
        bool expected;
    };
    // clang-format off
    const Case cases[] = {
        {"nobody",                         {},                                              false},
        {"one has it for itself",          {{}},                                            false},
        {"two on one",                     {{}, {}},                                        true},
        {"the second one crashes of it",   {{}, {.started = false, .crashed = true}},       true},
        {"both were given their own",      {{.given = true}, {.given = true}},              false},
        {"an old one and a new one",       {{}, {.given = true}},                           false},
        {"one that has not started yet",   {{}, {.started = false}},                        false},
        {"one that is leaving",            {{}, {.going = true}},                           false},
        {"one that has ended",             {{}, {.phase = "Failed"}},                       false},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::Service shop = service();
        shop.spec.ports[0].target_port = {.number = 8080, .text = ""};
        std::vector<spec::Pod> pods;
        for (const PodHas& has : c.pods) {
            pods.push_back(
                pod("p" + std::to_string(pods.size()), {.going = has.going, .phase = has.phase})
            );
            spec::PodStatus& status = pods.back().status;
            if (!has.given) status.ports.clear();
            status.container_statuses.resize(1);
            if (has.started) status.container_statuses[0].state.running.emplace();
            if (has.crashed) status.container_statuses[0].last_state.terminated.emplace();
        }
        EXPECT_EQ(
            contested_ports(shop, pods),
            c.expected ? std::vector<std::int32_t>{8080} : std::vector<std::int32_t>{}
        );
    }
}

}  // namespace
}  // namespace swell::control::endpoints
