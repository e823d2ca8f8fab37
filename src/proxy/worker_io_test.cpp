#include "proxy/worker_io.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <optional>

#include "proxy/peers_io.hpp"

namespace swell::proxy {
namespace {

using peers::Backend;
using peers::Conn;
using peers::ok;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::chrono_literals;

const ServiceKey shop{"default", "shop", "http"};

/// A worker with one service, `shop`, on a port of its own.
class ProxyWorker : public ::testing::Test {
  protected:
    void start(std::vector<Endpoint> endpoints, Bounds bounds = {}, std::int64_t wait_ms = 0) {
        worker.emplace(loop, bounds, 1);
        worker->on_drained([this](const std::string& id) { drained.push_back(id); });
        wait = wait_ms;
        serve(std::move(endpoints));
    }
    void serve(std::vector<Endpoint> endpoints) {
        const Snapshot snapshot{
            .version = ++version,
            .services =
                {{.key = shop,
                  .listen = {{"127.0.0.1", 0}},
                  .endpoints = std::move(endpoints),
                  .wait_ms = wait}},
        };
        const Applied applied = worker->apply(snapshot);
        ASSERT_EQ(applied.listeners.size(), 1u);
        ASSERT_EQ(applied.listeners[0].error, "");
        port = applied.listeners[0].address.port;
    }
    std::unique_ptr<Conn> client() { return peers::client(loop, port); }
    template <class Done>
    void until(Done done) {
        peers::turn_until(loop, done);
    }
    /// Sends `bytes` on a new connection and waits for `answer` to be in what comes back.
    std::string exchange(std::string_view bytes, std::string_view answer) {
        auto conn = client();
        conn->send(bytes);
        until([&] { return conn->ended || conn->in.find(answer) != std::string::npos; });
        return conn->in;
    }
    Counts counts() const { return worker->stats().services.at(0).counts; }

    Loop loop;
    std::optional<Worker> worker;
    std::vector<std::string> drained;
    std::uint16_t port = 0;
    std::int64_t version = 0;
    std::int64_t wait = 0;
};

const std::string get = "GET /a?b HTTP/1.1\r\nHost: shop\r\n\r\n";

TEST_F(ProxyWorker, KeepsBothSidesOpen) {
    Backend backend(loop, "hello");
    start({backend.endpoint("one")});
    auto conn = client();
    for (int i = 1; i <= 5; ++i) {
        conn->in.clear();
        conn->send(get);
        until([&] { return conn->in.ends_with("hello"); });
        EXPECT_THAT(conn->in, StartsWith("HTTP/1.1 200 OK\r\n"));
    }
    EXPECT_EQ(backend.requests, 5);
    EXPECT_EQ(backend.conns.size(), 1u);
    EXPECT_EQ(counts().requests(), 5u);
    EXPECT_EQ(counts().in_flight, 0u);
    EXPECT_EQ(counts().latency.count(), 5);
}

TEST_F(ProxyWorker, RewritesHeads) {
    std::string seen;
    Backend backend(loop, [&seen](Conn& conn, const std::string& request) {
        seen = request;
        conn.send(
            "HTTP/1.1 201 Made\r\nConnection: X-Hop\r\nX-Hop: 1\r\nX-End: 2\r\nKeep-Alive: "
            "timeout=5\r\n"
            "Content-Length: 2\r\n\r\nok"
        );
    });
    start({backend.endpoint("one")});
    const std::string answer = exchange(
        "POST http://other/p HTTP/1.1\r\nHost: shop\r\nConnection: X-Mine, keep-alive\r\nX-Mine: "
        "1\r\n"
        "X-Kept: 2\r\nTE: trailers\r\nX-Forwarded-For: 10.0.0.1\r\nContent-Length: 3\r\n\r\nabc",
        "\r\n\r\nok"
    );
    EXPECT_EQ(
        seen,
        "POST /p HTTP/1.1\r\nHost: other\r\nX-Kept: 2\r\nX-Forwarded-For: 10.0.0.1, 127.0.0.1\r\n"
        "X-Forwarded-Proto: http\r\nContent-Length: 3\r\n\r\nabc"
    );
    EXPECT_EQ(answer, "HTTP/1.1 201 Made\r\nX-End: 2\r\nContent-Length: 2\r\n\r\nok");
}

TEST_F(ProxyWorker, AnswersPipelinedRequestsInOrder) {
    Backend backend(loop, [](Conn& conn, const std::string& request) {
        conn.send(ok(request.substr(4, 3)));
    });
    start({backend.endpoint("one"), backend.endpoint("two")});
    auto conn = client();
    std::string all;
    std::string expected;
    for (int i = 100; i < 200; ++i) {
        all += "GET /" + std::to_string(i).substr(1) + " HTTP/1.1\r\nHost: a\r\n\r\n";
        expected += ok("/" + std::to_string(i).substr(1));
    }
    conn->send(all);
    until([&] { return conn->in.size() >= expected.size(); });
    EXPECT_EQ(conn->in, expected);
}

TEST_F(ProxyWorker, StreamsBodiesBothWays) {
    // 3 MB, far more than any buffer, back as it came: by length and in chunks.
    Backend backend(loop, [](Conn& conn, const std::string& request) {
        const std::string body = request.substr(request.find("\r\n\r\n") + 4);
        const bool chunked = request.find("chunked") != std::string::npos;
        conn.send(
            chunked ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body : ok(body)
        );
    });
    start({backend.endpoint("one")});
    const std::string data(1'000'000, 'x');
    std::string chunks;
    for (int i = 0; i < 3; ++i) http::append_chunk(chunks, data);
    chunks += http::last_chunk;
    auto conn = client();
    conn->send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    until([&] { return conn->in.size() >= head.size() + chunks.size(); });
    EXPECT_TRUE(conn->in == head + chunks);
    conn->in.clear();
    conn->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + data);
    until([&] { return conn->in.size() >= data.size() && conn->in.ends_with("xxx"); });
    EXPECT_TRUE(conn->in == ok(data));
    EXPECT_EQ(counts().requests(), 2u);
}

TEST_F(ProxyWorker, ASlowClientHoldsTheEndpointBack) {
    // 64 MB for a client that does not read: the proxy must not take it all.
    const std::string body(64u << 20, 'x');
    Backend backend(loop, body);
    start({backend.endpoint("one")});
    auto conn = client();
    conn->send(get);
    until([&] { return !conn->in.empty(); });
    conn->pause();
    std::size_t before = 0;
    until([&] {
        const std::size_t unsent = backend.conns.front().unsent();
        return std::exchange(before, unsent) == unsent && unsent > 0;
    });
    EXPECT_GT(backend.conns.front().unsent(), 32u << 20);
    conn->go_on();
    until([&] { return conn->in.size() >= body.size() + ok("").size(); });
    EXPECT_EQ(counts().requests(), 1u);
}

TEST_F(ProxyWorker, BodiesThatEndByClosing) {
    Backend backend(loop, [](Conn& conn, const std::string&) {
        conn.send("HTTP/1.1 200 OK\r\n\r\nhello");
        conn.close();
    });
    start({backend.endpoint("one")});
    EXPECT_EQ(
        exchange(get, "0\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    );
    const std::string old = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    EXPECT_EQ(exchange(old, "nothing"), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello");
}

TEST_F(ProxyWorker, Http10GetsNoChunks) {
    Backend backend(loop, [](Conn& conn, const std::string&) {
        conn.send(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"
        );
    });
    start({backend.endpoint("one")});
    const std::string old = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    EXPECT_EQ(exchange(old, "nothing"), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello!");
}

TEST_F(ProxyWorker, HeadAndNotModifiedHaveNoBody) {
    Backend backend(loop, [](Conn& conn, const std::string& request) {
        const bool head = request.starts_with("HEAD");
        conn.send(
            head ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
                 : "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"
        );
    });
    start({backend.endpoint("one")});
    auto conn = client();
    conn->send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const std::string expected =
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n";
    until([&] { return conn->in.size() >= expected.size(); });
    EXPECT_EQ(conn->in, expected);
    EXPECT_EQ(backend.conns.size(), 1u);
}

TEST_F(ProxyWorker, PassesOnContinue) {
    Backend backend(loop, [](Conn& conn, const std::string&) {
        conn.send("HTTP/1.1 100 Continue\r\n\r\n");
        conn.on_in = [](Conn& self) {
            if (self.in == "abc") self.send(ok("done"));
        };
    });
    start({backend.endpoint("one")});
    auto conn = client();
    conn->send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    until([&] { return conn->in == "HTTP/1.1 100 Continue\r\n\r\n"; });
    conn->send("abc");
    until([&] { return conn->in.ends_with("done"); });
}

TEST_F(ProxyWorker, TunnelsWebSockets) {
    Backend backend(loop, [](Conn& conn, const std::string& request) {
        EXPECT_THAT(
            request,
            AllOf(HasSubstr("Connection: upgrade\r\n"), HasSubstr("Upgrade: websocket\r\n"))
        );
        conn.send(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
            "websocket\r\n\r\nhi"
        );
        conn.on_in = [](Conn& self) { self.send(std::exchange(self.in, "")); };
    });
    start({backend.endpoint("one")});
    auto conn = client();
    conn->send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    until([&] { return conn->in.ends_with("\r\n\r\nhi"); });
    EXPECT_THAT(
        conn->in,
        StartsWith(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
        )
    );
    conn->in.clear();
    const std::string frames(1'000'000, '\x81');
    conn->send(frames);
    until([&] { return conn->in.size() >= frames.size(); });
    EXPECT_TRUE(conn->in == frames);
    EXPECT_EQ(counts().in_flight, 1u);
    backend.conns.front().close();
    until([&] { return conn->ended; });
    EXPECT_EQ(counts().in_flight, 0u);
    EXPECT_EQ(counts().codes, (decltype(Counts::codes){{101, 1}}));
}

TEST_F(ProxyWorker, WhatAnEndpointDoesWrong) {
    struct Case {
        const char* why;
        Backend::Answer answer;
        std::string request;
        const char* starts_with;
        const char* reason;  // in the errors; null: none
        int times;           // the endpoint is asked
    };
    const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";
    const auto closes = [](Conn& conn, const std::string&) { conn.close(); };
    const auto resets = [](Conn& conn, const std::string&) { conn.reset(); };
    const auto says = [](std::string bytes) {
        return [bytes](Conn& conn, const std::string&) {
            conn.send(bytes);
            conn.close();
        };
    };
    const std::string cut = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel";
    const std::string bad_chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
    const std::string two_lengths =
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab";
    // clang-format off
    const Case cases[] = {
        {"closes: a GET is tried once more", closes, get, "HTTP/1.1 502 ", "upstream-closed", 2},
        {"closes: a POST is not", closes, post, "HTTP/1.1 502 ", "upstream-closed", 1},
        {"resets", resets, get, "HTTP/1.1 502 ", "upstream-closed", 2},
        {"garbage", says("hello\r\n\r\n"), get, "HTTP/1.1 502 ", "bad-response", 1},
        {"half a head", says("HTTP/1.1 200 OK\r\nContent"), get, "HTTP/1.1 502 ", "upstream-closed", 1},
        {"two lengths", says(two_lengths), get, "HTTP/1.1 502 ", "bad-response", 1},
        {"cut inside the body", says(cut), get, "HTTP/1.1 200 ", "response-cut", 1},
        {"a bad chunk", says(bad_chunk), get, "HTTP/1.1 200 ", "response-cut", 1},
        {"101 unasked", says("HTTP/1.1 101 X\r\nUpgrade: y\r\n\r\n"), get, "HTTP/1.1 502 ", "bad-response", 1},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        worker.reset();
        Backend backend(loop, c.answer);
        start({backend.endpoint("one"), backend.endpoint("two")});
        auto conn = client();
        conn->send(c.request);
        const bool answered = std::string_view(c.starts_with).find("502") != std::string_view::npos;
        until([&] { return conn->ended || (answered && conn->in.ends_with("\n")); });
        EXPECT_THAT(conn->in, StartsWith(c.starts_with));
        EXPECT_EQ(backend.requests, c.times);
        EXPECT_EQ(to_json(worker->stats())["services"][0]["errors"].value(c.reason, 0), 1);
        EXPECT_EQ(counts().in_flight, 0u);
        if (answered) {
            EXPECT_THAT(conn->in, HasSubstr("X-Swell-Reason: " + std::string(c.reason)));
        }
        worker.reset();
    }
}

TEST_F(ProxyWorker, AnIdleConnectionThatWasClosedIsNeverSeen) {
    // The endpoint closes each connection just as the second request comes, as one whose keep-alive
    // time is over does; each client's request must be answered.
    Backend backend(loop, [](Conn& conn, const std::string&) {
        if (conn.requests > 1) return conn.close();
        conn.send(ok("fine"));
    });
    start({backend.endpoint("one")});
    auto conn = client();
    for (int i = 0; i < 20; ++i) {
        conn->in.clear();
        conn->send(get);
        until([&] { return conn->in.ends_with("fine"); });
    }
    EXPECT_GE(counts().retries, 19u);
    EXPECT_EQ(counts().codes, (decltype(Counts::codes){{200, 20}}));
}

TEST_F(ProxyWorker, AnEndpointThatRefusesIsPassedOver) {
    Backend dead(loop, "dead");
    Backend alive(loop, "alive");
    dead.stop_listening();
    start({dead.endpoint("dead"), alive.endpoint("alive")});
    for (int i = 0; i < 20; ++i) {
        const std::string request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";
        EXPECT_THAT(exchange(request, "alive"), HasSubstr("alive"));
    }
    EXPECT_EQ(counts().codes, (decltype(Counts::codes){{200, 20}}));
    serve({dead.endpoint("dead")});
    EXPECT_THAT(exchange(get, "reached\n"), HasSubstr("503 Service Unavailable"));
}

TEST_F(ProxyWorker, NoEndpoint) {
    Backend backend(loop, "late");
    start({});
    auto conn = client();
    conn->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
    until([&] { return conn->in.ends_with("ready\n"); });
    EXPECT_THAT(
        conn->in,
        AllOf(
            StartsWith("HTTP/1.1 503 "),
            HasSubstr("X-Swell-Reason: no-endpoint"),
            Not(HasSubstr("Connection: close"))
        )
    );
    // A draining one is as good as none.
    serve({backend.endpoint("one", EndpointState::draining)});
    conn->in.clear();
    conn->send(get);
    until([&] { return conn->in.ends_with("ready\n"); });
    EXPECT_EQ(backend.requests, 0);
}

TEST_F(ProxyWorker, RequestsMayWaitForAnEndpoint) {
    Backend backend(loop, "late");
    start({}, {.waiting = 2}, 60'000);
    auto first = client();
    auto second = client();
    first->send(get);
    second->send(get);
    until([&] { return counts().in_flight == 2; });
    EXPECT_THAT(exchange(get, "shop:http\n"), HasSubstr("X-Swell-Reason: overloaded"));
    serve({backend.endpoint("one")});
    until([&] { return first->in.ends_with("late") && second->in.ends_with("late"); });
}

TEST_F(ProxyWorker, WaitingHasAnEnd) {
    start({}, {}, 1);
    EXPECT_THAT(exchange(get, "in time\n"), HasSubstr("X-Swell-Reason: no-endpoint"));
}

TEST_F(ProxyWorker, BadRequestsAreRefused) {
    Backend backend(loop, "never");
    start({backend.endpoint("one")});
    struct Case {
        const char* why;
        std::string bytes;
        const char* starts_with;
    };
    const Case cases[] = {
        {"garbage", "\x16\x03\x01", "HTTP/1.1 400 "},
        {"smuggling",
         "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
         "HTTP/1.1 400 "},
        {"a bad chunk",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
         "HTTP/1.1 400 "},
        {"CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", "HTTP/1.1 405 "},
        {"a head without end", "GET / HTTP/1.1\r\nX: " + std::string(70'000, 'x'), "HTTP/1.1 431 "},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_THAT(
            exchange(c.bytes, "never ends"),
            AllOf(StartsWith(c.starts_with), HasSubstr("Connection: close"))
        );
    }
    EXPECT_EQ(backend.requests, 0);
    EXPECT_EQ(counts().in_flight, 0u);
}

TEST_F(ProxyWorker, TimeIsBounded) {
    struct Case {
        const char* why;
        Bounds bounds;
        std::string bytes;
        const char* starts_with;
    };
    const std::string half_body = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx";
    const Case cases[] = {
        {"a connection that says nothing", {.request_head = 1ms}, "", ""},
        {"half a head", {.request_head = 1ms}, "GET /", "HTTP/1.1 408 "},
        {"half a body", {.client_stall = 1ms}, half_body, "HTTP/1.1 408 "},
        {"no answer", {.upstream_stall = 1ms}, get, "HTTP/1.1 504 "},
        {"nothing after the first answer",
         {.client_idle = 1ms},
         "GET /now HTTP/1.1\r\nHost: a\r\n\r\n",
         "HTTP/1.1 200 "},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        Backend silent(loop, [](Conn& conn, const std::string& request) {
            if (request.starts_with("GET /now")) conn.send(ok("now"));
        });
        Bounds bounds = c.bounds;
        bounds.linger = 1ms;
        start({silent.endpoint("one")}, bounds);
        auto conn = client();
        conn->send(c.bytes);
        const bool kept = std::string_view(c.starts_with).find("504") != std::string_view::npos;
        until([&] { return conn->ended || (kept && conn->in.ends_with("time\n")); });
        EXPECT_THAT(conn->in, StartsWith(c.starts_with));
        conn.reset();
        until([&] { return worker->stats().clients == 0; });
        EXPECT_EQ(counts().in_flight, 0u);
        worker.reset();
    }
}

TEST_F(ProxyWorker, AFreshConnectionHasTheTimeOfAnAnswer) {
    Backend slow(loop, [this](Conn& conn, const std::string&) {
        loop.call_after(600ms, [&conn] { conn.send(ok("at last")); });  // later than two sweeps
    });
    start({slow.endpoint("one")}, {.connect = 1ms});
    EXPECT_THAT(exchange(get, "at last"), StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(counts().retries, 0u);
}

TEST_F(ProxyWorker, DrainingFinishesWhatItHas) {
    Conn* held = nullptr;
    Backend slow(loop, [&held](Conn& conn, const std::string&) { held = &conn; });
    Backend other(loop, "other");
    start({slow.endpoint("slow")});
    auto conn = client();
    conn->send(get);
    until([&] { return held != nullptr; });
    serve({slow.endpoint("slow", EndpointState::draining), other.endpoint("other")});
    EXPECT_THAT(exchange(get, "other"), HasSubstr("other"));
    EXPECT_TRUE(drained.empty());
    held->send(ok("finished"));
    until([&] { return conn->in.ends_with("finished") && !drained.empty(); });
    EXPECT_EQ(drained.front(), "slow");
    EXPECT_EQ(slow.requests, 1);
    // Its connection is not kept for anybody.
    until([&] { return slow.conns.front().ended; });
}

TEST_F(ProxyWorker, DrainingAnIdleEndpointIsToldAtOnce) {
    Backend backend(loop, "hello");
    start({backend.endpoint("one")});
    exchange(get, "hello");
    serve({backend.endpoint("one", EndpointState::draining)});
    EXPECT_TRUE(drained.empty()) << "not from within apply()";
    until([&] { return !drained.empty(); });
    EXPECT_EQ(drained.front(), "one");
    until([&] { return backend.conns.front().ended; });
}

TEST_F(ProxyWorker, AListenerThatVanishesFinishesItsRequests) {
    Conn* held = nullptr;
    Backend slow(loop, [&held](Conn& conn, const std::string&) { held = &conn; });
    start({slow.endpoint("slow")});
    auto busy = client();
    auto idle = client();
    busy->send(get);
    until([&] { return held != nullptr && worker->stats().clients == 2; });
    worker->apply({.version = ++version, .services = {}});
    until([&] { return idle->ended; });
    held->send(ok("finished"));
    until([&] { return busy->ended; });
    EXPECT_THAT(busy->in, AllOf(HasSubstr("Connection: close"), HasSubstr("finished")));
    auto late = http::connect_to("127.0.0.1:" + std::to_string(port));
    if (late) {
        Conn refused(loop, std::move(*late));
        until([&] { return refused.ended; });
    }
}

TEST_F(ProxyWorker, AListenerMayChangeItsService) {
    Backend first(loop, "first");
    Backend second(loop, "second");
    const auto taken = http::listen_tcp("127.0.0.1:0");
    const Address address{"127.0.0.1", taken->port};
    worker.emplace(loop, Bounds{}, 1);
    const auto snapshot = [&](const char* name, const Backend& backend) {
        return Snapshot{
            .version = ++version,
            .services =
                {{.key = {"default", name, ""},
                  .listen = {address},
                  .endpoints = {backend.endpoint("one")}}}
        };
    };
    // Somebody else has the port still: it is said, and tried again.
    EXPECT_NE(worker->apply(snapshot("a", first)).listeners.at(0).error, "");
    const_cast<Fd&>(taken->fd).reset();
    until([&] { return worker->applied().listeners.at(0).error.empty(); });
    port = address.port;
    auto conn = client();
    conn->send(get);
    until([&] { return conn->in.ends_with("first"); });
    worker->apply(snapshot("b", second));
    conn->send(get);
    until([&] { return conn->in.ends_with("second"); });
}

TEST_F(ProxyWorker, StopFinishesWhatIsUnderWay) {
    Conn* held = nullptr;
    Backend slow(loop, [&held](Conn& conn, const std::string&) { held = &conn; });
    start({slow.endpoint("slow")});
    auto busy = client();
    auto idle = client();
    busy->send(get);
    until([&] { return held != nullptr && worker->stats().clients == 2; });
    bool stopped = false;
    worker->stop([&stopped] { stopped = true; });
    until([&] { return idle->ended; });
    EXPECT_FALSE(stopped);
    held->send(ok("finished"));
    until([&] { return stopped && busy->ended; });
    EXPECT_THAT(busy->in, HasSubstr("finished"));
}

TEST_F(ProxyWorker, SurvivesWantOfDescriptors) {
    Backend backend(loop, "hello");
    start({backend.endpoint("one")});
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    std::list<std::unique_ptr<Conn>> conns;
    for (int i = 0; i < 20; ++i) conns.push_back(client());
    // The clients are there; the proxy's side has no descriptor left for them, nor for an endpoint.
    const rlimit none{.rlim_cur = static_cast<rlim_t>(::dup(0)), .rlim_max = before.rlim_max};
    ::close(static_cast<int>(none.rlim_cur));
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    for (auto& conn : conns) conn->send(get);
    for (int i = 0; i < 5; ++i) loop.run_once(10ms);
    EXPECT_EQ(worker->stats().clients, 0u);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    for (auto& conn : conns) {
        until([&] { return conn->in.ends_with("hello"); });
    }
}

TEST_F(ProxyWorker, EndpointsComeAndGoWithoutLoss) {
    // 50,000 requests over 32 connections while every few hundred of them one endpoint is drained
    // and, when it is told to be drained, dies, and another takes its place.
    std::map<std::string, std::unique_ptr<Backend>> backends;
    int made = 0;
    const auto add = [&] {
        const std::string id = "pod-" + std::to_string(++made);
        backends.emplace(id, std::make_unique<Backend>(loop, "hello"));
    };
    const auto endpoints = [&](const std::string& leaving) {
        std::vector<Endpoint> all;
        for (const auto& [id, backend] : backends) {
            const bool leaves = id == leaving;
            all.push_back(
                backend->endpoint(id, leaves ? EndpointState::draining : EndpointState::ready)
            );
        }
        return all;
    };
    for (int i = 0; i < 3; ++i) add();
    start(endpoints(""));

    constexpr int wanted = 50'000;
    int sent = 0;
    int answered = 0;
    int failed = 0;
    const std::string answer = ok("hello");
    std::list<std::unique_ptr<Conn>> conns;
    for (int i = 0; i < 32; ++i) {
        conns.push_back(client());
        conns.back()->on_in = [&](Conn& conn) {
            if (conn.ended) ++failed;
            if (conn.in.size() < answer.size()) return;
            conn.in == answer ? ++answered : ++failed;
            conn.in.clear();
            if (sent++ < wanted) conn.send(get);
        };
        ++sent;
        conns.back()->send(get);
    }
    int replaced = 0;
    std::string leaving;
    while (answered + failed < wanted) {
        loop.run_once(1s);
        ASSERT_EQ(failed, 0) << "after " << answered;
        if (leaving.empty() && answered / 500 > replaced) {
            leaving = backends.begin()->first;
            drained.clear();
            add();
            serve(endpoints(leaving));
        }
        if (!leaving.empty() &&
            std::find(drained.begin(), drained.end(), leaving) != drained.end()) {
            backends.erase(leaving);
            leaving.clear();
            ++replaced;
            serve(endpoints(""));
        }
    }
    EXPECT_GE(replaced, 50);
    EXPECT_EQ(counts().codes.size(), 1u);
    EXPECT_EQ(counts().retries, 0u) << "a drained endpoint is not even tried";
}

}  // namespace
}  // namespace swell::proxy
