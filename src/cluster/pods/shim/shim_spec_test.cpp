#include "cluster/pods/shim/shim_spec.hpp"

#include <gtest/gtest.h>

namespace swell::cluster::pods {
namespace {

TEST(ShimSpec, GoesThroughJsonUnchanged) {
    ShimSpec spec;
    spec.argv = {"/bin/echo", "a b", "\xff\xfe not UTF-8", "hex:41", ""};
    spec.env = {{"PATH", "/bin"}, {"EMPTY", ""}, {"BYTES", "\x80\n\x01"}};
    spec.cwd = "/tmp";
    spec.run_dir = "/state/run";
    spec.log = "/state/0.log";
    spec.cgroup_procs = {"/sys/fs/cgroup/cpu/x/cgroup.procs"};
    spec.oom_file = "/sys/fs/cgroup/memory/x/memory.oom_control";
    spec.mounts = {{"/a", "/b", true}, {"/c", "/d", false}};
    spec.lifeline_path = "/state/lifeline";
    spec.isolation = Isolation::user_namespaces;
    const auto again = shim_spec_from(to_json(spec).dump());
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(*again, spec);
}

TEST(ShimSpec, RecordsGoThroughJsonUnchanged) {
    const Running running{
        {42, 1234567, "boot"}, 43, Isolation::subreaper, Instant{Duration{99}}, true
    };
    EXPECT_EQ(*running_from(to_json(running).dump()), running);
    const Exit exit{137, 9, true, "no such file", Instant{Duration{1}}, Instant{Duration{2}}};
    EXPECT_EQ(*exit_from(to_json(exit).dump()), exit);
    const ExecResult result{3, "out\xff"};
    EXPECT_EQ(*exec_result_from(to_json(result).dump()), result);
    ExecSpec exec;
    exec.argv = {"true"};
    exec.init_pid = 7;
    exec.isolation = Isolation::namespaces;
    EXPECT_EQ(*exec_spec_from(to_json(exec).dump()), exec);
}

TEST(ShimSpec, RefusesWhatIsNone) {
    for (const char* text :
         {"", "{", "[]", "{\"argv\":[]}", "{\"argv\":[1]}", "{\"argv\":[\"x\"],\"env\":3}"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(shim_spec_from(text));
        EXPECT_FALSE(running_from(text));
        EXPECT_FALSE(exit_from(text));
    }
}

TEST(ShimSpec, ExitTable) {
    struct Case {
        const char* why;
        int status;
        std::uint64_t oom_kills;
        int code, signal;
        bool oom;
    };
    // clang-format off
    const Case cases[] = {
        // why                                    status      ooms  code signal  oom
        {"success",                                0,          0,     0,   0, false},
        {"a code",                                 3 << 8,     0,     3,   0, false},
        {"the largest code",                       255 << 8,   0,   255,   0, false},
        {"SIGTERM",                                15,         0,   143,  15, false},
        {"SIGKILL by a person",                    9,          0,   137,   9, false},
        {"SIGKILL by the kernel, for memory",      9,          1,   137,   9, true},
        {"a shell passes its child's SIGKILL on",  137 << 8,   2,   137,   0, true},
        {"a child was killed, the program lived",  0,          1,     0,   0, false},
        {"a core dump is a signal too",            0x80 | 11,  0,   139,  11, false},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Exit exit = exit_from_wait(c.status, c.oom_kills);
        EXPECT_EQ(exit.code, c.code);
        EXPECT_EQ(exit.signal, c.signal);
        EXPECT_EQ(exit.oom, c.oom);
    }
}

}  // namespace
}  // namespace swell::cluster::pods
