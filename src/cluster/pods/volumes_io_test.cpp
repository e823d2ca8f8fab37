#include "cluster/pods/volumes_io.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "base/fd_io.hpp"

namespace swell::cluster::pods {
namespace {

namespace fs = std::filesystem;

class VolumesTest : public testing::Test {
  protected:
    VolumesTest() {
        std::string folder = fs::temp_directory_path() / "swell-volumes-XXXXXX";
        folder_ = ::mkdtemp(folder.data());
        pod_.volumes.resize(1);
        pod_.volumes[0].name = "c";
        pod_.volumes[0].config_map.emplace().name = "cm";
    }
    ~VolumesTest() override { fs::remove_all(folder_); }

    Result<std::vector<VolumeFolder>> make() {
        return make_volumes(
            pod_,
            {[this](const std::string& name) { return name == "cm" ? &config_ : nullptr; },
             [](const std::string&) { return nullptr; },
             folder_ + "/volumes",
             ""}
        );
    }
    std::string volume() const { return folder_ + "/volumes/c"; }

    /// `path=text mode` of each file below, sorted; `path/` of each folder that is empty.
    static std::string seen(const std::string& folder) {
        std::set<std::string> lines;
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            const std::string path = entry.path().lexically_relative(folder).string();
            struct stat about{};
            ::stat(entry.path().c_str(), &about);
            if (!entry.is_directory())
                lines.insert(
                    path + "=" + read_file(entry.path()).value_or("?") + " " +
                    ((about.st_mode & 0777) == 0644 ? "0644" : "other")
                );
            else if (fs::is_empty(entry.path()))
                lines.insert(path + "/");
        }
        std::string text;
        for (const auto& line : lines) text += (text.empty() ? "" : "; ") + line;
        return text;
    }

    std::string folder_;
    spec::PodSpec pod_;
    spec::ConfigMap config_;
};

/// What a container that has the folder mounted sees after another look at its sources.
TEST_F(VolumesTest, AFolderThatIsThereIsBroughtUpToDateWithinItself) {
    using Data = std::map<std::string, std::string>;
    struct Case {
        const char* why;
        Data before, after;
        std::string expected;
    };
    const Case cases[] = {
        {"nothing changed", {{"a", "1"}}, {{"a", "1"}}, "a=1 0644"},
        {"another text", {{"a", "1"}}, {{"a", "2"}}, "a=2 0644"},
        {"a key more", {{"a", "1"}}, {{"a", "1"}, {"b", "2"}}, "a=1 0644; b=2 0644"},
        {"a key less", {{"a", "1"}, {"b", "2"}}, {{"b", "2"}}, "b=2 0644"},
        {"none left", {{"a", "1"}}, {}, ""},
        {"an empty text", {{"a", "1"}}, {{"a", ""}}, "a= 0644"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        fs::remove_all(folder_ + "/volumes");
        config_.data = c.before;
        ASSERT_TRUE(make().has_value());
        const Fd held(::open(volume().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        ASSERT_TRUE(held);
        const std::string through = "/proc/self/fd/" + std::to_string(*held);
        config_.data = c.after;
        ASSERT_TRUE(make().has_value());
        EXPECT_EQ(seen(through + "/"), c.expected);
        EXPECT_EQ(seen(volume()), c.expected);
    }
}

TEST_F(VolumesTest, WhatIsTheSameIsNotWrittenAgain) {
    config_.data = {{"a", "1"}, {"b", "1"}};
    ASSERT_TRUE(make().has_value());
    struct stat before{}, same{}, other{};
    ASSERT_EQ(::stat((volume() + "/a").c_str(), &before), 0);
    const Fd open(::open((volume() + "/b").c_str(), O_RDONLY | O_CLOEXEC));
    config_.data["b"] = "2";
    ASSERT_TRUE(make().has_value());
    ASSERT_EQ(::stat((volume() + "/a").c_str(), &same), 0);
    EXPECT_EQ(before.st_ino, same.st_ino);
    // Replaced, not written over: who has it open reads the old one to its end.
    ASSERT_EQ(::stat((volume() + "/b").c_str(), &other), 0);
    struct stat held{};
    ASSERT_EQ(::fstat(*open, &held), 0);
    EXPECT_NE(held.st_ino, other.st_ino);
}

TEST_F(VolumesTest, FoldersOfItemsGoWithTheirLastFile) {
    auto& wanted = *pod_.volumes[0].config_map;
    wanted.optional = true;
    wanted.items.resize(2);
    wanted.items[0].key = "a";
    wanted.items[0].path = "x/y/a";
    wanted.items[1].key = "b";
    wanted.items[1].path = "x/b";
    config_.data = {{"a", "1"}, {"b", "2"}};
    ASSERT_TRUE(make().has_value());
    EXPECT_EQ(seen(volume()), "x/b=2 0644; x/y/a=1 0644");
    config_.data.erase("a");
    ASSERT_TRUE(make().has_value());
    EXPECT_EQ(seen(volume()), "x/b=2 0644");
    wanted.default_mode = 0600;
    ASSERT_TRUE(make().has_value());
    EXPECT_EQ(seen(volume()), "x/b=2 other");
}

TEST_F(VolumesTest, ASourceThatIsGoneTakesNothingAway) {
    config_.data = {{"a", "1"}};
    ASSERT_TRUE(make().has_value());
    pod_.volumes[0].config_map->name = "gone";
    const auto made = make();
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().what, "volume \"c\": configmap \"gone\" not found");
    EXPECT_EQ(seen(volume()), "a=1 0644");
}

}  // namespace
}  // namespace swell::cluster::pods
