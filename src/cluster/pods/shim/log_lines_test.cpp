#include "cluster/pods/shim/log_lines.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace swell::cluster::pods {
namespace {

const Instant at = Instant{std::chrono::seconds(1) + Duration{5}};
const std::string stamp = "1970-01-01T00:00:01.000000005Z";

TEST(LogLines, Table) {
    struct Case {
        const char* why;
        std::vector<std::string> fed;
        std::string got;  ///< entries without their times
    };
    const Case cases[] = {
        {"one line", {"hello\n"}, "F hello|"},
        {"a line in two pieces", {"he", "llo\n"}, "F hello|"},
        {"two lines at once", {"a\nb\n"}, "F a|F b|"},
        {"an empty line", {"\n"}, "F |"},
        {"an end without newline", {"tail"}, "F tail|"},
        {"as long as may be", {"12345678\n"}, "F 12345678|"},
        {"the newline comes later", {"12345678", "\n"}, "P 12345678|F |"},
        {"longer is parted", {"123456789abc\n"}, "P 12345678|F 9abc|"},
        {"nothing", {}, ""},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        LineCutter cutter("stdout", 8);
        std::string all, got;
        for (const std::string& bytes : c.fed) cutter.feed(bytes, at, all);
        cutter.finish(at, all);
        while (!all.empty()) {
            const auto end = all.find('\n');
            const std::string line = all.substr(0, end);
            const LogEntry entry = log_entry(line);
            EXPECT_EQ(entry.at, stamp);
            EXPECT_EQ(entry.stream, "stdout");
            got += std::string(entry.whole ? "F " : "P ") + std::string(entry.text) + "|";
            all.erase(0, end + 1);
        }
        EXPECT_EQ(got, c.got);
    }
}

TEST(LogLines, AForeignLineIsAllText) {
    EXPECT_EQ(log_entry("no entry").text, "no entry");
    EXPECT_EQ(log_entry("").text, "");
    EXPECT_EQ(log_entry("a b c").text, "a b c");
}

}  // namespace
}  // namespace swell::cluster::pods
