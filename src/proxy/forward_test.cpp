#include "proxy/forward.hpp"

#include <gtest/gtest.h>

namespace swell::proxy {
namespace {

std::string forwarded(const std::string& request) {
    http::RequestHead head;
    http::HeadScan scan;
    EXPECT_EQ(http::parse_request(request, head, scan).step, http::Step::done);
    std::string out;
    append_forwarded(out, head, {.client_ip = "10.0.0.9"});
    return out;
}

TEST(ProxyForward, Requests) {
    const std::string via = "X-Forwarded-For: 10.0.0.9\r\nX-Forwarded-Proto: http\r\n";
    struct Case {
        const char* why;
        std::string request;
        std::string expected;
    };
    // clang-format off
    const Case cases[] = {
        {"the least there is", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n" + via + "\r\n"},
        {"HTTP/1.0 becomes 1.1, with a Host", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: \r\n" + via + "\r\n"},
        {"fields of the hop stay behind",
         "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-A\r\nKeep-Alive: 5\r\nX-A: 1\r\nX-B: 2\r\nTE: gzip\r\nProxy-Connection: x\r\n\r\n",
         "GET / HTTP/1.1\r\nHost: a\r\nX-B: 2\r\n" + via + "\r\n"},
        {"Connection cannot take away what the proxy says",
         "POST / HTTP/1.1\r\nHost: a\r\nConnection: Host, Content-Length, X-Forwarded-For\r\nContent-Length: 1\r\n\r\n",
         "POST / HTTP/1.1\r\nHost: a\r\n" + via + "Content-Length: 1\r\n\r\n"},
        {"an Upgrade that nobody asks for", "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n" + via + "\r\n"},
        {"an upgrade", "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
         "GET / HTTP/1.1\r\nHost: a\r\n" + via + "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"},
        {"chunks stay chunks", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
         "POST / HTTP/1.1\r\nHost: a\r\n" + via + "Transfer-Encoding: chunked\r\n\r\n"},
        {"an empty body is told", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
         "POST / HTTP/1.1\r\nHost: a\r\n" + via + "Content-Length: 0\r\n\r\n"},
        {"the chain of proxies grows", "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 2.2.2.2\r\n\r\n",
         "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2, 10.0.0.9\r\n\r\n"},
        {"Expect goes through", "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
         "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n" + via + "Content-Length: 1\r\n\r\n"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(forwarded(c.request), c.expected);
    }
}

TEST(ProxyForward, Responses) {
    struct Case {
        const char* why;
        std::string response;
        bool to_head;
        Reply reply;
        std::string expected;
        BodyMode mode;
    };
    const Reply http11{};
    const Reply http10{.http10 = true};
    const Reply close{.keep_alive = false};
    using enum BodyMode;
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    // clang-format off
    const Case cases[] = {
        {"by length", ok + "Content-Length: 3\r\n\r\n", false, http11, ok + "Content-Length: 3\r\n\r\n", raw},
        {"the endpoint's close is its own", ok + "Connection: close\r\nContent-Length: 3\r\n\r\n", false, http11, ok + "Content-Length: 3\r\n\r\n", raw},
        {"the client's close", ok + "Content-Length: 3\r\n\r\n", false, close, ok + "Content-Length: 3\r\nConnection: close\r\n\r\n", raw},
        {"HTTP/1.0 is told that it stays", ok + "Content-Length: 3\r\n\r\n", false, http10, ok + "Content-Length: 3\r\nConnection: keep-alive\r\n\r\n", raw},
        {"chunked", ok + "Transfer-Encoding: chunked\r\n\r\n", false, http11, ok + "Transfer-Encoding: chunked\r\n\r\n", raw},
        {"chunked for HTTP/1.0", ok + "Transfer-Encoding: chunked\r\n\r\n", false, http10, ok + "Connection: close\r\n\r\n", unchunk},
        {"until close", ok + "\r\n", false, http11, ok + "Transfer-Encoding: chunked\r\n\r\n", chunk},
        {"until close for HTTP/1.0", ok + "\r\n", false, http10, ok + "Connection: close\r\n\r\n", raw},
        {"to HEAD", ok + "Content-Length: 3\r\n\r\n", true, http11, ok + "Content-Length: 3\r\n\r\n", raw},
        {"204 states no length", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", false, http11, "HTTP/1.1 204 No Content\r\n\r\n", raw},
        {"100", "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n", false, http11, "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n", raw},
        {"HTTP/1.0 from the endpoint", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n", false, http11, ok + "Content-Length: 3\r\n\r\n", raw},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        http::ResponseHead head;
        http::HeadScan scan;
        const auto parsed = http::parse_response(c.response, head, scan, {.head = c.to_head});
        ASSERT_EQ(parsed.step, http::Step::done) << parsed.what;
        std::string out;
        append_returned(out, head, c.reply);
        EXPECT_EQ(out, c.expected);
        EXPECT_EQ(body_mode(head, c.reply), c.mode);
    }
}

TEST(ProxyForward, Refusals) {
    std::string out;
    append_refusal(
        out, {.reason = Reason::no_endpoint, .status = 503, .what = "none", .keep_alive = true}
    );
    EXPECT_EQ(
        out,
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "X-Swell-Reason: no-endpoint\r\nContent-Length: 5\r\n\r\nnone\n"
    );
    out.clear();
    append_refusal(
        out, {.reason = Reason::bad_request, .status = 400, .what = "bad", .head = true}
    );
    EXPECT_TRUE(out.ends_with("Content-Length: 4\r\nConnection: close\r\n\r\n"));
}

TEST(ProxyForward, Retries) {
    struct Case {
        const char* why;
        Failure failure;
        bool again;
    };
    // clang-format off
    const Case cases[] = {
        {"nothing went out", {.replayable = true}, true},
        {"nothing went out, but the body's beginning is gone", {.replayable = false}, false},
        {"too many tries", {.replayable = true, .tries = most_tries}, false},
        {"a GET on a connection that was closing", {.written = true, .replayable = true, .idempotent = true, .reused = true, .tries = 3}, true},
        {"a POST on a connection that was closing", {.written = true, .replayable = true, .reused = true}, false},
        {"a GET on a fresh connection", {.written = true, .replayable = true, .idempotent = true}, true},
        {"a GET on a second fresh connection", {.written = true, .replayable = true, .idempotent = true, .tries = 2}, false},
        {"the response had begun", {.response_begun = true, .replayable = true, .idempotent = true}, false},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(may_retry(c.failure), c.again);
    }
}

}  // namespace
}  // namespace swell::proxy
