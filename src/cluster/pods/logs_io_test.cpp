#include "cluster/pods/logs_io.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace swell::cluster::pods {
namespace {

namespace fs = std::filesystem;

struct ReadLogs : testing::Test {
    std::string folder;

    ReadLogs() {
        std::string pattern = fs::temp_directory_path() / "swell-logs-XXXXXX";
        folder = ::mkdtemp(pattern.data());
    }
    ~ReadLogs() override { fs::remove_all(folder); }

    static std::string entry(const std::string& text, bool whole = true) {
        return std::string("2026-11-24T12:00:00.000000000Z stdout ") + (whole ? "F " : "P ") +
               text + "\n";
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder + "/" + name, std::ios::app) << text;
    }
    /// As a client reads on: slice after slice, until there is no more.
    std::string all(LogQuery query, int& slices) const {
        std::string text;
        for (slices = 1;; ++slices) {
            const auto slice = read_logs(folder, query);
            if (!slice) return "error: " + slice.error().what;
            for (const LogLine& line : slice->lines) text += line.text + (line.whole ? "\n" : "");
            if (!slice->more) return text;
            query.since = slice->next;
        }
    }
};

TEST_F(ReadLogs, EveryLineOfRotatedFilesInOrderAndNoHole) {
    std::string expected;
    int number = 0;
    for (const char* name : {"0.log.2", "0.log.1", "0.log"}) {
        std::string text;
        for (int i = 0; i < 30'000; ++i) {
            const std::string line = "line " + std::to_string(++number) + std::string(50, 'x');
            text += entry(line);
            expected += line + "\n";
        }
        write(name, text);
    }
    int slices = 0;
    EXPECT_TRUE(all({}, slices) == expected);
    EXPECT_GT(slices, 3) << "memory is bounded: a slice holds a part";
    LogQuery tail;
    tail.tail = 45'000;  // more than the newest file has
    const std::string last = all(tail, slices);
    EXPECT_TRUE(expected.ends_with(last));
    EXPECT_EQ(std::count(last.begin(), last.end(), '\n'), 45'000);
}

TEST_F(ReadLogs, ALineInPartsIsNotLostBetweenSlices) {
    write("0.log", entry("begin ", false));
    LogQuery query;
    auto slice = read_logs(folder, query);
    ASSERT_TRUE(slice);
    ASSERT_EQ(slice->lines.size(), 1u);
    EXPECT_FALSE(slice->lines[0].whole);
    query.since = slice->next;
    write("0.log", entry("end"));
    slice = read_logs(folder, query);
    ASSERT_TRUE(slice);
    ASSERT_EQ(slice->lines.size(), 1u);
    EXPECT_EQ(slice->lines[0].text, "end");
    EXPECT_TRUE(slice->lines[0].whole);
}

}  // namespace
}  // namespace swell::cluster::pods
