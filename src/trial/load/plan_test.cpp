#include "trial/load/plan.hpp"

#include <gtest/gtest.h>

namespace swell::trial {
namespace {

using namespace std::chrono_literals;

spec::LoadTestSpec tiles() {
    spec::LoadTestSpec spec;
    spec.target.service = "tiles";
    spec.stages = {{"10s", 100}, {"1m", 100}};
    return spec;
}

std::string bytes(const Template& request, std::uint64_t number) {
    std::string out;
    request.append(out, number);
    return out;
}

TEST(Plan, DefaultsToOneGet) {
    const auto plan = make_plan(tiles(), "127.0.0.1:8080");
    ASSERT_TRUE(plan) << plan.error().what;
    EXPECT_EQ(plan->address, "127.0.0.1:8080");
    ASSERT_EQ(plan->requests.size(), 1u);
    EXPECT_EQ(bytes(plan->requests[0], 7), "GET / HTTP/1.1\r\nHost: tiles\r\n\r\n");
    ASSERT_EQ(plan->stages.size(), 2u);
    EXPECT_EQ(plan->stages[1].duration, 1min);
    EXPECT_EQ(plan->timeout, 10s);
}

TEST(Plan, NumbersGoIntoThePath) {
    auto spec = tiles();
    spec.requests.resize(2);
    spec.requests[0].path = "/tile/{n}/{n}.png";
    spec.requests[1].method = "POST";
    spec.requests[1].body = "{n}";
    spec.requests[1].headers = {{"X-A", "b"}};
    const auto plan = make_plan(spec, "127.0.0.1:8080");
    ASSERT_TRUE(plan) << plan.error().what;
    EXPECT_EQ(bytes(plan->requests[0], 12), "GET /tile/12/12.png HTTP/1.1\r\nHost: tiles\r\n\r\n");
    EXPECT_EQ(
        bytes(plan->requests[1], 12),
        "POST / HTTP/1.1\r\nHost: tiles\r\nX-A: b\r\nContent-Length: 3\r\n\r\n{n}"
    );
    EXPECT_TRUE(plan->requests[0].idempotent);
    EXPECT_FALSE(plan->requests[1].idempotent);
}

struct Url {
    const char* url;
    const char* address;  // null: refused
    const char* line;
};

// clang-format off
const Url urls[] = {
    {"http://127.0.0.1:8080",         "127.0.0.1:8080", "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080"},
    {"http://127.0.0.1:8080/base/",   "127.0.0.1:8080", "GET /base/ HTTP/1.1\r\nHost: 127.0.0.1:8080"},
    {"http://localhost:81",           "127.0.0.1:81",   "GET / HTTP/1.1\r\nHost: localhost:81"},
    {"http://127.0.0.1",              "127.0.0.1:80",   "GET / HTTP/1.1\r\nHost: 127.0.0.1:80"},
    {"http://[::1]",                  "[::1]:80",       "GET / HTTP/1.1\r\nHost: [::1]:80"},
    {"https://127.0.0.1",             nullptr,          ""},
    {"http:///x",                     nullptr,          ""},
};
// clang-format on

TEST(Plan, Urls) {
    for (const Url& c : urls) {
        SCOPED_TRACE(c.url);
        auto spec = tiles();
        spec.target = {.url = c.url};
        const auto plan = make_plan(spec, "");
        ASSERT_EQ(plan.has_value(), c.address != nullptr);
        if (!plan) continue;
        EXPECT_EQ(plan->address, c.address);
        EXPECT_TRUE(bytes(plan->requests[0], 0).starts_with(c.line)) << bytes(plan->requests[0], 0);
    }
}

struct Bad {
    const char* field;
    void (*spoil)(spec::LoadTestSpec&);
};

// clang-format off
const Bad bad[] = {
    {"spec.stages[1].duration", [](spec::LoadTestSpec& s) { s.stages[1].duration = "soon"; }},
    {"spec.stages[0].rate",     [](spec::LoadTestSpec& s) { s.stages[0].rate = -1; }},
    {"spec.startRate",          [](spec::LoadTestSpec& s) { s.start_rate = -1; }},
    {"spec.timeout",            [](spec::LoadTestSpec& s) { s.timeout = "0s"; }},
    {"spec.timeout",            [](spec::LoadTestSpec& s) { s.timeout = "1000000h"; }},
    {"spec.requests[0]",        [](spec::LoadTestSpec& s) { s.requests = {{.path = "/a b"}}; }},
    {"spec.requests[0].headers", [](spec::LoadTestSpec& s) { s.requests = {{.headers = {{"A", "\n"}}}}; }},
};
// clang-format on

TEST(Plan, BadFieldsAreNamed) {
    for (const Bad& c : bad) {
        SCOPED_TRACE(c.field);
        auto spec = tiles();
        c.spoil(spec);
        const auto plan = make_plan(spec, "127.0.0.1:1");
        ASSERT_FALSE(plan);
        EXPECT_TRUE(plan.error().what.starts_with(c.field)) << plan.error().what;
    }
}

}  // namespace
}  // namespace swell::trial
