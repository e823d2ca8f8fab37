#include "app/server/load_target.hpp"

#include <gtest/gtest.h>

namespace swell::app {
namespace {

spec::Service web(std::vector<spec::ServicePort> ports = {{.name = "http", .port = 8080}}) {
    spec::Service made;
    made.metadata.name = "web";
    made.spec.selector = {{"app", "web"}};
    made.spec.ports = std::move(ports);
    return made;
}

TEST(LoadTarget, PortOfAService) {
    const std::vector<spec::ServicePort> two = {
        {.name = "http", .port = 8080}, {.name = "admin", .port = 9000}
    };
    struct Case {
        const char* why;
        std::vector<spec::ServicePort> ports;
        std::string port;
        std::string expected;  // the number, or the error
    };
    // clang-format off
    const Case cases[] = {
        {"the first by default",  two, "",       "8080"},
        {"by name",               two, "admin",  "9000"},
        {"by number",             two, "9000",   "9000"},
        {"no such name",          two, "nosuch", "service/web has no port named nosuch; it has: http, admin"},
        {"no such number",        two, "80",     "service/web has no port 80; it has: 8080, 9000"},
        {"a port without a name", {{.port = 8080}}, "http", "service/web has no port named http; it has: 8080"},
        {"no port",               {},  "",       "service/web has no port at all"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::LoadTarget target;
        target.service = "web";
        target.port = c.port;
        const auto got = port_of(target, web(c.ports));
        EXPECT_EQ(got ? std::to_string(*got) : got.error().what, c.expected);
    }
}

/// A pod of the Service with one container.
spec::Pod pod(const std::string& name, spec::ContainerStatus container) {
    spec::Pod made;
    made.metadata.name = name;
    made.metadata.uid = "uid-" + name;
    made.metadata.labels = {{"app", "web"}, {"tier", "front"}};
    container.name = "web";
    made.status.conditions.push_back({.type = "Ready", .status = container.ready ? "True" : "False"}
    );
    made.status.container_statuses.push_back(std::move(container));
    return made;
}

spec::ContainerStatus running(bool ready) {
    spec::ContainerStatus made;
    made.state.running.emplace();
    made.ready = ready;
    return made;
}

spec::ContainerStatus crashing() {
    spec::ContainerStatus made;
    made.state.waiting.emplace().reason = "CrashLoopBackOff";
    made.last_state.terminated.emplace().exit_code = 3;
    return made;
}

spec::ContainerStatus ended() {
    spec::ContainerStatus made;
    made.state.terminated.emplace().exit_code = 2;
    return made;
}

spec::Event warning(const std::string& about, const std::string& message, int at) {
    spec::Event made;
    made.type = "Warning";
    made.involved_object.kind = "Pod";
    made.involved_object.uid = "uid-" + about;
    made.message = message;
    made.last_timestamp = Instant{} + std::chrono::seconds(at);
    return made;
}

spec::Pod of_another(spec::Pod pod) {
    pod.metadata.labels = {{"app", "other"}};
    return pod;
}

spec::Pod with_nothing(spec::Pod pod) {
    pod.status = {};
    return pod;
}

spec::Pod with_init(spec::Pod pod, int exit_code) {
    spec::ContainerStatus init;
    init.name = "init";
    init.state.terminated.emplace().exit_code = exit_code;
    pod.status.init_container_statuses.push_back(init);
    return pod;
}

TEST(LoadTarget, WhyNoPodAnswers) {
    struct Case {
        const char* why;
        std::vector<spec::Object> pods, events;
        std::string expected;
    };
    // clang-format off
    const Case cases[] = {
        {"none",            {}, {},                                     "no pod has the labels app=web"},
        {"none of its own", {of_another(pod("a", running(false)))}, {}, "no pod has the labels app=web"},
        {"not seen yet",    {with_nothing(pod("a", {}))}, {},           "pod/a: is not started yet"},
        {"crashing",        {pod("a", crashing())}, {},                 "pod/a: container web: CrashLoopBackOff (exit code 3)"},
        {"ended",           {pod("a", ended())}, {},                    "pod/a: container web: ended with exit code 2"},
        {"no probe yet",    {pod("a", running(false))}, {},             "pod/a: container web: runs, and is not ready"},
        {"the newest warning of this pod, its first line", {pod("a", running(false))},
         {warning("a", "Readiness probe failed: 503\nbody", 2), warning("a", "old", 1), warning("b", "else", 3)},
         "pod/a: container web: Readiness probe failed: 503"},
        {"init went well",  {with_init(pod("a", running(false)), 0)}, {}, "pod/a: container web: runs, and is not ready"},
        {"init did not",    {with_init(pod("a", running(false)), 4)}, {}, "pod/a: container init: ended with exit code 4"},
        {"those that are ready are not named", {pod("a", running(true)), pod("b", ended())}, {},
         "pod/b: container web: ended with exit code 2"},
        {"three by name",
         {pod("a", ended()), pod("b", ended()), pod("c", ended()), pod("d", ended()), pod("e", ended())}, {},
         "pod/a: container web: ended with exit code 2; pod/b: container web: ended with exit code 2; "
         "pod/c: container web: ended with exit code 2; and 2 more"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(why_not_ready(web(), c.pods, c.events), c.expected);
    }
    spec::Service alone = web();
    alone.spec.selector.clear();
    EXPECT_EQ(why_not_ready(alone, {}, {}), "service/web selects no pods");
}

}  // namespace
}  // namespace swell::app
