#include "app/cli/terminal_io.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

namespace swell::app {
namespace {

/// Where output goes, and where it is read.
struct Way {
    Fd writing, reading;
};

Way pipe_way() {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    return {Fd(ends[1]), Fd(ends[0])};
}

Way socket_way() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    return {Fd(ends[1]), Fd(ends[0])};
}

Way terminal_way() {
    Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    EXPECT_EQ(::grantpt(*master), 0);
    EXPECT_EQ(::unlockpt(*master), 0);
    char name[64];
    EXPECT_EQ(::ptsname_r(*master, name, sizeof name), 0);
    return {Fd(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)), std::move(master)};
}

/// What can be read without waiting.
std::string read_all(const Fd& from) {
    std::string text;
    pollfd ready{*from, POLLIN, 0};
    while (::poll(&ready, 1, 0) == 1 && (ready.revents & POLLIN) != 0) {
        char some[4096];
        const auto got = ::read(*from, some, sizeof some);
        if (got <= 0) break;
        text.append(some, static_cast<std::size_t>(got));
    }
    return text;
}

/// Flushes and reads until nothing is left.
std::string read_through(Output& out, const Fd& from) {
    std::string text = read_all(from);
    for (int round = 0; !out.idle() && round < 10000; ++round) {
        out.flush();
        text += read_all(from);
    }
    return text + read_all(from);
}

TEST(Output, NeverWaitsForAReaderAndTellsWhatItLeftOut) {
    struct Case {
        const char* why;
        Way (*make)();
    };
    for (const Case& c :
         {Case{"a pipe", pipe_way},
          Case{"a socket, which cannot be opened anew", socket_way},
          Case{"a terminal", terminal_way}}) {
        SCOPED_TRACE(c.why);
        const Way way = c.make();
        Output out(*way.writing);
        std::string line(99, 'x');
        line += '\n';
        for (int i = 0; i < 20000; ++i) out.print(line);  // 2 MB: more than any of them holds
        EXPECT_FALSE(out.idle());
        out.print("the end\n");
        const std::string text = read_through(out, way.reading);
        EXPECT_TRUE(out.idle());
        EXPECT_LT(text.size(), 20000 * line.size());
        EXPECT_NE(text.find(" lines not shown"), std::string::npos);
        EXPECT_NE(text.find("the end"), std::string::npos);
        EXPECT_EQ(::fcntl(*way.writing, F_GETFL) & O_NONBLOCK, 0)
            << "the shell has this descriptor too";
    }
}

TEST(Output, ATerminalStoppedByCtrlSIsNotWaitedFor) {
    const Way way = terminal_way();
    Output out(*way.writing);
    ASSERT_EQ(::tcflow(*way.writing, TCOOFF), 0);
    out.print("one\n");
    EXPECT_FALSE(out.idle());
    EXPECT_EQ(read_all(way.reading), "");
    ASSERT_EQ(::tcflow(*way.writing, TCOON), 0);
    EXPECT_EQ(read_through(out, way.reading), "one\r\n");
}

TEST(Output, AReaderWhoIsGoneIsNoError) {
    ::signal(SIGPIPE, SIG_IGN);
    Way way = pipe_way();
    Output out(*way.writing);
    way.reading.reset();
    out.print("nobody reads this\n");
    EXPECT_TRUE(out.idle());
}

TEST(Output, TheWaitAtTheEndCanBeEnded) {
    const Way way = pipe_way();
    Output out(*way.writing);
    out.print(std::string(200000, 'x'));  // a pipe holds 64 KiB
    ASSERT_FALSE(out.idle());
    const Fd enough(::eventfd(1, EFD_CLOEXEC));  // a signal has come
    out.finish(*enough);
    EXPECT_FALSE(out.idle());
    const Fd never(::eventfd(0, EFD_CLOEXEC));
    std::string text = read_through(out, way.reading);
    out.finish(*never);
    EXPECT_EQ(text.size(), 200000u);
}

TEST(Terminal, LeavesOutFramesThatAreNotTakenAndThenDrawsTheNewest) {
    const Way way = terminal_way();
    Output out(*way.writing);
    Terminal terminal(out);
    terminal.show({"frame 0"});
    read_all(way.reading);
    ASSERT_EQ(::tcflow(*way.writing, TCOOFF), 0);
    for (int i = 1; i <= 1000; ++i) terminal.show({"frame " + std::to_string(i)});
    ASSERT_EQ(::tcflow(*way.writing, TCOON), 0);
    std::string text = read_through(out, way.reading);
    terminal.show({"frame 1001"});
    text += read_through(out, way.reading);
    EXPECT_NE(text.find("frame 1\x1b"), std::string::npos) << "what was begun is ended";
    EXPECT_EQ(text.find("frame 500"), std::string::npos);
    EXPECT_EQ(text.find("not shown"), std::string::npos);
    EXPECT_NE(text.find("frame 1001"), std::string::npos);
}

}  // namespace
}  // namespace swell::app
