#include "http/exchange.hpp"

#include <gtest/gtest.h>

namespace swell::http {
namespace {

using Query = std::map<std::string, std::string>;

struct Case {
    const char* why;
    const char* target;
    const char* path;  // null: refused
    Query query;
};

// clang-format off
const Case cases[] = {
    {"a path alone",                   "/a/b",               "/a/b",     {}},
    {"a query",                        "/a?x=1&y=2",         "/a",       {{"x", "1"}, {"y", "2"}}},
    {"escapes in both",                "/a%20b?q=%26%3D",    "/a b",     {{"q", "&="}}},
    {"plus is a space in a query",     "/a+b?q=a+b",         "/a+b",     {{"q", "a b"}}},
    {"a name without a value",         "/?watch",            "/",        {{"watch", ""}}},
    {"an equals sign in a value",      "/?l=app=tiles",      "/",        {{"l", "app=tiles"}}},
    {"empty pairs are passed over",    "/?&&a=1&",           "/",        {{"a", "1"}}},
    {"the last one wins",              "/?a=1&a=2",          "/",        {{"a", "2"}}},
    {"half an escape",                 "/a%2",               nullptr,    {}},
    {"no hexadecimal",                 "/a?b=%zz",           nullptr,    {}},
    {"a hidden NUL",                   "/a%00",              nullptr,    {}},
};
// clang-format on

TEST(Exchange, ParseTarget) {
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const auto got = parse_target(c.target);
        ASSERT_EQ(got.has_value(), c.path != nullptr);
        if (!got) continue;
        EXPECT_EQ(got->path, c.path);
        EXPECT_EQ(got->query, c.query);
    }
}

TEST(Exchange, EncodingGoesThereAndBack) {
    std::string all;
    for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
    const auto got = parse_target("/?q=" + percent_encode(all));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->value("q"), all);
    EXPECT_EQ(got->value("other"), "");
    EXPECT_EQ(percent_encode("a b/é"), "a%20b%2F%C3%A9");
}

TEST(Exchange, NamesCompareWithoutCase) {
    const HeaderList headers = {{"Content-Type", "a"}, {"content-type", "b"}};
    EXPECT_EQ(find(headers, "CONTENT-TYPE"), "a");
    EXPECT_EQ(find(headers, "Accept"), std::nullopt);
}

}  // namespace
}  // namespace swell::http
