#include "cluster/pods/cgroup/cgroup.hpp"

#include <gtest/gtest.h>

namespace swell::cluster::pods {
namespace {

spec::ResourceList list(const char* cpu, const char* memory) {
    spec::ResourceList resources;
    if (*cpu != '\0') resources["cpu"] = *Quantity::parse(cpu);
    if (*memory != '\0') resources["memory"] = *Quantity::parse(memory);
    return resources;
}

std::string text(CgroupVersion version, const spec::ResourceRequirements& resources) {
    std::string all;
    for (const Setting& setting : settings(version, limits_of(resources)))
        all += std::string(setting.file) + "=" + setting.value + (setting.optional ? "? " : " ");
    return all;
}

TEST(Cgroup, SettingsTable) {
    struct Case {
        const char* why;
        const char *cpu_request, *cpu_limit, *memory_limit;
        const char *v1, *v2;
    };
    const Case cases[] = {
        {"nothing asked", "", "", "", "cpu.shares=2 ", "cpu.weight=1 "},
        {"a request alone", "500m", "", "", "cpu.shares=512 ", "cpu.weight=20 "},
        {"one core is the old default of 1024", "1", "", "", "cpu.shares=1024 ", "cpu.weight=39 "},
        {"the request is the limit when left out",
         "",
         "1500m",
         "",
         "cpu.shares=1536 cpu.cfs_period_us=100000 cpu.cfs_quota_us=150000 ",
         "cpu.weight=59 cpu.max=150000 100000 "},
        {"no quota below a millisecond",
         "1m",
         "1m",
         "",
         "cpu.shares=2 cpu.cfs_period_us=100000 cpu.cfs_quota_us=1000 ",
         "cpu.weight=1 cpu.max=1000 100000 "},
        {"shares have a most", "1000", "", "", "cpu.shares=262144 ", "cpu.weight=10000 "},
        {"memory, without swap",
         "",
         "",
         "64Mi",
         "cpu.shares=2 memory.memsw.limit_in_bytes=67108864? memory.limit_in_bytes=67108864 "
         "memory.memsw.limit_in_bytes=67108864? ",
         "cpu.weight=1 memory.max=67108864 memory.swap.max=0? memory.oom.group=1? "},
        {"a limit of 0 is none", "", "0", "0", "cpu.shares=2 ", "cpu.weight=1 "},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::ResourceRequirements resources;
        resources.requests = list(c.cpu_request, "");
        resources.limits = list(c.cpu_limit, c.memory_limit);
        EXPECT_EQ(text(CgroupVersion::v1, resources), c.v1);
        EXPECT_EQ(text(CgroupVersion::v2, resources), c.v2);
        EXPECT_EQ(text(CgroupVersion::none, resources), "");
    }
}

TEST(Cgroup, StatValueIsOfTheWholeKey) {
    const char* const events = "low 0\noom 4\noom_kill 3\noom_kill_disable 7\n";
    EXPECT_EQ(stat_value(events, "oom_kill"), 3u);
    EXPECT_EQ(stat_value(events, "oom"), 4u);
    EXPECT_EQ(stat_value(events, "kill"), 0u);
    EXPECT_EQ(stat_value("", "oom"), 0u);
}

TEST(Cgroup, WorkingSetTable) {
    struct Case {
        const char* why;
        std::uint64_t usage;
        const char* stat;
        CgroupVersion version;
        std::uint64_t set;
    };
    const Case cases[] = {
        {"v2", 1000, "inactive_file 300\n", CgroupVersion::v2, 700},
        {"v1 counts what is below, too",
         1000,
         "inactive_file 1\ntotal_inactive_file 400\n",
         CgroupVersion::v1,
         600},
        {"never below zero", 100, "inactive_file 300\n", CgroupVersion::v2, 0},
        {"no such line", 100, "", CgroupVersion::v2, 100},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(working_set(c.usage, c.stat, c.version), c.set);
    }
}

}  // namespace
}  // namespace swell::cluster::pods
