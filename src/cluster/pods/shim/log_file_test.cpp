#include "cluster/pods/shim/log_file_io.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace swell::cluster::pods {
namespace {

namespace fs = std::filesystem;

TEST(LogFile, KeepsTheNewestFilesWithinTheirBound) {
    std::string folder = fs::temp_directory_path() / "swell-log-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    {
        LogFile log(folder + "/0.log", {.bytes = 20, .files = 3});
        for (int i = 0; i < 10; ++i)
            log.write("line " + std::to_string(i) + "....\n");  // 11 bytes each
        EXPECT_EQ(*read_file(folder + "/0.log"), "line 9....\n");
        EXPECT_EQ(*read_file(folder + "/0.log.1"), "line 8....\n");
        EXPECT_EQ(*read_file(folder + "/0.log.2"), "line 7....\n");
        EXPECT_FALSE(read_file(folder + "/0.log.3"));
    }
    LogFile again(folder + "/0.log", {.bytes = 20, .files = 3});
    again.write("abc\n");
    EXPECT_EQ(*read_file(folder + "/0.log"), "line 9....\nabc\n");
    fs::remove_all(folder);
}

}  // namespace
}  // namespace swell::cluster::pods
