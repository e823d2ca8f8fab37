#include "spec/read_io.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/fd_io.hpp"

namespace swell::spec {
namespace {

using ::testing::ElementsAre;

class ReadPaths : public ::testing::Test {
  protected:
    ReadPaths() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "swell-spec-XXXXXX").string();
        CHECK(::mkdtemp(pattern.data()) != nullptr);
        folder_ = pattern;
    }
    ~ReadPaths() override { std::filesystem::remove_all(folder_); }

    std::string write(const std::string& name, std::string_view text) {
        const std::string path = folder_ + "/" + name;
        CHECK(write_file(path, text).has_value());
        return path;
    }

    /// What is found, without the folder's own name in it.
    std::vector<std::string> findings(const Manifests& read) const {
        std::vector<std::string> texts;
        for (const Finding& finding : read.findings) {
            std::string text = finding.text();
            for (std::size_t at; (at = text.find(folder_ + "/")) != std::string::npos;)
                text.erase(at, folder_.size() + 1);
            texts.push_back(text);
        }
        return texts;
    }

    static std::string map(const std::string& name) {
        return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\n";
    }

    std::string folder_;
};

TEST_F(ReadPaths, FoldersAreReadInOrderAndNotDeeper) {
    write("b.yml", map("b"));
    write("a.yaml", map("a"));
    write("c.json", R"({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}})");
    write("d.txt", "not ours");
    std::filesystem::create_directory(folder_ + "/deeper.yaml");
    const Manifests read = read_paths({folder_});
    EXPECT_THAT(findings(read), ElementsAre());
    std::vector<std::string> names;
    for (const auto& source : read.objects) names.push_back(source.object.metadata().name);
    EXPECT_THAT(names, ElementsAre("a", "b", "c"));
    EXPECT_EQ(read.objects[0].file, folder_ + "/a.yaml");
}

TEST_F(ReadPaths, EveryProblemOfEveryFile) {
    const std::string a = write("a.yaml", map("x") + "dat: {}\n");
    const std::string b = write("b.yaml", "kind: [\n");
    const std::string c = write("c.yaml", map("x"));
    const std::string d = write("d.yaml", map("x"));
    const Manifests read = read_paths({a, b, folder_ + "/missing.yaml", c, d});
    EXPECT_FALSE(read.ok());
    const auto found = findings(read);
    ASSERT_EQ(found.size(), 4u);
    EXPECT_EQ(found[0], "a.yaml:4:1: dat: unknown field \"dat\": did you mean \"data\"?");
    EXPECT_THAT(found[1], ::testing::StartsWith("b.yaml:2:1: "));
    EXPECT_EQ(found[2], "missing.yaml: No such file or directory");
    EXPECT_EQ(found[3], "d.yaml:1:1: metadata.name: configmap/x is already defined in c.yaml");
}

TEST_F(ReadPaths, AFolderWithoutManifests) {
    write("d.txt", "not ours");
    const Manifests read = read_paths({folder_});
    ASSERT_EQ(read.findings.size(), 1u);
    EXPECT_EQ(read.findings[0].text(), folder_ + ": no *.yaml, *.yml or *.json in this folder");
}

TEST_F(ReadPaths, WhatIsTooMuchIsRefusedBeforeItIsRead) {
    const std::string huge = write("huge.yaml", "");
    std::filesystem::resize_file(huge, 100u << 20);  // a hole: 100 MB that take no disk
    EXPECT_THAT(
        findings(read_paths({huge})),
        ElementsAre("huge.yaml: file of 100 MiB is larger than the limit of 16 MiB")
    );
    // A pipe or device has no size to see before.
    const Manifests endless = read_paths({"/dev/zero"});
    ASSERT_EQ(endless.findings.size(), 1u);
    EXPECT_EQ(endless.findings[0].text(), "/dev/zero: file is larger than the limit of 16 MiB");
}

TEST_F(ReadPaths, HostileTexts) {
    std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
    for (char c = 'b'; c <= 'i'; ++c) {
        const std::string alias = std::string("*") + static_cast<char>(c - 1);
        bomb += std::string(1, c) + ": &" + c + " [" + alias;
        for (int i = 0; i < 9; ++i) bomb += ", " + alias;
        bomb += "]\n";
    }
    write("bomb.yaml", bomb);
    write("deep.yaml", "a: " + std::string(100'000, '['));
    write("latin1.yaml", map("x") + "data: {a: \"caf\xe9\"}\n");
    const auto found = findings(read_paths({folder_}));
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(
        found[0], "bomb.yaml:6:36: more than the limit of 1000000 values once aliases are expanded"
    );
    EXPECT_EQ(found[1], "deep.yaml:1:67: nested deeper than the limit of 64 levels");
    EXPECT_EQ(found[2], "latin1.yaml:4:15: invalid UTF-8: byte 0xe9");
}

}  // namespace
}  // namespace swell::spec
