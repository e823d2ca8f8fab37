#include "app/server/traffic.hpp"

#include <gtest/gtest.h>

#include "spec/kinds/core.hpp"
#include "spec/kinds/discovery.hpp"

namespace swell::app {
namespace {

spec::Service service(std::string ip = "127.77.0.1", std::string type = "ClusterIP") {
    spec::Service made;
    made.metadata.ns = "default";
    made.metadata.name = "shop";
    made.spec.cluster_ip = std::move(ip);
    made.spec.type = std::move(type);
    made.spec.ports.push_back({.name = "http", .port = 80, .node_port = 30080});
    return made;
}

spec::EndpointSlice slice(spec::EndpointConditions conditions) {
    spec::EndpointSlice made;
    made.metadata.ns = "default";
    made.metadata.name = "shop";
    spec::Endpoint endpoint;
    endpoint.addresses = {"127.0.0.1"};
    endpoint.conditions = conditions;
    endpoint.target_ref = spec::ObjectReference{.ns = "default", .name = "shop-1"};
    endpoint.ports = {{"metrics", 9090, 20002}, {"http", 8080, 20001}};
    made.endpoints = {endpoint};
    return made;
}

TEST(Traffic, EndpointStates) {
    struct Case {
        const char* why;
        spec::EndpointConditions conditions;
        std::set<std::string> draining;
        std::string expected;  // state and port; empty: not there
    };
    // clang-format off
    const Case cases[] = {
        {"ready",                             {true, true, false},   {},                  "ready 20001"},
        {"not ready",                         {false, false, false}, {},                  ""},
        {"terminating, still serving",        {false, true, true},   {},                  "draining 20001"},
        {"terminating, not serving",          {false, false, true},  {},                  "draining 20001"},
        {"told to drain before the slice is", {true, true, false},   {"default/shop-1"},  "draining 20001"},
        {"another pod drains",                {true, true, false},   {"default/shop-2"},  "ready 20001"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const auto got = traffic({service()}, {slice(c.conditions)}, c.draining);
        ASSERT_EQ(got.size(), 1u);
        std::string text;
        for (const auto& endpoint : got[0].endpoints)
            text += (endpoint.state == proxy::EndpointState::ready ? "ready " : "draining ") +
                    std::to_string(endpoint.address.port);
        EXPECT_EQ(text, c.expected);
    }
}

TEST(Traffic, Listeners) {
    EXPECT_EQ(
        traffic({service()}, {}, {}).at(0).listen, (std::vector<proxy::Address>{{"127.77.0.1", 80}})
    );
    EXPECT_EQ(
        traffic({service("127.77.0.1", "NodePort")}, {}, {}).at(0).listen,
        (std::vector<proxy::Address>{{"127.77.0.1", 80}, {"127.0.0.1", 30080}})
    );
    EXPECT_TRUE(traffic({service("None")}, {}, {}).empty());
    EXPECT_TRUE(traffic({service("")}, {}, {}).empty());
    EXPECT_TRUE(traffic({service("127.77.0.1", "ExternalName")}, {}, {}).empty());
}

TEST(Traffic, Urls) {
    EXPECT_EQ(urls(service()), std::vector<std::string>{"http://127.77.0.1:80"});
    EXPECT_EQ(urls(service("None")), std::vector<std::string>{});
}

}  // namespace
}  // namespace swell::app
