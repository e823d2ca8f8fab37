#include "http/server_io.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <optional>

#include "http/client_io.hpp"
#include "http/sockets_io.hpp"

namespace swell::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

/// A server and its clients on one loop.
class ServerTest : public testing::Test {
  protected:
    ServerTest() {
        std::string name = testing::TempDir() + "swell-http-XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }
    ~ServerTest() override { std::filesystem::remove_all(folder_); }

    void serve(Server::Handler handler, Server::Limits limits = {}) {
        server_.emplace(loop_, std::move(handler), limits);
        const auto port = server_->listen("127.0.0.1:0");
        ASSERT_TRUE(port) << port.error().what;
        address_ = "127.0.0.1:" + std::to_string(*port);
    }

    /// Turns the loop until it is so; false when it never is.
    bool until(const std::function<bool()>& so) {
        const Instant end = loop_.precise() + 30s;
        while (loop_.precise() < end) {
            if (so()) return true;
            loop_.run_once(2ms);
        }
        return false;
    }

    Result<Response> call(Request request) {
        if (request.address.empty()) request.address = address_;
        std::optional<Result<Response>> got;
        client_.request(std::move(request), 20s, [&](Result<Response> result) {
            got = std::move(result);
        });
        EXPECT_TRUE(until([&] { return got.has_value(); }));
        return got ? *got : fail(Code::timeout, "the test gave up");
    }

    Fd raw(std::string_view bytes) {
        auto fd = connect_to(address_);
        EXPECT_TRUE(fd);
        until([&] { return ::send(**fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0; });
        return std::move(*fd);
    }

    /// Reads until the server closes, or `enough` says so.
    std::string read(const Fd& fd, const std::function<bool(const std::string&)>& enough = {}) {
        std::string got;
        until([&] {
            char bytes[4096];
            const ssize_t size = ::recv(*fd, bytes, sizeof bytes, MSG_DONTWAIT);
            if (size > 0) got.append(bytes, static_cast<std::size_t>(size));
            const bool over = size == 0 || (size < 0 && errno != EAGAIN);
            return over || (enough && enough(got));
        });
        return got;
    }

    std::string folder_;
    Loop loop_;
    std::optional<Server> server_;
    Client client_{loop_};
    std::string address_;
};

Server::Handler echo() {
    return [](const Request& request, const Responder& answer) {
        answer.send(text_response(200, request.method + ' ' + request.target + ' ' + request.body));
    };
}

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
    serve(echo());
    for (int i = 0; i < 3; ++i) {
        const auto got =
            call({.method = "POST", .target = "/a?b=1", .headers = {}, .body = "hi", .address = ""}
            );
        ASSERT_TRUE(got) << got.error().what;
        EXPECT_EQ(got->status, 200);
        EXPECT_EQ(got->body, "POST /a?b=1 hi");
        EXPECT_EQ(find(got->headers, "content-length"), "14");
    }
    EXPECT_EQ(server_->connections(), 1u);
}

struct Exchanged {
    const char* why;
    std::string bytes;
    const char* answer;
    const char* also;
};

TEST_F(ServerTest, RawBytes) {
    serve(echo(), {.body_bytes = 16});
    // clang-format off
    const Exchanged cases[] = {
        {"close is honoured", "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 200", "Connection: close\r\n"},
        {"1.0 closes by default", "GET /x HTTP/1.0\r\n\r\n", "HTTP/1.1 200", "GET /x "},
        {"HEAD has no body", "HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 200", "Content-Length: 8\r\nConnection: close\r\n\r\n"},
        {"two requests at once", "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
            "GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "HTTP/1.1 200", "GET /2 "},
        {"a chunked body", "PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
            "HTTP/1.1 200", "PUT / abc"},
        {"what is expected continues", "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
            "Content-Length: 99\r\n\r\n", "HTTP/1.1 413", "too large"},
        {"a stated body too large", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\n",
            "HTTP/1.1 413", "Connection: close"},
        {"a chunked body too large", "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            "20\r\n" + std::string(32, 'x') + "\r\n", "HTTP/1.1 413", "Connection: close"},
        {"not HTTP", "\x16\x03\x01", "HTTP/1.1 400", "bad request line"},
        {"an endless head", "GET /" + std::string(70000, 'x'), "HTTP/1.1 414", "too long"},
    };
    // clang-format on
    for (const Exchanged& c : cases) {
        SCOPED_TRACE(c.why);
        const Fd fd = raw(c.bytes);
        const std::string got = read(fd);
        EXPECT_THAT(got, StartsWith(c.answer));
        EXPECT_THAT(got, HasSubstr(c.also));
    }
    EXPECT_TRUE(until([&] { return server_->connections() == 0; }));
}

TEST_F(ServerTest, ContinuesWhenExpected) {
    serve(echo());
    const Fd fd =
        raw("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
            "Connection: close\r\n\r\n");
    const auto first = read(fd, [](const std::string& got) { return got.ends_with("\r\n\r\n"); });
    EXPECT_EQ(first, "HTTP/1.1 100 Continue\r\n\r\n");
    ASSERT_EQ(::send(*fd, "ab", 2, MSG_NOSIGNAL), 2);
    EXPECT_THAT(read(fd), HasSubstr("PUT / ab"));
}

TEST_F(ServerTest, AnswersLater) {
    std::vector<Responder> waiting;
    serve([&](const Request&, Responder answer) { waiting.push_back(std::move(answer)); });
    const Fd fd = raw("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_TRUE(until([&] { return waiting.size() == 1; }));
    waiting[0].send(text_response(200, "one"));
    // The second one, sent ahead, is taken only now.
    ASSERT_TRUE(until([&] { return waiting.size() == 2; }));
    waiting[0].send(text_response(200, "again"));  // a second answer is none
    waiting[1].send(text_response(200, "two"));
    const auto got = read(fd, [](const std::string& all) { return all.ends_with("two"); });
    EXPECT_THAT(got, HasSubstr("one"));
    EXPECT_THAT(got, Not(HasSubstr("again")));
}

TEST_F(ServerTest, ARequestNobodyAnswersGetsA500) {
    serve([](const Request&, const Responder&) {});
    const auto got = call({});
    ASSERT_TRUE(got) << got.error().what;
    EXPECT_EQ(got->status, 500);
}

TEST_F(ServerTest, StreamsAndLearnsThatTheClientWentAway) {
    std::optional<Responder> stream;
    bool gone = false;
    serve([&](const Request&, const Responder& answer) {
        stream = answer;
        answer.begin(200, {{"Content-Type", "text/plain"}});
        answer.on_gone([&] { gone = true; });
    });
    std::string got;
    Request request;
    request.address = address_;
    const auto call = client_.request(
        request,
        20s,
        [](const Result<Response>&) { FAIL() << "cancelled calls are not done"; },
        [&](std::string_view data) { got += data; }
    );
    ASSERT_TRUE(until([&] { return stream.has_value(); }));
    stream->write("one ");
    ASSERT_TRUE(until([&] { return got == "one "; }));
    stream->write("two ");
    ASSERT_TRUE(until([&] { return got == "one two "; }));
    EXPECT_FALSE(stream->gone());
    client_.cancel(call);
    ASSERT_TRUE(until([&] { return gone; }));
    EXPECT_TRUE(stream->gone());
    stream->write("three");
    stream->end();
}

TEST_F(ServerTest, AStreamThatEndsIsAnAnswer) {
    serve([](const Request&, const Responder& answer) {
        answer.begin(200, {});
        answer.write("a");
        answer.write("bc");
        answer.end();
    });
    const auto got = call({});
    ASSERT_TRUE(got) << got.error().what;
    EXPECT_EQ(got->body, "abc");
    ASSERT_TRUE(call({}));
    EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(ServerTest, AStreamThatBreaksOffIsAnError) {
    serve([](const Request&, const Responder& answer) {
        answer.begin(200, {});
        answer.write("half");
    });
    const auto got = call({});
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Code::unavailable);
}

TEST_F(ServerTest, AClientThatDoesNotReadIsCutOff) {
    bool gone = false;
    std::optional<Responder> stream;
    serve(
        [&](const Request&, const Responder& answer) {
            stream = answer;
            answer.begin(200, {});
            answer.on_gone([&] { gone = true; });
        },
        {.unsent_bytes = 1000}
    );
    const Fd fd = raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_TRUE(until([&] { return stream.has_value(); }));
    const std::string much(1u << 20, 'x');
    for (int i = 0; i < 64; ++i) stream->write(much);
    EXPECT_TRUE(until([&] { return gone; }));
}

TEST_F(ServerTest, AClientThatReadsSlowlyGetsAllFromOneWhoWaits) {
    std::optional<Responder> stream;
    serve(
        [&](const Request&, const Responder& answer) {
            stream = answer;
            answer.begin(200, {{"Content-Type", "text/plain"}});
        },
        {.unsent_bytes = 2u << 20}
    );
    const Fd fd = raw("GET / HTTP/1.0\r\n\r\n");
    ASSERT_TRUE(until([&] { return stream.has_value(); }));
    const std::string piece(1u << 20, 'x');
    int left = 16;
    while (left > 0 && stream->unsent() == 0) {
        stream->write(piece);
        --left;
    }
    ASSERT_GT(left, 0) << "the sockets took all of it: nothing is slow here";
    EXPECT_FALSE(stream->gone());
    std::vector<char> bytes(1u << 20);
    std::size_t got = 0;
    EXPECT_TRUE(until([&] {
        if (left > 0 && stream->unsent() == 0) {
            stream->write(piece);
            if (--left == 0) stream->end();
        }
        const ssize_t size = ::recv(*fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (size > 0) got += static_cast<std::size_t>(size);
        return size == 0;
    }));
    EXPECT_EQ(left, 0);
    EXPECT_GT(got, 16 * piece.size()) << "with the head";
}

TEST_F(ServerTest, HeadersCannotBeSmuggledIn) {
    serve([](const Request&, const Responder& answer) {
        answer.send({.status = 200, .headers = {{"X", "a\r\nEvil: 1"}, {"Y", "b"}}, .body = ""});
    });
    const auto got = call({});
    ASSERT_TRUE(got) << got.error().what;
    EXPECT_EQ(find(got->headers, "Evil"), std::nullopt);
    EXPECT_EQ(find(got->headers, "Y"), "b");
}

TEST_F(ServerTest, MoreConnectionsThanTheLimitWait) {
    serve(echo(), {.connections = 1});
    const Fd first = raw("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(
        read(first, [](const std::string& got) { return got.ends_with("GET /1 "); }),
        HasSubstr("200")
    );
    const Fd second = raw("GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    loop_.run_once(0ms);
    EXPECT_EQ(server_->connections(), 1u);
    ::shutdown(*first, SHUT_RDWR);
    EXPECT_THAT(read(second), HasSubstr("GET /2 "));
}

TEST_F(ServerTest, UnixSocketIsPrivateAndReplacesAStaleOne) {
    const std::string path = folder_ + "/api.sock";
    {
        // A listener that dies leaves its file behind.
        const auto stale = listen_unix(path);
        ASSERT_TRUE(stale) << stale.error().what;
    }
    Server server(loop_, echo());
    const auto listening = server.listen_at(path);
    ASSERT_TRUE(listening) << listening.error().what;
    struct stat info{};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    Request request;
    request.address = path;
    const auto got = call(request);
    ASSERT_TRUE(got) << got.error().what;
    EXPECT_EQ(got->body, "GET / ");
    Server other(loop_, echo());
    const auto taken = other.listen_at(path);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Code::exists);
    const auto there = call(request);
    EXPECT_TRUE(there) << "the refused server must not have removed the file";
}

TEST_F(ServerTest, UnixSocketFileGoesWithTheServer) {
    const std::string path = folder_ + "/api.sock";
    {
        Server server(loop_, echo());
        ASSERT_TRUE(server.listen_at(path));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
    ASSERT_TRUE(write_file(path, "a file of somebody"));
    Server server(loop_, echo());
    EXPECT_EQ(server.listen_at(path).error().code, Code::exists);
    EXPECT_EQ(server.listen_at(folder_ + '/' + std::string(200, 'x')).error().code, Code::invalid);
}

TEST_F(ServerTest, DrainFinishesWhatIsUnderWay) {
    std::optional<Responder> waiting;
    serve([&](const Request&, const Responder& answer) { waiting = answer; });
    Fd busy = raw("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_TRUE(until([&] { return waiting.has_value(); }));
    const Fd idle = raw("");
    ASSERT_TRUE(until([&] { return server_->connections() == 2; }));
    bool drained = false;
    server_->drain(0ms, [&] { drained = true; });
    EXPECT_EQ(read(idle), "");
    EXPECT_FALSE(drained);
    EXPECT_FALSE(call({})) << "nothing new is accepted";
    waiting->send(text_response(200, "late"));
    EXPECT_THAT(read(busy), HasSubstr("Connection: close"));
    busy.reset();
    EXPECT_TRUE(until([&] { return drained; }));
}

TEST_F(ServerTest, ASlowRequestIsToldSo) {
    serve(echo(), {.arrival = 1ms});
    const Fd fd = raw("GET / HTTP/1.1\r\nHo");
    EXPECT_THAT(read(fd), StartsWith("HTTP/1.1 408"));
}

}  // namespace
}  // namespace swell::http
