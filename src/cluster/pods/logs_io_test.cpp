#include "cluster/pods/logs_io.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

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
        const std::string tag = whole ? "F " : "P ";
        return "2026-11-24T12:00:00.000000000Z stdout " + tag + text + "\n";
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

TEST_F(ReadLogs, TailTable) {
    write("0.log.1", entry("a") + entry("b"));
    write("0.log", entry("c ", false) + entry("d") + entry("e"));
    write("0.log", entry("open", false));
    struct Case {
        const char* why;
        std::size_t tail;
        const char* text;
    };
    const Case cases[] = {
        {"none", 0, ""},
        {"the line that has no end yet is one", 1, "open"},
        {"of the newest file", 2, "e\nopen"},
        {"parts make one line", 3, "c d\ne\nopen"},
        {"right across rotated files", 4, "b\nc d\ne\nopen"},
        {"as many as there are", 5, "a\nb\nc d\ne\nopen"},
        {"more than there are", 100, "a\nb\nc d\ne\nopen"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        LogQuery query;
        query.tail = c.tail;
        int slices = 0;
        EXPECT_EQ(all(query, slices), c.text);
    }
}

TEST_F(ReadLogs, GoesOnWhereItWasWhateverTheFilesAreCalled) {
    write("0.log", entry("a"));
    LogQuery query;
    query.since = read_logs(folder, query)->next;
    write("0.log", entry("b"));
    fs::rename(folder + "/0.log", folder + "/0.log.1");
    write("0.log", entry("c"));
    write("1.log", entry("of the next run"));
    int slices = 0;
    EXPECT_EQ(all(query, slices), "b\nc\nof the next run\n");
    EXPECT_FALSE(read_logs(folder, query)->lost);
}

TEST_F(ReadLogs, WhatRotationHasRemovedIsSaid) {
    write("0.log", entry("a") + entry("b"));
    LogQuery query;
    query.since = read_logs(folder, query)->next;
    // Written in place, so that the new file has the inode of the old one, as it may well get.
    std::ofstream(folder + "/0.log", std::ios::trunc) << entry("c") + entry("d") + entry("e");
    const auto overtaken = read_logs(folder, query);
    ASSERT_TRUE(overtaken);
    EXPECT_TRUE(overtaken->lost);
    ASSERT_EQ(overtaken->lines.size(), 3u);
    EXPECT_EQ(overtaken->lines[0].text, "c");
    query.since = overtaken->next;
    EXPECT_FALSE(read_logs(folder, query)->lost) << "once";

    fs::remove(folder + "/0.log");
    write("2.log", entry("f"));
    write("3.log", entry("g"));
    EXPECT_TRUE(read_logs(folder, query)->lost);
    int slices = 0;
    EXPECT_EQ(all(query, slices), "f\ng\n") << "from the oldest that is there";
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
