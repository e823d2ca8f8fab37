#include "cluster/admission/unified_diff.hpp"

#include <gtest/gtest.h>

namespace swell::cluster {
namespace {

TEST(UnifiedDiff, Table) {
    struct Case {
        const char* why;
        const char* before;
        const char* now;
        const char* diff;
    };
    // As Python's difflib has them.
    const Case cases[] = {
        {"nothing", "a\nb", "a\nb", ""},
        {"all", "a", "b", "@@ -1 +1 @@\n-a\n+b\n"},
        {"one line of many",
         "1\n2\n3\n4\n5\n6\n7\n8\n9",
         "1\n2\n3\n4\nfive\n6\n7\n8\n9",
         "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"},
        {"a line that came first", "a\nb", "x\na\nb", "@@ -1,2 +1,3 @@\n+x\n a\n b\n"},
        {"a line that went last", "a\nb\nc", "a\nb", "@@ -1,3 +1,2 @@\n a\n b\n-c\n"},
        {"two far apart",
         "1\n2\n3\n4\n5\n6\n7\n8\n9",
         "one\n2\n3\n4\n5\n6\n7\n8\nnine",
         "@@ -1,4 +1,4 @@\n-1\n+one\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+nine\n"},
        {"two near each other",
         "1\n2\n3\n4\n5\n6\n7\n8",
         "one\n2\n3\n4\n5\n6\n7\neight",
         "@@ -1,8 +1,8 @@\n-1\n+one\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+eight\n"},
        {"the longest run stays, not the first line",
         "a\nb",
         "a\nc\na\nb",
         "@@ -1,2 +1,4 @@\n+a\n+c\n a\n b\n"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(unified_diff(c.before, c.now), c.diff);
    }
}

TEST(UnifiedDiff, FrequentLinesOfALongTextStartNoRun) {
    // By themselves the frequent lines would be the longest run.
    std::string before = "x\ny\n", now;
    for (int i = 0; i < 210; ++i) {
        before += "same\n";
        now += "same\n";
    }
    before += "end";
    now += "x\ny\nend";
    EXPECT_EQ(unified_diff(before, now).substr(0, 31), "@@ -1,213 +1,213 @@\n+same\n+same");
}

}  // namespace
}  // namespace swell::cluster
