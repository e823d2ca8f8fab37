#include "base/time.hpp"

#include <gtest/gtest.h>

namespace swell {
namespace {

using namespace std::chrono_literals;

constexpr Instant moment{1'795'521'600s};  // 2026-11-24T12:00:00Z

TEST(Time, PrintsRfc3339) {
    struct Case {
        const char* why;
        Instant at;
        const char* text;
        const char* seconds;
    };
    const Case cases[] = {
        {"zero", Instant{}, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
        {"whole", moment, "2026-11-24T12:00:00Z", "2026-11-24T12:00:00Z"},
        {"milli", moment + 250ms, "2026-11-24T12:00:00.250Z", "2026-11-24T12:00:00Z"},
        {"micro", moment + 20us, "2026-11-24T12:00:00.000020Z", "2026-11-24T12:00:00Z"},
        {"nano", moment + 7ns, "2026-11-24T12:00:00.000000007Z", "2026-11-24T12:00:00Z"},
        {"before 1970", Instant{-1ms}, "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59Z"},
        {"leap day", Instant{951'782'400s}, "2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"},
        {"the last",
         Instant{Duration::max()},
         "2262-04-11T23:47:16.854775807Z",
         "2262-04-11T23:47:16Z"},
        {"the first",
         Instant{Duration::min()},
         "1677-09-21T00:12:43.145224192Z",
         "1677-09-21T00:12:43Z"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(to_rfc3339(c.at), c.text);
        EXPECT_EQ(to_rfc3339_seconds(c.at), c.seconds);
    }
}

TEST(Time, ReadsRfc3339) {
    struct Case {
        const char* text;
        Instant at;
    };
    const Case cases[] = {
        {"2026-11-24T12:00:00Z", moment},
        {"2026-11-24T12:00:00.25Z", moment + 250ms},
        {"2026-11-24T12:00:00.000000007Z", moment + 7ns},
        {"2026-11-24T14:30:00+02:30", moment},
        {"2026-11-24T04:00:00-08:00", moment},
        {"1969-12-31T23:59:59.999Z", Instant{-1ms}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.text);
        const auto got = parse_rfc3339(c.text);
        ASSERT_TRUE(got) << got.error().what;
        EXPECT_EQ(*got, c.at);
    }
    const char* const wrong[] = {
        "",
        "2026-11-24",
        "2026-11-24 12:00:00Z",
        "2026-11-24T12:00:00",
        "2026-13-24T12:00:00Z",
        "2026-02-29T12:00:00Z",
        "2026-11-24T24:00:00Z",
        "2026-11-24T12:60:00Z",
        "2026-11-24T12:00:60Z",
        "2026-11-24T12:00:00.Z",
        "2026-11-24T12:00:00.0000000001Z",
        "2026-11-24T12:00:00+0200",
        "2026-11-24T12:00:00Zx",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    };
    for (const char* text : wrong) {
        const auto got = parse_rfc3339(text);
        ASSERT_FALSE(got) << text;
        EXPECT_EQ(got.error().code, Code::invalid);
        EXPECT_NE(got.error().what.find("\"" + std::string(text) + "\""), std::string::npos);
    }
}

TEST(Time, ReadsAndPrintsDurations) {
    struct Case {
        const char* text;
        Duration duration;
        const char* printed;
    };
    const Case cases[] = {
        {"0", 0s, "0s"},
        {"0s", 0s, "0s"},
        {"300ms", 300ms, "300ms"},
        {"1.5h", 90min, "1h30m0s"},
        {"1h", 1h, "1h0m0s"},
        {"1m30s", 90s, "1m30s"},
        {"-1m30s", -90s, "-1m30s"},
        {"+5s", 5s, "5s"},
        {".5s", 500ms, "500ms"},
        {"1.s", 1s, "1s"},
        {"1500us", 1500us, "1.5ms"},
        {"1500\u00b5s", 1500us, "1.5ms"},
        {"1500\u03bcs", 1500us, "1.5ms"},
        {"1500ns", 1500ns, "1.5\u00b5s"},
        {"7ns", 7ns, "7ns"},
        {"1.000000001s", 1'000'000'001ns, "1.000000001s"},
        {"1.00000000000000000000000000001s", 1s, "1s"},
        {"100h", 100h, "100h0m0s"},
        {"9223372036854775807ns", Duration::max(), "2562047h47m16.854775807s"},
        {"-9223372036854775808ns", Duration::min(), "-2562047h47m16.854775808s"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.text);
        const auto got = parse_duration(c.text);
        ASSERT_TRUE(got) << got.error().what;
        EXPECT_EQ(*got, c.duration);
        EXPECT_EQ(to_text(*got), c.printed);
    }
    struct Wrong {
        const char* text;
        const char* what;
    };
    const Wrong wrong[] = {
        {"", "invalid duration \"\""},
        {"-", "invalid duration \"-\""},
        {"x", "invalid duration \"x\""},
        {".s", "invalid duration \".s\""},
        {"5", "missing unit in duration \"5\""},
        {"1m5", "missing unit in duration \"1m5\""},
        {"5d", "unknown unit in duration \"5d\""},
        {"5 s", "unknown unit in duration \"5 s\""},
        {"9223372036854775808ns", "out of range: duration \"9223372036854775808ns\""},
        {"99999999999999999999s", "invalid duration \"99999999999999999999s\""},
        {"3000000h", "out of range: duration \"3000000h\""},
        {"2562047h60m", "out of range: duration \"2562047h60m\""},
    };
    for (const Wrong& c : wrong) {
        const auto got = parse_duration(c.text);
        ASSERT_FALSE(got) << c.text;
        EXPECT_EQ(got.error(), (Error{Code::invalid, c.what}));
    }
}

TEST(Time, Ages) {
    struct Case {
        Duration duration;
        const char* text;
    };
    const Case cases[] = {
        {-2s, "<invalid>"},
        {-1s, "0s"},
        {0s, "0s"},
        {45s, "45s"},
        {119s, "119s"},
        {120s, "2m"},
        {200s, "3m20s"},
        {9min + 59s, "9m59s"},
        {10min + 5s, "10m"},
        {179min, "179m"},
        {3h, "3h"},
        {7h + 5min, "7h5m"},
        {8h + 5min, "8h"},
        {47h, "47h"},
        {48h, "2d"},
        {50h, "2d2h"},
        {24h * 8 + 3h, "8d"},
        {24h * 729, "729d"},
        {24h * 730, "2y"},
        {24h * 800, "2y70d"},
        {24h * 365 * 9 + 24h, "9y"},
    };
    for (const Case& c : cases) EXPECT_EQ(to_age(c.duration), c.text);
}

}  // namespace
}  // namespace swell
