#include "sim/trace.hpp"

#include <gtest/gtest.h>

namespace swell::sim {
namespace {

using namespace std::chrono_literals;

TEST(Trace, HoldsEachRateUntilTheNextAndBeginsAgain) {
    const Trace trace({{0s, 1}, {60s, 5}, {120s, 2}});
    EXPECT_EQ(trace.length(), 180s);
    struct Case {
        const char* why;
        Duration at;
        double rate;
        Duration next;
    };
    // clang-format off
    const Case cases[] = {
        {"the first row",              0s,   1, 60s},
        {"just before the second",    59s,   1, 60s},
        {"the second",                60s,   5, 120s},
        {"the last holds for a step", 179s,  2, 180s},
        {"from the beginning",        180s,  1, 240s},
        {"far out",                  1860s,  5, 1920s},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(trace.rate_at(c.at), c.rate);
        EXPECT_EQ(trace.next_change(c.at), c.next);
    }
    EXPECT_EQ(Trace::steady(3).rate_at(1h), 3);
    EXPECT_EQ(Trace::steady(3).next_change(1h), Duration::max());
}

TEST(Trace, ScalesAndShifts) {
    const Trace trace({{0s, 1}, {60s, 5}, {120s, 2}});
    EXPECT_EQ(trace.scaled_to(50).rate_at(60s), 50);
    EXPECT_EQ(trace.scaled_to(50).rate_at(0s), 10);
    const Trace moved = trace.shifted(90s);
    for (const Duration at : {0s, 29s, 30s, 89s, 90s, 150s, 179s}) {
        EXPECT_EQ(moved.rate_at(at), trace.rate_at(at + 90s)) << to_text(at);
    }
    EXPECT_EQ(moved.length(), trace.length());
}

TEST(Trace, Reading) {
    struct Case {
        const char* why;
        std::string text;
        const char* error;  ///< empty: it is read
        std::size_t rows;
        std::string warning;
    };
    // clang-format off
    const Case cases[] = {
        {"plain",                    "time_s,rps\n0,1\n60,2\n", "", 2, ""},
        {"no header, CRLF, blanks",  "\n0, 1\r\n60 ,2.5e1\r\n\n# end\n", "", 2, ""},
        {"another column is none of ours", "0,1,x\n60,2,y\n", "", 2, ""},
        {"a byte order mark",        "\xef\xbb\xbftime_s,rps\n0,1\n", "", 1, ""},
        {"a quoted header, and columns of others", "\"time_s\",\"rps\",\"host\"\n0,1,a\n", "", 1, ""},
        {"a comment before the header", "# of June\ntime_s,rps\n0,1\n", "", 1, ""},
        {"it need not begin at 0",   "3600,1\n3660,2\n", "", 2, ""},
        {"the most",                 "0,1e9\n", "", 1, ""},
        {"a gap",                    "0,1\n60,1\n120,1\n720,4\n", "", 4, "t.csv:4: 9m0s missing; the rate before holds"},
        {"two gaps, of which this is the first", "0,1\n60,1\n120,1\n300,4\n360,1\n600,2\n", "", 6, "t.csv:4: 2m0s missing; the rate before holds"},
        {"columns the other way round", "rps,time_s\n1,0\n", "t.csv:1:1: the header must begin with time_s,rps, got rps,time_s", 0, ""},
        {"a header of something else",  "date,visitors\n0,1\n", "t.csv:1:1: the header must begin with time_s,rps, got date,visitors", 0, ""},
        {"half a header",               "time_s\n0,1\n", "t.csv:1:1: the header must begin with time_s,rps, got time_s", 0, ""},
        {"two headers",                 "time_s,rps\ntime_s,rps\n0,1\n", "t.csv:2:1: time_s: must be a number, got time_s", 0, ""},
        {"a negative time",             "-60,1\n0,1\n", "t.csv:1:1: time_s: must not be negative, got -60", 0, ""},
        {"a time of NaN in the middle", "0,1\nnan,2\n", "t.csv:2:1: time_s: must be finite, got nan", 0, ""},
        {"minus infinite",              "0,-inf\n", "t.csv:1:3: rps: must be finite, got -inf", 0, ""},
        {"blanks alone",                " \n\n\t\n", "t.csv: there are no rows of time_s,rps", 0, ""},
        {"no text at all",           "\x7f""ELF\n", "t.csv:1:5: expected time_s,rps, got one column", 0, ""},
        {"empty",                    "", "t.csv: there are no rows of time_s,rps", 0, ""},
        {"a header alone",           "time_s,rps\n", "t.csv: there are no rows of time_s,rps", 0, ""},
        {"negative",                 "0,1\n60,-2\n", "t.csv:2:4: rps: must not be negative, got -2", 0, ""},
        {"unsorted",                 "0,1\n60,2\n30,3\n", "t.csv:3:1: time_s: must be after the row before (1m0s), got 30s", 0, ""},
        {"twice",                    "0,1\n0,2\n", "t.csv:2:1: time_s: must be after the row before (0s), got 0s", 0, ""},
        {"not a number",             "0,1\n60,NaN\n", "t.csv:2:4: rps: must be finite, got NaN", 0, ""},
        {"infinite",                 "0,inf\n", "t.csv:1:3: rps: must be finite, got inf", 0, ""},
        {"NaN as the first time",    "NaN,1\n", "t.csv:1:1: time_s: must be finite, got NaN", 0, ""},
        {"too much",                 "0,1e10\n", "t.csv:1:3: rps: must be at most 1000000000, got 1e10", 0, ""},
        {"over any double",          "0,1e999\n", "t.csv:1:3: rps: out of range, got 1e999", 0, ""},
        {"a word",                   "0,1\n60,many\n", "t.csv:2:4: rps: must be a number, got many", 0, ""},
        {"nothing",                  "0,1\n60,\n", "t.csv:2:4: rps: must be a number, got nothing", 0, ""},
        {"one column",               "0,1\n60\n", "t.csv:2:3: expected time_s,rps, got one column", 0, ""},
        {"a header in the middle",   "0,1\ntime_s,rps\n", "t.csv:2:1: time_s: must be a number, got time_s", 0, ""},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const auto read = parse_trace(c.text, "t.csv");
        EXPECT_EQ(read ? "" : read.error().what, c.error);
        if (!read) continue;
        EXPECT_EQ(read->trace.rows().size(), c.rows);
        EXPECT_EQ(read->trace.rows().front().at, 0s);
        EXPECT_EQ(read->warnings.empty() ? "" : read->warnings.front(), c.warning);
    }
}

}  // namespace
}  // namespace swell::sim
