#include "http/client_io.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <deque>
#include <optional>
#include <thread>

#include "http/server_io.hpp"
#include "http/sockets_io.hpp"

namespace swell::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// Answers each connection with the next script, byte for byte, then closes it.
class Scripted {
  public:
    Scripted(Loop& loop, std::deque<std::string> answers)
        : loop_(loop), answers_(std::move(answers)) {
        listening_ = std::move(*listen_tcp("127.0.0.1:0"));
        loop_.watch(*listening_.fd, {.readable = true}, [this](Loop::Ready) { accept(); });
    }
    ~Scripted() {
        loop_.forget(*listening_.fd);
        for (const Fd& fd : connections_) loop_.forget(*fd);
    }
    std::string address() const { return "127.0.0.1:" + std::to_string(listening_.port); }
    int accepted = 0;

  private:
    void accept() {
        Fd fd(::accept4(*listening_.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!fd) return;
        ++accepted;
        const int number = *fd;
        connections_.push_back(std::move(fd));
        loop_.watch(number, {.readable = true}, [this, number](Loop::Ready) { answer(number); });
    }
    void answer(int fd) {
        char bytes[4096];
        const ssize_t size = ::recv(fd, bytes, sizeof bytes, 0);
        loop_.forget(fd);
        if (size <= 0 || answers_.empty()) return;
        const std::string next = answers_.front();
        answers_.pop_front();
        ::send(fd, next.data(), next.size(), MSG_NOSIGNAL);
        ::shutdown(fd, SHUT_RDWR);
    }

    Loop& loop_;
    std::deque<std::string> answers_;
    Listening listening_;
    std::deque<Fd> connections_;
};

class ClientTest : public testing::Test {
  protected:
    Result<Response> call(const std::string& address, const std::string& method = "GET") {
        Request request;
        request.method = method;
        request.address = address;
        return call(std::move(request), 20s);
    }
    Result<Response> call(Request request, Duration within) {
        std::optional<Result<Response>> got;
        client_.request(std::move(request), within, [&](Result<Response> result) {
            got = std::move(result);
        });
        EXPECT_FALSE(got) << "never from inside request()";
        const Instant end = loop_.precise() + 30s;
        while (!got && loop_.precise() < end) loop_.run_once(50ms);
        return got ? *got : fail(Code::cancelled, "the test gave up");
    }

    Loop loop_;
    Client client_{loop_};
};

struct Answer {
    const char* why;
    const char* bytes;
    int status;  // 0: an error
    const char* text;
};

// clang-format off
const Answer answers[] = {
    {"of a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "hi"},
    {"until close", "HTTP/1.1 200 OK\r\n\r\nhi there", 200, "hi there"},
    {"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", 200, "hi"},
    {"after an interim one", "HTTP/1.1 102 X\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\nx", 404, "x"},
    {"no body", "HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
    {"cut in the head", "HTTP/1.1 200 OK\r\nConten", 0, "closed before"},
    {"cut in the body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", 0, "closed before"},
    {"cut in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi", 0, "closed before"},
    {"nothing", "", 0, "closed before"},
    {"not HTTP", "SSH-2.0-OpenSSH\r\n", 0, "not an HTTP/1 response"},
};
// clang-format on

TEST_F(ClientTest, Answers) {
    for (const Answer& c : answers) {
        SCOPED_TRACE(c.why);
        Scripted server(loop_, {c.bytes});
        const auto got = call(server.address());
        ASSERT_EQ(got.has_value(), c.status != 0) << (got ? got->body : got.error().what);
        if (got) {
            EXPECT_EQ(got->status, c.status);
            EXPECT_EQ(got->body, c.text);
        } else {
            EXPECT_EQ(got.error().code, Code::unavailable);
            EXPECT_THAT(got.error().what, HasSubstr(c.text));
            EXPECT_THAT(got.error().what, HasSubstr(server.address()));
        }
    }
}

TEST_F(ClientTest, APooledConnectionThatDiedIsReplacedForIdempotentRequestsOnly) {
    // The first answer promises keep-alive and the server then closes without a word.
    const std::string keep = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    Scripted server(loop_, {keep, keep, keep});
    ASSERT_TRUE(call(server.address()));
    ASSERT_TRUE(call(server.address()));
    EXPECT_EQ(server.accepted, 2);
}

struct Refused {
    const char* why;
    Request request;
    Code code;
};

TEST_F(ClientTest, BadRequestsAreErrors) {
    const auto request =
        [](const char* address, const char* method, const char* target, HeaderList headers) {
            return Request{
                .method = method,
                .target = target,
                .headers = std::move(headers),
                .body = "",
                .address = address
            };
        };
    const std::string closed = [] {
        const auto listening = listen_tcp("127.0.0.1:0");
        return "127.0.0.1:" + std::to_string(listening->port);
    }();
    const Refused cases[] = {
        {"no address", request("shop", "GET", "/", {}), Code::invalid},
        {"a port out of range", request("127.0.0.1:99999", "GET", "/", {}), Code::invalid},
        {"a space in the target", request("127.0.0.1:1", "GET", "/a b", {}), Code::invalid},
        {"two requests in one",
         request("127.0.0.1:1", "GET", "/ HTTP/1.1\r\n\r\nGET /", {}),
         Code::invalid},
        {"a line feed in a header",
         request("127.0.0.1:1", "GET", "/", {{"A", "b\nc"}}),
         Code::invalid},
        {"nobody listens", request(closed.c_str(), "GET", "/", {}), Code::unavailable},
        {"no such socket", request("/nowhere/api.sock", "GET", "/", {}), Code::not_found},
    };
    for (const Refused& c : cases) {
        SCOPED_TRACE(c.why);
        const auto got = call(c.request, 20s);
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, c.code) << got.error().what;
    }
}

TEST_F(ClientTest, TheDeadlineEndsIt) {
    std::vector<Responder> held;
    Server server(loop_, [&](const Request&, Responder answer) {
        held.push_back(std::move(answer));
    });
    const auto port = server.listen("127.0.0.1:0");
    Request request;
    request.address = "127.0.0.1:" + std::to_string(*port);
    const auto got = call(request, 20ms);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Code::timeout);
}

TEST_F(ClientTest, AStreamMayBeCancelledFromItsOwnCallback) {
    Server server(loop_, [](const Request&, const Responder& answer) {
        answer.begin(200, {});
        answer.write("one");
        answer.write("two");
        answer.end();
    });
    const auto port = server.listen("127.0.0.1:0");
    Request request;
    request.address = "127.0.0.1:" + std::to_string(*port);
    std::string got;
    Client::Call call = 0;
    call = client_.request(
        request,
        Duration::max(),
        [](const Result<Response>&) { FAIL(); },
        [&](std::string_view data) {
            got += data;
            client_.cancel(call);
        }
    );
    const Instant end = loop_.precise() + 30s;
    while ((got.empty() || server.connections() > 0) && loop_.precise() < end) loop_.run_once(50ms);
    EXPECT_EQ(got, "one");
}

TEST(Fetch, WaitsForTheAnswer) {
    Loop loop;
    Server server(loop, [](const Request& request, const Responder& answer) {
        answer.send(text_response(200, request.target));
    });
    const auto port = server.listen("127.0.0.1:0");
    std::jthread serving([&] { loop.run(); });
    Request request;
    request.target = "/x";
    request.address = "127.0.0.1:" + std::to_string(*port);
    const auto got = fetch(request, 20s);
    loop.stop();
    serving.join();
    ASSERT_TRUE(got) << got.error().what;
    EXPECT_EQ(got->body, "/x");
}

}  // namespace
}  // namespace swell::http
