#include "trial/load/load_io.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "http/server_io.hpp"
#include "http/sockets_io.hpp"

namespace swell::trial {
namespace {

using namespace std::chrono_literals;
using http::Request;
using http::Responder;

/// A server on a thread of its own, as the system under test is.
class Service {
  public:
    explicit Service(http::Server::Handler handler, http::Server::Limits limits = {})
        : server_(loop, std::move(handler), limits), port_(*server_.listen("127.0.0.1:0")) {
        thread_ = std::jthread([this] { loop.run(); });
    }
    ~Service() {
        loop.stop();
        thread_.join();
    }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

    Loop loop;

  private:
    http::Server server_;
    std::uint16_t port_;
    std::jthread thread_;
};

Plan plan(const std::string& address, double rate, Duration duration) {
    Plan plan{.address = address, .start_rate = rate};
    plan.requests = {
        {.pieces = {"GET /", " HTTP/1.1\r\nHost: a\r\n\r\n"}, .head = false, .idempotent = true}
    };
    plan.stages = {{duration, rate}};
    plan.timeout = 20s;
    return plan;
}

/// A load that can be waited for.
class Attempt {
  public:
    explicit Attempt(Plan plan) : load(std::move(plan), [this] { finished_.set_value(); }) {}

    Progress finish() {
        EXPECT_EQ(over_.wait_for(60s), std::future_status::ready) << "the load never finished";
        EXPECT_TRUE(load.progress().finished);
        return load.progress();
    }

  private:
    std::promise<void> finished_;
    std::future<void> over_ = finished_.get_future();

  public:
    Load load;
};

TEST(Load, SendsEachRequestOnceAndCountsIt) {
    std::set<std::string> seen;
    Service service([&](const Request& request, const Responder& answer) {
        seen.insert(request.target);
        answer.send(http::text_response(200, "ok"));
    });
    Attempt run(plan(service.address(), 2000, 250ms));
    const Progress got = run.finish();
    EXPECT_EQ(got.due, 500);
    EXPECT_EQ(got.sent, 500);
    EXPECT_EQ(got.done, 500);
    EXPECT_EQ(got.failures.total(), 0);
    EXPECT_EQ(got.dropped, 0);
    EXPECT_EQ(got.in_flight, 0);
    EXPECT_EQ(got.response_time.count(), 500);
    EXPECT_EQ(got.service_time.count(), 500);
    EXPECT_EQ(got.schedule_error.count(), 500);
    EXPECT_GE(got.elapsed, 250ms);
    EXPECT_EQ(seen.size(), 500u);
    EXPECT_TRUE(seen.contains("/0") && seen.contains("/499"));
}

// The service answers nothing from its 101st request on until 200 more have come. A closed model
// would wait for the first of them for ever; an open one keeps sending, and each waits for as long
// as it was due before the last: the first 199 ms, the second 198 ms, …
TEST(Load, AStallDelaysAllThatWereDueInIt) {
    std::vector<Responder> held;
    int arrived = 0;
    std::atomic<int> most_held = 0;
    Service service([&](const Request&, Responder answer) {
        ++arrived;
        if (arrived <= 100 || arrived > 300) {
            answer.send(http::text_response(200, "ok"));
            return;
        }
        held.push_back(std::move(answer));
        most_held = std::max<int>(most_held, static_cast<int>(held.size()));
        if (arrived < 300) return;
        for (const Responder& waiting : held) waiting.send(http::text_response(200, "late"));
    });
    Attempt run(plan(service.address(), 1000, 500ms));
    const Progress got = run.finish();
    EXPECT_EQ(got.done, 500);
    EXPECT_EQ(most_held, 200);
    // Request i of the stall was due (199 - i) ms before the one that ends it: 100 of them at least
    // 100 ms, whatever the machine does. (The histogram's three digits cost up to 0.1 ms.)
    const auto delayed = got.response_time.count() - got.response_time.count_at_or_below(99'800);
    EXPECT_GE(delayed, 100);
    EXPECT_GE(got.response_time.max(), 199'000 - 200);
}

TEST(Load, ResponseTimesFollowTheLawOfTheService) {
    // Nine of ten answers after 5 ms, one after 50 ms: no timer fires early, so these are floors.
    Service* serving = nullptr;
    int arrived = 0;
    Service service([&](const Request&, const Responder& answer) {
        const Duration delay = ++arrived % 10 == 0 ? 50ms : 5ms;
        serving->loop.call_at(serving->loop.precise() + delay, [answer] {
            answer.send(http::text_response(200, "ok"));
        });
    });
    serving = &service;
    Attempt run(plan(service.address(), 500, 400ms));
    const Progress got = run.finish();
    EXPECT_EQ(got.done, 200);
    EXPECT_GE(got.service_time.min(), 5000);
    EXPECT_GE(got.service_time.value_at_percentile(91), 50'000);
    EXPECT_GE(got.response_time.value_at_percentile(50), got.service_time.value_at_percentile(50));
    EXPECT_LE(got.service_time.count_at_or_below(49'900), 180);
}

TEST(Load, ArrivalsBeyondTheConnectionsAreDropped) {
    std::mutex mutex;
    std::vector<Responder> held;
    Service service([&](const Request&, Responder answer) {
        const std::lock_guard lock(mutex);
        held.push_back(std::move(answer));
    });
    Plan few = plan(service.address(), 1000, 100ms);
    few.max_connections = 3;
    Attempt run(few);
    while (run.load.progress().due < 100) std::this_thread::yield();
    EXPECT_EQ(run.load.progress().dropped, 97);
    EXPECT_EQ(run.load.progress().in_flight, 3);
    while (true) {
        const std::lock_guard lock(mutex);
        if (held.size() == 3) break;
    }
    service.loop.post([&] {
        for (const Responder& waiting : held) waiting.send(http::text_response(200, "ok"));
    });
    const Progress got = run.finish();
    EXPECT_EQ(got.sent, 3);
    EXPECT_EQ(got.done, 3);
}

TEST(Load, FailuresAreToldApart) {
    std::vector<Responder> held;
    Service service([&](const Request& request, Responder answer) {
        switch (std::stoi(request.target.substr(1)) % 5) {
            case 0:
                return answer.send(http::text_response(503, "busy"));
            case 1:
                return answer.send(http::text_response(404, "none"));
            case 2:
                return held.push_back(std::move(answer));  // never answered
            case 3:
                answer.begin(200, {});
                return answer.write("cut off");  // the responder goes, and the connection with it
            default:
                return answer.send(http::text_response(200, "ok"));
        }
    });
    Plan some = plan(service.address(), 1000, 50ms);
    some.timeout = 3s;
    Attempt run(some);
    const Progress got = run.finish();
    EXPECT_EQ(got.sent, 50);
    EXPECT_EQ(got.done, 10);
    EXPECT_EQ(got.failures.status_5xx, 10);
    EXPECT_EQ(got.failures.status_4xx, 10);
    EXPECT_EQ(got.failures.timeout, 10);
    EXPECT_EQ(got.failures.transport, 10);
    EXPECT_EQ(got.failures.connect, 0);
    EXPECT_EQ(got.response_time.count(), 40);
    EXPECT_GE(got.response_time.max(), 3'000'000 - 3000);
}

TEST(Load, NobodyThereIsAFailedConnection) {
    std::string address;
    {
        const auto listening = http::listen_tcp("127.0.0.1:0");
        ASSERT_TRUE(listening);
        address = "127.0.0.1:" + std::to_string(listening->port);
    }
    Attempt run(plan(address, 1000, 20ms));
    const Progress got = run.finish();
    EXPECT_EQ(got.failures.connect, 20);
    EXPECT_EQ(got.failures.total(), 20);
    EXPECT_EQ(got.response_time.count(), 0);
}

TEST(Load, ClosedKeptConnectionsCostNoRequest) {
    // The service closes after each answer without having said so in the answer before.
    Service service(
        [](const Request&, const Responder& answer) {
            answer.send(http::text_response(200, "ok"));
        },
        {.idle = 1ms}
    );
    Attempt run(plan(service.address(), 200, 300ms));
    const Progress got = run.finish();
    EXPECT_EQ(got.done, 60);
    EXPECT_EQ(got.failures.total(), 0);
}

TEST(Load, StopEndsTheArrivals) {
    Service service([](const Request&, const Responder& answer) {
        answer.send(http::text_response(200, "ok"));
    });
    Attempt run(plan(service.address(), 100, 1h));
    while (run.load.progress().done < 5) std::this_thread::yield();
    run.load.stop();
    const Progress got = run.finish();
    EXPECT_EQ(got.done, got.sent);
    EXPECT_LT(got.elapsed, 1h);
    EXPECT_EQ(got.connections, 0);
}

TEST(Load, AnAnswerInPiecesIsOne) {
    // Chunks, an interim answer, and heads cut at every byte.
    const std::string answer =
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\nhi\r\n0\r\n\r\n";
    auto listening = std::move(*http::listen_tcp("127.0.0.1:0"));
    Plan one = plan("127.0.0.1:" + std::to_string(listening.port), 100, 10ms);
    Attempt run(one);
    Fd fd;
    while (!fd) fd = Fd(::accept(*listening.fd, nullptr, nullptr));
    char bytes[1024];
    ASSERT_GT(::recv(*fd, bytes, sizeof bytes, 0), 0);
    const int on = 1;
    ::setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (const char c : answer) ASSERT_EQ(::send(*fd, &c, 1, MSG_NOSIGNAL), 1);
    const Progress got = run.finish();
    EXPECT_EQ(got.done, 1);
    EXPECT_EQ(got.failures.total(), 0);
}

}  // namespace
}  // namespace swell::trial
