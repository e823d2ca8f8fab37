#include "cluster/pods/probe/prober_io.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <csignal>

namespace swell::cluster::pods {
namespace {

/// A listener that answers every request with a status, or never.
class Answerer {
  public:
    Answerer(Loop& loop, int status) : loop_(loop), status_(status) {
        ::signal(SIGPIPE, SIG_IGN);
        listener_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(*listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(*listener_, 8), 0);
        ::getsockname(*listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
        loop_.watch(*listener_, {.readable = true}, [this](Loop::Ready) { on_connection(); });
    }
    ~Answerer() { loop_.forget(*listener_); }

    int port = 0;
    std::string request;

  private:
    void on_connection() {
        connections_.emplace_back(::accept(*listener_, nullptr, nullptr));
        if (status_ == 0) return;
        char bytes[4096];
        const ssize_t got = ::recv(*connections_.back(), bytes, sizeof bytes, 0);
        request.assign(bytes, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        const std::string answer = "HTTP/1.1 " + std::to_string(status_) +
                                   " X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        ::send(*connections_.back(), answer.data(), answer.size(), MSG_NOSIGNAL);
        connections_.back().reset();
    }

    Loop& loop_;
    int status_;
    Fd listener_;
    std::vector<Fd> connections_;
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
    static Check http(int port, Duration timeout = std::chrono::seconds(30)) {
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
        Answerer answerer(loop_, c.status);
        const auto result = run(http(answerer.port));
        EXPECT_EQ(result.passed, c.passed);
        EXPECT_EQ(
            result.output,
            c.passed ? "" : "HTTP probe failed with statuscode: " + std::to_string(c.status)
        );
        EXPECT_TRUE(answerer.request.starts_with("GET /healthz HTTP/1.1\r\n")) << answerer.request;
        EXPECT_NE(answerer.request.find("X-Probe: yes"), std::string::npos);
    }
}

TEST_F(ProberTest, SilenceAndRefusal) {
    int closed = 0;
    {
        Answerer answerer(loop_, 0);
        closed = answerer.port;
        EXPECT_FALSE(run(http(answerer.port, std::chrono::milliseconds(50))).passed);
        EXPECT_TRUE(run(tcp(answerer.port)).passed)
            << "it accepts, which is all that tcpSocket asks";
    }
    EXPECT_FALSE(run(http(closed)).passed);
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
