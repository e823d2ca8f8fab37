#include "app/server/disk_words.hpp"

#include <gtest/gtest.h>

namespace swell::app {
namespace {

TEST(DiskWords, SaysItOnce) {
    struct Step {
        const char* why;
        std::uint64_t free_bytes;
        const char* said;  // a part of it; empty: nothing
        bool warned;
    };
    const Step steps[] = {
        {"room", 1u << 30, "", false},
        {"full", 4096, "the disk of /s is full", true},
        {"still full", 0, "", true},
        {"a little room", 2u << 20, "", true},
        {"full as before", 0, "", true},
        {"room again", 16u << 20, "the disk of /s has room again", false},
        {"still room", 2u << 20, "", false},
        {"full again", 0, "the disk of /s is full", true},
    };
    DiskWords words("/s");
    for (const Step& step : steps) {
        SCOPED_TRACE(step.why);
        const std::string said = words.look(step.free_bytes);
        EXPECT_EQ(said.empty(), std::string(step.said).empty()) << said;
        EXPECT_TRUE(said.starts_with(step.said)) << said;
        EXPECT_EQ(!words.warning().empty(), step.warned);
    }
}

}  // namespace
}  // namespace swell::app
