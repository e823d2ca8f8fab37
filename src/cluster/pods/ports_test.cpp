#include "cluster/pods/ports.hpp"

#include <gtest/gtest.h>

#include <string>

namespace swell::cluster::pods {
namespace {

spec::Container container(const std::string& name, std::vector<spec::ContainerPort> ports) {
    spec::Container made;
    made.name = name;
    made.ports = std::move(ports);
    return made;
}

spec::ContainerPort declared(const std::string& name, std::int32_t number) {
    spec::ContainerPort port;
    port.name = name;
    port.container_port = number;
    return port;
}

spec::Service service(std::vector<std::pair<std::int32_t, spec::IntOrString>> ports) {
    spec::Service made;
    made.spec.selector = {{"app", "web"}};
    for (auto& [number, target] : ports) {
        made.spec.ports.emplace_back();
        made.spec.ports.back().port = number;
        made.spec.ports.back().target_port = std::move(target);
    }
    return made;
}

/// `http:8080 :9000`, with `->20001` where one is given.
std::string text(const std::vector<spec::PodPort>& ports) {
    std::string text;
    for (const auto& port : ports) {
        text += (text.empty() ? "" : " ") + port.name + ":" + std::to_string(port.container_port);
        if (port.port != 0) text += "->" + std::to_string(port.port);
    }
    return text;
}

TEST(WantedPorts, Table) {
    const auto number = [](std::int64_t n) { return spec::IntOrString{.number = n, .text = ""}; };
    const auto name = [](const char* n) { return spec::IntOrString{.number = 0, .text = n}; };
    const auto with = [](spec::Service made, const auto& change) {
        change(made.spec);
        return made;
    };
    const spec::Container bare = container("app", {});
    const spec::Container web = container("app", {declared("http", 8080)});
    const spec::Container helper = container("helper", {declared("admin", 9000)});
    struct Case {
        const char* why;
        std::vector<spec::Container> inits, containers;
        std::vector<spec::Service> services;
        const char* expected;
    };
    const Case cases[] = {
        {"nothing", {}, {bare}, {}, ""},
        {"declared", {}, {web, helper}, {}, "http:8080 admin:9000"},
        {"declared by a sidecar", {helper}, {web}, {}, "admin:9000 http:8080"},
        {"a target that nobody declares", {}, {bare}, {service({{80, number(8080)}})}, ":8080"},
        {"the Service's own number", {}, {bare}, {service({{80, {}}})}, ":80"},
        {"declared and asked for", {}, {web}, {service({{80, number(8080)}})}, "http:8080"},
        {"declared by another container",
         {},
         {bare, helper},
         {service({{80, number(9000)}})},
         "admin:9000"},
        {"one more than declared", {}, {web}, {service({{80, number(9000)}})}, "http:8080 :9000"},
        {"by name", {}, {web}, {service({{80, name("http")}})}, "http:8080"},
        {"by a name that nobody has", {}, {bare}, {service({{80, name("http")}})}, ""},
        {"asked for twice",
         {},
         {bare},
         {service({{80, number(8080)}, {81, number(8080)}}), service({{80, number(8080)}})},
         ":8080"},
        {"two of them",
         {},
         {bare},
         {service({{80, number(8080)}}), service({{80, number(9000)}})},
         ":8080 :9000"},
        {"a Service of others",
         {},
         {bare},
         {with(service({{80, number(8080)}}), [](auto& s) { s.selector = {{"app", "db"}}; })},
         ""},
        {"a Service without a selector",
         {},
         {bare},
         {with(service({{80, number(8080)}}), [](auto& s) { s.selector.clear(); })},
         ""},
        {"an external name",
         {},
         {bare},
         {with(service({{80, number(8080)}}), [](auto& s) { s.type = "ExternalName"; })},
         ""},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::Pod pod;
        pod.metadata.labels = {{"app", "web"}, {"tier", "front"}};
        pod.spec.init_containers = c.inits;
        pod.spec.containers = c.containers;
        std::vector<const spec::Service*> services;
        for (const auto& one : c.services) services.push_back(&one);
        EXPECT_EQ(text(wanted_ports(pod, services)), c.expected);
    }
}

TEST(PortsOf, WhatNobodyDeclaresIsTheFirstContainers) {
    spec::Pod pod;
    pod.spec.containers = {
        container("app", {declared("http", 8080)}), container("helper", {declared("admin", 9000)})
    };
    pod.status.ports = {{"http", 8080, 20001}, {"admin", 9000, 20002}, {"", 7000, 20003}};
    EXPECT_EQ(text(ports_of(pod, pod.spec.containers[0])), "http:8080->20001 :7000->20003");
    EXPECT_EQ(text(ports_of(pod, pod.spec.containers[1])), "admin:9000->20002");
    pod.status.ports.clear();
    EXPECT_EQ(text(ports_of(pod, pod.spec.containers[0])), "http:8080->8080")
        << "not given: as it is";
}

TEST(RealPort, Table) {
    spec::Pod pod;
    pod.status.ports = {{"http", 8080, 20001}};
    spec::Container container;
    container.ports.resize(1);
    container.ports[0].name = "http";
    container.ports[0].container_port = 8080;
    EXPECT_EQ(real_port(pod, container, {.number = 8080, .text = ""}), 20001);
    EXPECT_EQ(real_port(pod, container, {.number = 0, .text = "http"}), 20001);
    EXPECT_EQ(real_port(pod, container, {.number = 9, .text = ""}), 9)
        << "not ours to give: as it is";
    EXPECT_FALSE(real_port(pod, container, {.number = 0, .text = "nobody"}));
}

}  // namespace
}  // namespace swell::cluster::pods
