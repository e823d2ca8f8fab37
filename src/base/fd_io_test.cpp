#include "base/fd_io.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

namespace swell {
namespace {

namespace fs = std::filesystem;

class Files : public ::testing::Test {
  protected:
    Files() {
        std::string name = (fs::temp_directory_path() / "fd_io.XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~Files() override { fs::remove_all(folder_); }
    std::string path(const char* name) const { return folder_ / name; }

    fs::path folder_;
};

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

TEST(Fd, ClosesOnceAndMoves) {
    int pipe[2];
    ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    Fd read(pipe[0]);
    {
        Fd write(pipe[1]);
        Fd moved = std::move(write);
        EXPECT_FALSE(write);
        EXPECT_EQ(*moved, pipe[1]);
        EXPECT_TRUE(is_open(pipe[1]));
    }
    EXPECT_FALSE(is_open(pipe[1]));
    const int released = read.release();
    EXPECT_FALSE(read);
    EXPECT_TRUE(is_open(released));
    read = Fd(released);
    read.reset();
    EXPECT_FALSE(is_open(released));
}

TEST(Errno, Codes) {
    struct Case {
        int error;
        Code code;
    };
    const Case cases[] = {
        {ENOENT, Code::not_found},
        {ENOTDIR, Code::not_found},
        {EEXIST, Code::exists},
        {ETIMEDOUT, Code::timeout},
        {ECONNREFUSED, Code::unavailable},
        {ENOSPC, Code::unavailable},
    };
    for (const Case& c : cases) {
        errno = c.error;
        EXPECT_EQ(errno_error("x").code, c.code);
    }
    errno = ENOENT;
    EXPECT_EQ(errno_error("a/b").what, "a/b: No such file or directory");
}

TEST_F(Files, WritesAndReadsWhole) {
    const std::string text(200'000, 'x');
    ASSERT_TRUE(write_file(path("a"), "old", 0644));
    ASSERT_TRUE(write_file(path("a"), text));
    const auto got = read_file(path("a"));
    ASSERT_TRUE(got) << got.error().what;
    EXPECT_EQ(*got, text);
    struct stat status{};
    ASSERT_EQ(::stat(path("a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0600u);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1)
        << "no temporary file stays";
    ASSERT_TRUE(write_file(path("empty"), ""));
    EXPECT_EQ(*read_file(path("empty")), "");
}

TEST_F(Files, WriteLeavesTheOldFileWhenItFails) {
    ASSERT_TRUE(fs::create_directory(path("d")));
    const auto got = write_file(path("d"), "text");
    ASSERT_FALSE(got);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
    EXPECT_EQ(write_file(path("none/a"), "x").error().code, Code::not_found);
}

TEST_F(Files, RefusesToRead) {
    ASSERT_TRUE(write_file(path("a"), "12345"));
    EXPECT_EQ(*read_file(path("a"), 5), "12345");
    EXPECT_EQ(
        read_file(path("a"), 4).error(),
        (Error{Code::invalid, path("a") + ": file of 5 bytes is larger than the limit of 4 bytes"})
    );
    EXPECT_EQ(read_file(path("none")).error().code, Code::not_found);
    EXPECT_EQ(
        read_file(folder_).error(), (Error{Code::invalid, folder_.string() + ": is a directory"})
    );
    // A file that does not tell its size is bounded while it is read.
    EXPECT_EQ(
        read_file("/dev/zero", 1000).error(),
        (Error{Code::invalid, "/dev/zero: file is larger than the limit of 1000 bytes"})
    );
}

TEST_F(Files, ReadsFilesThatSayTheyAreEmpty) {
    const auto got = read_file("/proc/self/status");
    ASSERT_TRUE(got);
    EXPECT_TRUE(got->starts_with("Name:"));
}

}  // namespace
}  // namespace swell
