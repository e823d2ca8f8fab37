#include <gtest/gtest.h>

#include "base/fd_io.hpp"
#include "base/text.hpp"
#include "cluster/pods/cgroup/cgroups_io.hpp"
#include "cluster/pods/runtime_fixture_test.hpp"

// Resizes of real processes in real control groups.

namespace swell::cluster::pods {
namespace {

using Amounts = std::map<std::string, std::string>;

constexpr const char* sized =
    R"("resources":{"requests":{"cpu":"100m","memory":"32Mi"},"limits":{"cpu":"200m","memory":"64Mi"}})";

class ResizeTest : public RuntimeTest {
  protected:
    bool enforced() const { return Cgroups(Cgroups::detect(), prefix_).enforced(); }

    /// Writes other resources for the container of pod `web`, as `PATCH …/resize` would.
    static void resize(World& w, const Amounts& requests, const Amounts& limits) {
        spec::Pod pod = w.pod("web");
        const auto put = [](spec::ResourceList& list, const Amounts& amounts) {
            for (const auto& [name, amount] : amounts) list[name] = *Quantity::parse(amount);
        };
        put(pod.spec.containers[0].resources.requests, requests);
        put(pod.spec.containers[0].resources.limits, limits);
        pod.metadata.resource_version = 0;
        const auto written = w.store->resize(pod);
        EXPECT_TRUE(written) << (written ? "" : written.error().what);
    }

    /// `TYPE REASON MESSAGE` of the pod's conditions about resizes; empty: it has none.
    static std::string resize_condition(const World& w) {
        std::string text;
        for (const auto& one : w.pod("web").status.conditions)
            if (one.type.starts_with("PodResize"))
                text += one.type + " " + one.reason + " " + one.message;
        return text;
    }

    std::string told(const World& w, const std::string& controller, const char* v1, const char* v2)
        const {
        const auto layout = Cgroups::detect();
        const bool old = layout.version == CgroupVersion::v1;
        const std::string group = layout.base + (old ? "/" + controller : "") + "/" + prefix_ +
                                  "/" + w.pod("web").metadata.uid + "/app/";
        const auto text = read_file(group + (old ? v1 : v2));
        return text ? std::string(split(trim(*text), ' ').front()) : "(none)";
    }
    std::string cpu_limit_of(const World& w) const {
        return told(w, "cpu", "cpu.cfs_quota_us", "cpu.max");
    }
    std::string memory_limit_of(const World& w) const {
        return told(w, "memory", "memory.limit_in_bytes", "memory.max");
    }
};

TEST_F(ResizeTest, ResizedInPlaceWithoutARestart) {
    if (!enforced()) GTEST_SKIP() << Cgroups::detect().why_none;
    auto w = world();
    w->create_shell("web", "exec sleep 1000", "Always", sized);
    ASSERT_TRUE(w->until([&] { return w->container("web").state.running.has_value(); }));
    const auto before = w->container("web");
    ASSERT_TRUE(before.resources);
    EXPECT_EQ(before.resources->limits.at("cpu").text(), "200m");
    EXPECT_EQ(before.allocated_resources.at("memory").text(), "32Mi");

    resize(*w, {{"cpu", "150m"}, {"memory", "48Mi"}}, {{"cpu", "300m"}, {"memory", "96Mi"}});
    ASSERT_TRUE(w->until([&] {
        return w->container("web").resources->limits.at("cpu").text() == "300m";
    }));
    EXPECT_EQ(w->container("web").allocated_resources.at("cpu").text(), "150m");
    EXPECT_EQ(w->container("web").container_id, before.container_id);
    EXPECT_EQ(w->container("web").restart_count, 0);
    EXPECT_EQ(resize_condition(*w), "");
    EXPECT_EQ(cpu_limit_of(*w), "30000");
    EXPECT_EQ(memory_limit_of(*w), std::to_string(96 << 20));
    EXPECT_TRUE(w->has_event("ResizeCompleted"));
    EXPECT_EQ(w->journal.entries().back().action, "resize");
    EXPECT_EQ(w->journal.entries().back().outcome, "done");

    // A program cannot run in a page.
    resize(*w, {{"cpu", "150m"}, {"memory", "4Ki"}}, {{"cpu", "300m"}, {"memory", "4Ki"}});
    ASSERT_TRUE(w->until([&] { return !resize_condition(*w).empty(); }));
    EXPECT_TRUE(resize_condition(*w).starts_with(
        "PodResizeInProgress Error attempting to set container \"app\" memory limit (4096) below "
    )) << resize_condition(*w);
    EXPECT_EQ(memory_limit_of(*w), std::to_string(96 << 20));
    EXPECT_EQ(w->container("web").allocated_resources.at("memory").text(), "4Ki");
    EXPECT_EQ(w->container("web").resources->limits.at("memory").text(), "96Mi");
    EXPECT_TRUE(w->has_event("ResizeError"));

    resize(*w, {{"cpu", "150m"}, {"memory", "48Mi"}}, {{"cpu", "300m"}, {"memory", "64Mi"}});
    ASSERT_TRUE(w->until([&] { return resize_condition(*w).empty(); }));
    EXPECT_EQ(memory_limit_of(*w), std::to_string(64 << 20));
    EXPECT_EQ(w->container("web").container_id, before.container_id);
}

TEST_F(ResizeTest, AResizePolicyCanWantARestart) {
    if (!enforced()) GTEST_SKIP() << Cgroups::detect().why_none;
    auto w = world();
    w->create_shell(
        "web",
        "exec sleep 1000",
        "Always",
        std::string(sized) +
            R"(,"resizePolicy":[{"resourceName":"memory","restartPolicy":"RestartContainer"}])"
    );
    ASSERT_TRUE(w->until([&] { return w->container("web").state.running.has_value(); }));
    const std::string id = w->container("web").container_id;
    resize(*w, {{"cpu", "150m"}, {"memory", "32Mi"}}, {{"cpu", "300m"}, {"memory", "64Mi"}});
    ASSERT_TRUE(w->until([&] {
        return w->container("web").resources->limits.at("cpu").text() == "300m";
    }));
    EXPECT_EQ(w->container("web").container_id, id) << "it is asked for memory alone";
    resize(*w, {{"cpu", "150m"}, {"memory", "48Mi"}}, {{"cpu", "300m"}, {"memory", "96Mi"}});
    ASSERT_TRUE(w->until([&] {
        return w->container("web").restart_count == 1 &&
               w->container("web").state.running.has_value();
    }));
    EXPECT_NE(w->container("web").container_id, id);
    EXPECT_EQ(w->container("web").resources->limits.at("memory").text(), "96Mi");
    EXPECT_EQ(memory_limit_of(*w), std::to_string(96 << 20)) << "a group that was there";
    EXPECT_EQ(resize_condition(*w), "");
    const auto entry = w->journal.entries().back();
    EXPECT_EQ(entry.action, "restart");
    EXPECT_EQ(entry.steps.back().rule, "resize-policy");
}

TEST_F(ResizeTest, WhatCannotBeResizedSaysSo) {
    auto with = config();
    with.cgroups = false;
    auto w = world(with);
    w->create_shell("web", "exec sleep 1000", "Always", sized);
    ASSERT_TRUE(w->until([&] { return w->container("web").state.running.has_value(); }));
    resize(*w, {{"cpu", "150m"}, {"memory", "32Mi"}}, {{"cpu", "300m"}, {"memory", "64Mi"}});
    ASSERT_TRUE(w->until([&] { return !resize_condition(*w).empty(); }));
    EXPECT_EQ(
        resize_condition(*w),
        "PodResizePending Infeasible In-place resize is not possible without control groups: "
        "turned "
        "off"
    );
    EXPECT_EQ(w->container("web").resources->limits.at("cpu").text(), "200m");
    EXPECT_TRUE(w->has_event("ResizeInfeasible"));
    resize(*w, {{"cpu", "100m"}, {"memory", "32Mi"}}, {{"cpu", "200m"}, {"memory", "64Mi"}});
    ASSERT_TRUE(w->until([&] { return resize_condition(*w).empty(); }))
        << "what was asked for is taken back";
}

}  // namespace
}  // namespace swell::cluster::pods
