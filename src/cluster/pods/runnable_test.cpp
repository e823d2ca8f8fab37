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
        const spec::Container copy = pod.containers[0];
        EXPECT_EQ(command_of(pod, copy, c.annotations), c.expected) << "for a copy";
        EXPECT_EQ(not_runnable(pod, c.annotations, {"spec", "shop"}).empty(), !c.expected.empty());
    }
}

TEST(Runnable, SaysWhereAndHowToGiveOne) {
    struct Case {
        const char* why;
        spec::Labels annotations;
        std::vector<std::string> paths;
        std::string said, not_said;  // of the last
    };
    const Case cases[] = {
        {"the Deployment's name is what --run takes",
         {{"swell.dev/command.more", "x"}},
         {"spec.template.spec.containers[1].command"},
         "container \"side\" (image nginx:1) has no command, and swell up runs processes, not "
         "images: give `command`, or the annotation `swell.dev/command: '…'` on the pod template, "
         "or --run shop='…'",
         "--run side"},
        {"--run gives the first its command, and the others need the annotation with their name",
         {{"swell.dev/command", "x"}},
         {"spec.template.spec.containers[2].command"},
         "`swell.dev/command.more: '…'`",
         "--run"},
        {"each is told",
         {},
         {"spec.template.spec.containers[1].command", "spec.template.spec.containers[2].command"},
         "`swell.dev/command.more: '…'`",
         "--run"},
    };
    spec::PodSpec pod;
    pod.init_containers = {container("setup", {"true"})};
    pod.containers = {container("app", {"a"}), container("side", {}), container("more", {})};
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const auto problems =
            not_runnable(pod, c.annotations, {.path = "spec.template.spec", .name = "shop"});
        std::vector<std::string> paths;
        for (const auto& problem : problems) paths.push_back(problem.path);
        ASSERT_EQ(paths, c.paths);
        EXPECT_NE(problems.back().what.find(c.said), std::string::npos) << problems.back().what;
        EXPECT_EQ(problems.back().what.find(c.not_said), std::string::npos) << problems.back().what;
    }
}

}  // namespace
}  // namespace swell::cluster::pods
