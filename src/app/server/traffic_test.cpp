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

spec::Service named(const char* name, const char* ip, std::int32_t node_port, int created) {
    spec::Service made = service(ip, "NodePort");
    made.metadata.name = name;
    made.metadata.creation_timestamp = Instant{std::chrono::seconds(created)};
    made.spec.ports[0].node_port = node_port;
    return made;
}

TEST(Traffic, AnAddressIsListenedOnForTheServiceThatCameFirst) {
    const std::vector<spec::Object> services = {
        named("b", "127.77.0.1", 30080, 2),
        named("c", "127.77.0.3", 30080, 3),
        named("z", "127.77.0.1", 30081, 1),
    };
    std::string text;
    for (const auto& row : traffic(services, {}, {})) {
        text += row.key.name + ":";
        for (const auto& address : row.listen) text += " " + to_text(address);
        text += "\n";
    }
    EXPECT_EQ(
        text,
        "b: 127.0.0.1:30080\n"
        "c: 127.77.0.3:80\n"
        "z: 127.77.0.1:80 127.0.0.1:30081\n"
    );
    std::string clashing;
    for (const Clash& clash : clashes(services))
        clashing += to_text(clash.service) + " " + to_text(clash.address) + " " +
                    to_text(clash.holder) + "\n";
    EXPECT_EQ(
        clashing,
        "default/b:http 127.77.0.1:80 default/z:http\n"
        "default/c:http 127.0.0.1:30080 default/b:http\n"
    );
}

TEST(Traffic, WhatIsAllocatedAlready) {
    const std::vector<spec::Object> there = {named("shop", "127.77.0.1", 30080, 1)};
    const auto problems = [&](const spec::Service& wanted) {
        std::string text;
        for (const auto& problem : already_allocated(wanted, there))
            text += problem.path + ": " + problem.what + "\n";
        return text;
    };
    EXPECT_EQ(problems(named("shop", "127.77.0.1", 30080, 1)), "") << "itself";
    const std::vector<spec::Object> both = {there[0], named("late", "127.77.0.1", 30080, 2)};
    EXPECT_TRUE(already_allocated(named("late", "127.77.0.1", 30080, 2), both).empty())
        << "what it has, however it came by it, is not asked for anew";
    EXPECT_EQ(problems(named("cart", "127.77.0.2", 30081, 2)), "");
    EXPECT_EQ(problems(named("cart", "None", 30081, 2)), "");
    EXPECT_EQ(
        problems(named("cart", "127.77.0.1", 30080, 2)),
        "spec.clusterIPs: Invalid value: [\"127.77.0.1\"]: failed to allocate IP 127.77.0.1: "
        "provided "
        "IP is already allocated\n"
        "spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated\n"
    );
    spec::Service twice = named("cart", "127.77.0.2", 30081, 2);
    twice.spec.ports.push_back({.name = "udp", .protocol = "UDP", .port = 80, .node_port = 30081});
    EXPECT_EQ(problems(twice), "") << "each protocol has its own";
    twice.spec.ports[1] = {.name = "admin", .port = 81, .node_port = 30081};
    EXPECT_EQ(
        problems(twice),
        "spec.ports[1].nodePort: Invalid value: 30081: provided port is already allocated\n"
    );
}

TEST(Traffic, Urls) {
    EXPECT_EQ(urls(service()), std::vector<std::string>{"http://127.77.0.1:80"});
    EXPECT_EQ(urls(service("None")), std::vector<std::string>{});
}

}  // namespace
}  // namespace swell::app
