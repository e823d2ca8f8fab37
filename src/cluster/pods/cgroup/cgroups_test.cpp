#include "cluster/pods/cgroup/cgroups_io.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/fd_io.hpp"

namespace swell::cluster::pods {
namespace {

namespace fs = std::filesystem;

/// A folder that looks like a cgroup file system: files in it are plain ones.
class FakeTree : public testing::Test {
  protected:
    FakeTree() {
        std::string folder = fs::temp_directory_path() / "swell-cgroup-XXXXXX";
        root_ = ::mkdtemp(folder.data());
    }
    ~FakeTree() override { fs::remove_all(root_); }

    std::string text(const std::string& path) const {
        return read_file(root_ + "/" + path).value_or("(none)");
    }
    void put(const std::string& path, const std::string& value) const {
        ASSERT_TRUE(write_file(root_ + "/" + path, value));
    }

    Limits limits_{.cpu_request_milli = 100, .cpu_limit_milli = 500, .memory_limit = 1 << 20};
    std::string root_;
};

TEST_F(FakeTree, V2) {
    put("cgroup.subtree_control", "cpu memory pids\n");
    const Cgroups groups({CgroupVersion::v2, root_, ""}, "swell-x");
    Cgroups made = groups;
    ASSERT_TRUE(made.create("uid", "app", limits_));
    EXPECT_EQ(text("swell-x/uid/app/cpu.max"), "50000 100000");
    EXPECT_EQ(text("swell-x/uid/app/memory.max"), "1048576");
    EXPECT_EQ(text("swell-x/uid/app/memory.oom.group"), "1");
    EXPECT_NE(text("swell-x/cgroup.subtree_control"), "(none)")
        << "controllers are given on, level by level";
    EXPECT_EQ(groups.procs("uid", "app"), std::vector{root_ + "/swell-x/uid/app/cgroup.procs"});
    EXPECT_EQ(groups.oom_file("uid", "app"), root_ + "/swell-x/uid/app/memory.events");

    put("swell-x/uid/app/cpu.stat", "usage_usec 1500000\nuser_usec 1\n");
    put("swell-x/uid/app/memory.current", "5000\n");
    put("swell-x/uid/app/memory.stat", "anon 1\ninactive_file 1000\n");
    const auto usage = groups.usage("uid", "app", Instant{});
    ASSERT_TRUE(usage);
    EXPECT_EQ(usage->cpu, std::chrono::milliseconds(1500));
    EXPECT_EQ(usage->memory, 4000u);
    EXPECT_EQ(groups.pods(), std::vector<std::string>{"uid"});
    EXPECT_FALSE(groups.usage("uid", "other", Instant{}));
}

TEST_F(FakeTree, V1) {
    for (const char* controller : {"cpu", "cpuacct", "memory"})
        fs::create_directory(root_ + "/" + controller);
    Cgroups groups({CgroupVersion::v1, root_, ""}, "swell-x");
    ASSERT_TRUE(groups.create("uid", "app", limits_));
    EXPECT_EQ(text("cpu/swell-x/uid/app/cpu.cfs_quota_us"), "50000");
    EXPECT_EQ(text("cpu/swell-x/uid/app/cpu.shares"), "102");
    EXPECT_EQ(text("memory/swell-x/uid/app/memory.limit_in_bytes"), "1048576");
    EXPECT_EQ(groups.procs("uid", "app").size(), 3u) << "no hierarchy but those that are mounted";
    put("cpuacct/swell-x/uid/app/cpuacct.usage", "2000000000\n");
    put("memory/swell-x/uid/app/memory.usage_in_bytes", "10\n");
    put("memory/swell-x/uid/app/memory.stat", "total_inactive_file 4\n");
    EXPECT_EQ(groups.usage("uid", "app", Instant{})->cpu, std::chrono::seconds(2));
    EXPECT_EQ(groups.usage("uid", "app", Instant{})->memory, 6u);
}

TEST_F(FakeTree, APodHasLimitsThatItsContainersShare) {
    put("cgroup.subtree_control", "cpu memory pids\n");
    Cgroups v2({CgroupVersion::v2, root_, ""}, "swell-x");
    ASSERT_TRUE(v2.create_pod("uid", limits_));
    ASSERT_TRUE(v2.create("uid", "app", {}));
    EXPECT_EQ(text("swell-x/uid/cpu.max"), "50000 100000");
    EXPECT_EQ(text("swell-x/uid/memory.max"), "1048576");
    EXPECT_EQ(text("swell-x/uid/memory.oom.group"), "(none)") << "one container is killed, not all";
    EXPECT_EQ(text("swell-x/uid/app/memory.max"), "(none)");

    for (const char* controller : {"cpu", "cpuacct", "memory"})
        fs::create_directory(root_ + "/" + controller);
    Cgroups v1({CgroupVersion::v1, root_, ""}, "swell-x");
    ASSERT_TRUE(v1.create_pod("uid", limits_));
    EXPECT_EQ(text("cpu/swell-x/uid/cpu.cfs_quota_us"), "50000");
    EXPECT_EQ(text("memory/swell-x/uid/memory.limit_in_bytes"), "1048576");
}

TEST_F(FakeTree, OtherLimitsForARunningContainer) {
    put("cgroup.subtree_control", "cpu memory pids\n");
    Cgroups groups({CgroupVersion::v2, root_, ""}, "swell-x");
    ASSERT_TRUE(groups.create("uid", "app", limits_));
    put("swell-x/uid/app/memory.current", "3000000\n");
    const Limits more{.cpu_request_milli = 200, .cpu_limit_milli = 900, .memory_limit = 3'000'000};
    ASSERT_TRUE(groups.resize("uid", "app", more)) << "as much as is used is enough";
    EXPECT_EQ(text("swell-x/uid/app/cpu.max"), "90000 100000");
    EXPECT_EQ(text("swell-x/uid/app/memory.max"), "3000000");
    const auto less = groups.resize("uid", "app", limits_);
    ASSERT_FALSE(less);
    EXPECT_EQ(
        less.error().what,
        "attempting to set container \"app\" memory limit (1048576) below current usage (3000000)"
    );
    EXPECT_EQ(text("swell-x/uid/app/cpu.max"), "90000 100000") << "all of it, or nothing";
}

TEST_F(FakeTree, WithoutGroupsNothingIsTouched) {
    Cgroups groups({CgroupVersion::none, root_, "why"}, "swell-x");
    EXPECT_FALSE(groups.enforced());
    EXPECT_EQ(groups.why_none(), "why");
    EXPECT_TRUE(groups.create("uid", "app", limits_));
    EXPECT_EQ(groups.resize("uid", "app", limits_).error().what, "why");
    EXPECT_TRUE(groups.procs("uid", "app").empty());
    EXPECT_TRUE(groups.remove("uid"));
    EXPECT_TRUE(fs::is_empty(root_));
}

}  // namespace
}  // namespace swell::cluster::pods
