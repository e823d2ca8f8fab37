#include "cluster/pods/probe/redirect.hpp"

#include <gtest/gtest.h>

namespace swell::cluster::pods {
namespace {

TEST(Redirect, Table) {
    struct Case {
        const char* why;
        const char* location;
        std::optional<Redirect> to;
    };
    // Asked for http://127.0.0.1:8080/a/b?c=1
    // clang-format off
    const Case cases[] = {
        {"a path",               "/ok",                       Redirect{"127.0.0.1", 8080, "/ok", false, false}},
        {"beside what was asked", "ok?x=1",                   Redirect{"127.0.0.1", 8080, "/a/ok?x=1", false, false}},
        {"another query",        "?x=1",                      Redirect{"127.0.0.1", 8080, "/a/b?x=1", false, false}},
        {"a fragment",           "/ok#there",                 Redirect{"127.0.0.1", 8080, "/ok", false, false}},
        {"a colon in a query",   "/ok?at=1:2",                Redirect{"127.0.0.1", 8080, "/ok?at=1:2", false, false}},
        {"a URL",                "http://127.0.0.1:9/ok",     Redirect{"127.0.0.1", 9, "/ok", false, true}},
        {"the port of http",     "http://shop.test",          Redirect{"shop.test", 80, "/", false, true}},
        {"the port of https",    "https://shop.test?a",       Redirect{"shop.test", 443, "/?a", true, true}},
        {"of no scheme",         "//shop.test/x",             Redirect{"shop.test", 80, "/x", false, true}},
        {"no port number",       "http://shop.test:99999/",   std::nullopt},
        {"no host",              "http:///x",                 std::nullopt},
        {"another scheme",       "ftp://shop.test/",          std::nullopt},
        {"a mail address",       "mailto:a@b",                std::nullopt},
    };
    // clang-format on
    const http::Request from{.target = "/a/b?c=1", .address = "127.0.0.1:8080"};
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_TRUE(redirect(from, c.location) == c.to);
    }
}

}  // namespace
}  // namespace swell::cluster::pods
