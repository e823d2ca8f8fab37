#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "run_io.hpp"

namespace swell::conformance {
namespace {

namespace fs = std::filesystem;

// Each folder below vectors/ is a kind.
TEST(Conformance, Vectors) {
    std::size_t folders = 0;
    for (const auto& folder : fs::directory_iterator(fs::path(SWELL_CONFORMANCE_DIR) / "vectors")) {
        ++folders;
        const std::string name = folder.path().filename();
        SCOPED_TRACE(name);
        const Kind* kind = find_kind(name);
        ASSERT_NE(kind, nullptr);
        std::vector<std::string> files;
        for (const auto& file : fs::directory_iterator(folder)) files.push_back(file.path());
        std::ostringstream report;
        EXPECT_TRUE(run(*kind, files, report).all()) << report.str();
    }
    EXPECT_GT(folders, 0u);
}

/// A file of its own that goes with the test.
class ConformanceRunner : public ::testing::Test {
  protected:
    ConformanceRunner() {
        std::string name = (fs::temp_directory_path() / "conformance.XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~ConformanceRunner() override { fs::remove_all(folder_); }

    std::string write(const std::string& name, const std::string& text) const {
        const std::string path = folder_ / name;
        std::ofstream(path) << text;
        return path;
    }
    Tally run_on(const std::string& file) {
        std::ostringstream report;
        const Tally tally = run(*find_kind("quantity"), {file}, report);
        report_ = report.str();
        return tally;
    }

    fs::path folder_;
    std::string report_;
};

const std::string good =
    R"({"id":"1","text":"1k","ok":true,"canonical":"1k","format":"DecimalSI","value":1000,)"
    R"("milliValue":1000000,"asApproximateFloat64":1000,"sign":1})"
    "\n";

TEST_F(ConformanceRunner, CountsWhatDoesNotMatch) {
    const auto with = [](const std::string& from, const std::string& to) {
        std::string text = good;
        return text.replace(text.find(from), from.size(), to);
    };
    struct Case {
        const char* why;
        std::string text;
        std::size_t matching;
        std::size_t total;
        const char* report;
    };
    const Case cases[] = {
        {"all match", good + good, 2, 2, "2 of 2 match\n"},
        {"the last line without its end",
         good + good.substr(0, good.size() - 1),
         2,
         2,
         "2 of 2 match\n"},
        {"wrong text",
         good + with("\"1k\",\"format", "\"2k\",\"format"),
         1,
         2,
         "canonical: wanted \"2k\", got \"1k\"\n"},
        {"wrong format", with("DecimalSI", "BinarySI"), 0, 1, "format: wanted \"BinarySI\""},
        {"wrong value",
         with("\"value\":1000", "\"value\":1001"),
         0,
         1,
         "value: wanted 1001, got 1000\n"},
        {"wrong milli",
         with("1000000", "1000001"),
         0,
         1,
         "milliValue: wanted 1000001, got 1000000\n"},
        {"wrong in the last bit",
         with("Float64\":1000", "Float64\":1000.0000000000001"),
         0,
         1,
         "asApproximateFloat64: wanted"},
        {"wrong sign", with("\"sign\":1", "\"sign\":-1"), 0, 1, "sign: wanted -1, got 1\n"},
        {"should be refused", with("true", "false"), 0, 1, "ok: wanted false, got true\n"},
        {"refused with other words",
         R"({"text":"1K","ok":false,"error":"no"})",
         0,
         1,
         "error: wanted \"no\", got \"unable"},
        {"of another kind", "{\"a\":1}\n", 0, 1, "not a case of kind quantity"},
        {"not JSON", "{\n", 0, 1, "not JSON\n"},
        {"no case", "", 0, 0, "0 of 0 match\n"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Tally got = run_on(write("cases.jsonl", c.text));
        EXPECT_EQ(got.matching, c.matching);
        EXPECT_EQ(got.total, c.total);
        EXPECT_EQ(got.all(), c.total > 0 && c.matching == c.total);
        EXPECT_NE(report_.find(c.report), std::string::npos) << report_;
    }
}

TEST_F(ConformanceRunner, WhatIsStoredThoughItShouldHaveBeenRefusedIsTold) {
    std::ostringstream report;
    const std::string file = write(
        "refused.jsonl",
        R"({"id":"1","steps":[{"op":"create","kind":"ResourceQuota","name":"q","object":{"apiVersion":"v1",)"
        R"("kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{"pods":"1"}}},)"
        R"("out":{"code":403,"reason":"Forbidden","message":"no","stored":null}}]})"
    );
    EXPECT_EQ(run(*find_kind("quota"), {file}, report).matching, 0u);
    EXPECT_NE(report.str().find("step 0 "), std::string::npos) << report.str();
    EXPECT_NE(report.str().find("code: wanted 403, got 201"), std::string::npos) << report.str();
    EXPECT_NE(report.str().find("stored: wanted null"), std::string::npos) << report.str();
}

TEST_F(ConformanceRunner, FilesThatCannotBeRead) {
    EXPECT_FALSE(run_on((folder_ / "absent.jsonl.gz").string()).all());
    EXPECT_NE(report_.find("cannot be read to its end"), std::string::npos);

    const std::string path = (folder_ / "cut.jsonl.gz").string();
    gzFile file = gzopen(path.c_str(), "wb");
    ASSERT_NE(file, nullptr);
    for (int i = 0; i < 100; ++i) gzwrite(file, good.data(), static_cast<unsigned>(good.size()));
    gzclose(file);
    EXPECT_EQ(run_on(path).matching, 100u);
    fs::resize_file(path, fs::file_size(path) - 12);
    EXPECT_FALSE(run_on(path).all());
}

TEST_F(ConformanceRunner, ShowsTheFirstTen) {
    std::string text;
    for (int i = 0; i < 25; ++i) text += "{\n";
    EXPECT_EQ(run_on(write("bad.jsonl", text)).total, 25u);
    EXPECT_NE(report_.find(":10: "), std::string::npos);
    EXPECT_EQ(report_.find(":11: "), std::string::npos);
    EXPECT_NE(report_.find("and 15 mismatches more\n0 of 25 match\n"), std::string::npos);
}

}  // namespace
}  // namespace swell::conformance
