#include "app/view/backlog.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace swell::app {
namespace {

/// All that a reader gets who takes so many bytes at a time.
std::string read(Backlog& backlog, std::size_t at_once) {
    std::string text;
    while (!backlog.empty()) {
        const auto next = backlog.next().substr(0, at_once);
        text += next;
        backlog.taken(next.size());
    }
    return text;
}

TEST(Backlog, WhatIsReadInTheEnd) {
    struct Case {
        const char* why;
        std::size_t limit;
        std::size_t begun;  // bytes of the first piece taken before the others come
        std::vector<std::string> pieces;
        std::string read;
    };
    // clang-format off
    const Case cases[] = {
        {"nothing",                         10, 0, {},                               ""},
        {"all fits",                        10, 0, {"one\n", "two\n"},               "one\ntwo\n"},
        {"the oldest gives way",            10, 0, {"one\n", "two\n", "six\n"},      "… 1 line not shown\ntwo\nsix\n"},
        {"several",                          5, 0, {"one\n", "two\n", "six\n"},      "… 2 lines not shown\nsix\n"},
        {"a piece counts its lines",         5, 0, {"a\nb\n", "c\n"},                "… 2 lines not shown\nc\n"},
        {"what is begun is ended",           5, 1, {"one\n", "two\n", "six\n"},      "one\n… 1 line not shown\nsix\n"},
        {"the newest is kept, however long", 2, 0, {"one\n", "a long one\n"},        "… 1 line not shown\na long one\n"},
        {"an empty piece is none",          10, 0, {"", "one\n"},                    "one\n"},
    };
    // clang-format on
    for (const Case& c : cases) {
        for (const std::size_t at_once : {1u, 3u, 100u}) {
            SCOPED_TRACE(c.why);
            Backlog backlog(c.limit);
            std::string got;
            for (const auto& piece : c.pieces) {
                backlog.add(piece);
                if (c.begun == 0 || !got.empty()) continue;
                got = backlog.next().substr(0, c.begun);
                backlog.taken(c.begun);
            }
            EXPECT_EQ(got + read(backlog, at_once), c.read);
        }
    }
}

TEST(Backlog, ANoticeThatIsPushedOutIsAddedUp) {
    Backlog backlog(8);
    for (const char* line : {"one\n", "two\n", "six\n"}) backlog.add(line);
    EXPECT_EQ(backlog.next(), "… 1 line not shown\n");  // and the reader takes none of it
    backlog.add("ten\n");
    EXPECT_EQ(read(backlog, 100), "… 2 lines not shown\nsix\nten\n");
}

TEST(Backlog, ClearedIsEmpty) {
    Backlog backlog(5);
    for (const char* line : {"one\n", "two\n", "six\n"}) backlog.add(line);
    backlog.clear();
    EXPECT_TRUE(backlog.empty());
    EXPECT_EQ(backlog.next(), "");
    backlog.add("new\n");
    EXPECT_EQ(read(backlog, 100), "new\n");
}

}  // namespace
}  // namespace swell::app
