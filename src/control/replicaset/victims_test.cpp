#include "control/replicaset/victims.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace swell::control::replicaset {
namespace {

using namespace std::chrono_literals;

constexpr Instant now{1'000'000s};

struct PodIs {
    std::string node = "n";
    std::string phase = "Running";
    bool ready = true;
    std::string cost;
    Duration ready_for = 1h;
    std::int32_t restarts = 0;
    Duration age = 2h;
    std::string uid = "same";
};

spec::Pod pod(const std::string& name, const PodIs& is) {
    spec::Pod pod;
    pod.metadata.name = name;
    pod.metadata.uid = is.uid;
    pod.metadata.creation_timestamp = now - is.age;
    if (!is.cost.empty())
        pod.metadata.annotations["controller.kubernetes.io/pod-deletion-cost"] = is.cost;
    pod.spec.node_name = is.node;
    pod.status.phase = is.phase;
    spec::Condition ready;
    ready.type = "Ready";
    ready.status = is.ready ? "True" : "False";
    ready.last_transition_time = now - is.ready_for;
    pod.status.conditions.push_back(ready);
    pod.status.container_statuses.push_back({});
    pod.status.container_statuses.back().restart_count = is.restarts;
    return pod;
}

Pods pointers(const std::vector<spec::Pod>& pods) {
    Pods all;
    for (const spec::Pod& pod : pods) all.push_back(&pod);
    return all;
}

TEST(Victims, FirstGoesBeforeSecond) {
    struct Case {
        const char* why;
        PodIs first, second;
    };
    // Each pair differs in one thing, and is worse for the first in all things that matter less.
    // clang-format off
    const Case cases[] = {
        {"not assigned to a node", {.node = "", .cost = "9"},         {.phase = "Pending"}},
        {"not running yet",        {.phase = "Pending", .cost = "9"}, {.ready = false}},
        {"not running yet",        {.phase = "", .cost = "9"},        {.phase = "Unknown"}},
        {"not running yet",        {.phase = "Unknown", .cost = "9"}, {.phase = "Running"}},
        {"not ready",              {.ready = false, .cost = "9"},     {.ready = true}},
        {"lower deletion cost",    {.cost = "-1", .ready_for = 9h},   {.ready_for = 1min}},
        {"lower deletion cost",    {.cost = "none", .ready_for = 9h}, {.cost = "1"}},
        {"ready for a shorter time", {.ready_for = 1min},             {.ready_for = 1h, .restarts = 9}},
        {"more restarts",          {.restarts = 2, .age = 9h},        {.restarts = 1, .age = 1min}},
        {"more restarts",          {.ready_for = 70min, .restarts = 2}, {.ready_for = 65min}},
        {"newer",                  {.age = 1min, .uid = "z"},         {.age = 2h, .uid = "a"}},
        {"of about the same age, by uid", {.age = 125min, .uid = "a"}, {.age = 120min, .uid = "b"}},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const spec::Pod first = pod("first", c.first);
        const spec::Pod second = pod("second", c.second);
        for (const Pods& given : {Pods{&first, &second}, Pods{&second, &first}}) {
            const Pods ordered = by_deletion_order(given, now);
            EXPECT_EQ(ordered[0]->metadata.name, "first");
            EXPECT_EQ(why_first(*ordered[0], *ordered[1], given, now), c.why);
        }
    }
}

TEST(Victims, OfTheFullerNodeFirst) {
    const std::vector<spec::Pod> pods = {
        pod("alone", {.node = "a", .ready_for = 1min}),
        pod("b1", {.node = "b", .uid = "1"}),
        pod("b2", {.node = "b", .uid = "2"}),
    };
    const Pods ordered = by_deletion_order(pointers(pods), now);
    EXPECT_EQ(ordered[0]->metadata.name, "b1");
    EXPECT_EQ(ordered[2]->metadata.name, "alone");
}

TEST(Victims, OneOrderWhateverTheInput) {
    // Equal ready times, others of the same power of two, restarts and uids that pull apart.
    std::vector<spec::Pod> pods = {
        pod("a", {.ready_for = 60min, .restarts = 0, .uid = "1"}),
        pod("b", {.ready_for = 60min, .restarts = 3, .uid = "3"}),
        pod("c", {.ready_for = 65min, .restarts = 1, .uid = "2"}),
        pod("d", {.ready_for = 61min, .restarts = 1, .uid = "0"}),
    };
    const auto names = [](const Pods& ordered) {
        std::string text;
        for (const spec::Pod* p : ordered) text += p->metadata.name;
        return text;
    };
    const auto by_name = [](const spec::Pod& a, const spec::Pod& b) {
        return a.metadata.name < b.metadata.name;
    };
    do EXPECT_EQ(names(by_deletion_order(pointers(pods), now)), "bdca");
    while (std::next_permutation(pods.begin(), pods.end(), by_name));
}

}  // namespace
}  // namespace swell::control::replicaset
