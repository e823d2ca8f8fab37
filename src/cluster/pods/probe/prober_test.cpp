#include "cluster/pods/probe/prober_io.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "http/server_io.hpp"

namespace swell::cluster::pods {
namespace {

/// A listener that accepts, as the kernel does for it, and never says a word.
class Silent {
  public:
    Silent() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(*listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(*listener_, 8), 0);
        ::getsockname(*listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
    }
    int port = 0;

  private:
    Fd listener_;
};

class ProberTest : public testing::Test {
  protected:
    CheckResult run(const Check& check) {
        std::optional<CheckResult> result;
        const RunningCheck running(loop_, client_, SWELL_SHIM_TOOL, check, [&](CheckResult got) {
            result = got;
        });
        EXPECT_FALSE(result) << "never from inside";
        const Instant deadline = loop_.precise() + std::chrono::seconds(60);
        while (!result && loop_.precise() < deadline) loop_.run_once(std::chrono::milliseconds(50));
        EXPECT_TRUE(result);
        return result.value_or(CheckResult{});
    }
    static Check get(int port, Duration timeout = std::chrono::seconds(30)) {
        Check check;
        check.http_get.emplace();
        check.http_get->path = "/healthz";
        check.http_get->http_headers = {{"X-Probe", "yes"}};
        check.port = port;
        check.timeout = timeout;
        return check;
    }
    static Check tcp(int port) {
        Check check;
        check.tcp_socket.emplace();
        check.port = port;
        check.timeout = std::chrono::seconds(30);
        return check;
    }
    static Check exec(
        std::vector<std::string> command, Duration timeout = std::chrono::seconds(60)
    ) {
        Check check;
        check.exec.emplace();
        check.exec->argv = std::move(command);
        check.exec->env = {{"PATH", "/usr/bin:/bin"}, {"X", "from env"}};
        check.timeout = timeout;
        return check;
    }

    Loop loop_;
    http::Client client_{loop_};
};

TEST_F(ProberTest, HttpStatusTable) {
    struct Case {
        int status;
        bool passed;
    };
    for (const Case& c :
         {Case{200, true},
          Case{204, true},
          Case{302, true},
          Case{399, true},
          Case{400, false},
          Case{404, false},
          Case{503, false}}) {
        SCOPED_TRACE(c.status);
        http::Request seen;
        http::Server server(loop_, [&](http::Request request, http::Responder responder) {
            seen = std::move(request);
            responder.send(http::text_response(c.status, ""));
        });
        const auto port = server.listen("127.0.0.1:0");
        ASSERT_TRUE(port);
        const auto result = run(get(*port));
        EXPECT_EQ(result.passed, c.passed);
        EXPECT_EQ(
            result.output,
            c.status < 300   ? ""
            : c.status < 400 ? "Probe terminated redirects"
                             : "HTTP probe failed with statuscode: " + std::to_string(c.status)
        );
        EXPECT_EQ(result.warned, c.status >= 300 && c.status < 400);
        EXPECT_EQ(seen.method, "GET");
        EXPECT_EQ(seen.target, "/healthz");
        EXPECT_EQ(http::find(seen.headers, "x-probe"), "yes");
    }
}

TEST_F(ProberTest, TheHostOfTheManifestIsSent) {
    std::vector<std::string> hosts;
    http::Server server(loop_, [&](const http::Request& request, const http::Responder& responder) {
        for (const auto& [name, value] : request.headers)
            if (name == "Host") hosts.push_back(value);
        responder.send(http::text_response(200, ""));
    });
    const auto port = server.listen("127.0.0.1:0");
    ASSERT_TRUE(port);
    Check check = get(*port);
    EXPECT_TRUE(run(check).passed);
    check.http_get->http_headers = {{"host", "shop.test"}, {"X-Probe", "yes"}};
    EXPECT_TRUE(run(check).passed);
    EXPECT_EQ(hosts, (std::vector<std::string>{"127.0.0.1:" + std::to_string(*port), "shop.test"}));
}

TEST_F(ProberTest, Redirects) {
    struct Case {
        const char* why;
        std::string location;
        bool passed, warned;
        std::size_t requests;
        const char* output;
    };
    std::vector<std::string> targets;
    std::string location;
    http::Server server(loop_, [&](const http::Request& request, const http::Responder& responder) {
        targets.push_back(request.target);
        if (request.target == "/ok") return responder.send(http::text_response(200, ""));
        if (request.target == "/broken") return responder.send(http::text_response(500, ""));
        responder.send({.status = 302, .headers = {{"Location", location}}, .body = ""});
    });
    const auto port = server.listen("127.0.0.1:0");
    ASSERT_TRUE(port);
    const Silent silent;
    const std::string here = "http://127.0.0.1:" + std::to_string(*port);
    const std::string tls = "https://127.0.0.1:" + std::to_string(silent.port);
    const Case cases[] = {
        {"to one that is well", "/ok", true, false, 2, ""},
        {"in full", here + "/ok", true, false, 2, ""},
        {"to one that is not", "/broken", false, false, 2, "HTTP probe failed with statuscode: 500"
        },
        {"elsewhere", "http://shop.test/ok", true, true, 1, "Probe terminated redirects"},
        {"to https here, which is only connected to", tls + "/", true, false, 1, ""},
        {"round and round", "/again", false, false, 10, "Get \"/again\": stopped after 10 redirects"
        },
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        location = c.location;
        targets.clear();
        const auto result = run(get(*port));
        EXPECT_EQ(result.passed, c.passed);
        EXPECT_EQ(result.warned, c.warned);
        EXPECT_EQ(result.output, c.output);
        EXPECT_EQ(targets.size(), c.requests);
    }
}

TEST_F(ProberTest, HttpsAsksForAConnectionAlone) {
    int closed = 0;
    {
        const Silent silent;
        closed = silent.port;
        Check check = get(silent.port);
        check.http_get->scheme = "HTTPS";
        EXPECT_TRUE(run(check).passed);
    }
    Check check = get(closed);
    check.http_get->scheme = "HTTPS";
    EXPECT_FALSE(run(check).passed);
}

TEST_F(ProberTest, SilenceAndRefusal) {
    int closed = 0;
    {
        const Silent silent;
        closed = silent.port;
        EXPECT_FALSE(run(get(silent.port, std::chrono::milliseconds(50))).passed);
        EXPECT_TRUE(run(tcp(silent.port)).passed) << "it accepts, which is all that tcpSocket asks";
    }
    EXPECT_FALSE(run(get(closed)).passed);
    const auto refused = run(tcp(closed));
    EXPECT_FALSE(refused.passed);
    EXPECT_NE(refused.output.find("refused"), std::string::npos) << refused.output;
}

TEST_F(ProberTest, Exec) {
    EXPECT_TRUE(run(exec({"true"})).passed);
    EXPECT_FALSE(run(exec({"false"})).passed);
    const auto said = run(exec({"sh", "-c", "echo $X; echo bad >&2; exit 1"}));
    EXPECT_FALSE(said.passed);
    EXPECT_EQ(said.output, "from env\nbad\n");
    EXPECT_NE(run(exec({"/no/such"})).output.find("/no/such"), std::string::npos);
    const auto slow = run(exec({"sleep", "1000"}, std::chrono::milliseconds(300)));
    EXPECT_FALSE(slow.passed);
    EXPECT_EQ(slow.output, "command timed out after 300ms");
    const auto much = run(exec({"sh", "-c", "head -c 100000 /dev/zero | tr '\\0' x"}));
    EXPECT_TRUE(much.passed);
    EXPECT_EQ(much.output.size(), 10240u);
}

TEST_F(ProberTest, SleepAlwaysPasses) {
    Check check;
    check.sleep = std::chrono::milliseconds(1);
    EXPECT_TRUE(run(check).passed);
}

}  // namespace
}  // namespace swell::cluster::pods
