#include "cluster/pods/runnable.hpp"

#include <gtest/gtest.h>

namespace swell::cluster::pods {
namespace {

using Words = std::vector<std::string>;

spec::Container container(const char* name, Words command, Words args = {}) {
    spec::Container made;
    made.name = name;
    made.image = "nginx:1";
    made.command = std::move(command);
    made.args = std::move(args);
    return made;
}

TEST(Runnable, CommandTable) {
    struct Case {
        const char* why;
        Words command, args;
        spec::Labels annotations;
        Words expected;
    };
    const Case cases[] = {
        {"command and args", {"a", "b"}, {"c"}, {}, {"a", "b", "c"}},
        {"an image alone", {}, {"c"}, {}, {}},
        {"a shell line",
         {},
         {},
         {{"swell.dev/command", "exec srv -p $(PORT)"}},
         {"/bin/sh", "-c", "exec srv -p $(PORT)"}},
        {"a shell line with args",
         {},
         {"-v"},
         {{"swell.dev/command", "srv"}},
         {"/bin/sh", "-c", "srv \"$@\"", "app", "-v"}},
        {"a list needs no shell",
         {},
         {"z"},
         {{"swell.dev/command", R"(["x", "y y"])"}},
         {"x", "y y", "z"}},
        {"by the container's name",
         {},
         {},
         {{"swell.dev/command.app", "srv"}},
         {"/bin/sh", "-c", "srv"}},
        {"another's name", {}, {}, {{"swell.dev/command.other", "srv"}}, {}},
        {"a blank line is none", {}, {}, {{"swell.dev/command", "  "}}, {}},
        {"the manifest's own command wins", {"a"}, {}, {{"swell.dev/command", "srv"}}, {"a"}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::PodSpec pod;
        pod.containers = {container("app", c.command, c.args)};
        EXPECT_EQ(command_of(pod, pod.containers[0], c.annotations), c.expected);
        EXPECT_EQ(not_runnable(pod, c.annotations, "spec").empty(), !c.expected.empty());
    }
}

TEST(Runnable, SaysWhereAndHowToGiveOne) {
    spec::PodSpec pod;
    pod.init_containers = {container("setup", {"true"})};
    pod.containers = {container("app", {"a"}), container("side", {}), container("more", {})};
    const auto problems = not_runnable(pod, {{"swell.dev/command", "x"}}, "spec.template.spec");
    ASSERT_EQ(problems.size(), 1u) << "the first without a command has the annotation's";
    EXPECT_EQ(problems[0].path, "spec.template.spec.containers[2].command");
    for (const char* part : {"more", "nginx:1", "swell.dev/command", "--run more="})
        EXPECT_NE(problems[0].what.find(part), std::string::npos) << part;
}

}  // namespace
}  // namespace swell::cluster::pods
