#include "proxy/remote_io.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>

#include "proxy/control_io.hpp"
#include "proxy/main_io.hpp"
#include "proxy/peers_io.hpp"

namespace swell::proxy {
namespace {

using peers::Backend;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

/// A folder for sockets and state, and a `swell proxy` process in a child when a test asks for one.
class ProxyRemote : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "swell-proxy-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder = pattern;
        socket = folder + "/proxy.sock";
        state = folder + "/proxy.json";
    }
    void TearDown() override {
        if (child > 0) end(SIGKILL);
        std::filesystem::remove_all(folder);
    }
    void start_process(int lifeline = -1) {
        child = ::fork();
        ASSERT_GE(child, 0);
        if (child > 0) return;
        ::_exit(run({.socket = socket, .state_file = state, .lifeline = lifeline}));
    }
    /// The exit code, or minus the signal.
    int end(int signal) {
        if (signal != 0) ::kill(child, signal);
        int status = 0;
        ::waitpid(std::exchange(child, 0), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    Snapshot snapshot(
        std::int64_t version, std::vector<Endpoint> endpoints, Address listen = {"127.0.0.1", 0}
    ) {
        return {
            .version = version,
            .services =
                {{.key = {"default", "shop", ""},
                  .listen = {listen},
                  .endpoints = std::move(endpoints)}}
        };
    }
    template <class Done>
    void until(Done done) {
        peers::turn_until(loop, done);
    }
    Result<Applied> apply(Remote& remote, Snapshot wanted) {
        std::optional<Result<Applied>> answer;
        remote.apply(std::move(wanted), [&answer](Result<Applied> got) {
            answer = std::move(got);
        });
        until([&] { return answer.has_value(); });
        return answer ? *answer : fail(Code::timeout, "no answer");
    }
    /// Whether a request to `port` is answered with `body`.
    bool serves(std::uint16_t port, const std::string& body) {
        bool served = false;
        auto conn = peers::client(loop, port);
        conn->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        until([&] {
            served = conn->in.ends_with(body);
            return served || conn->ended;
        });
        return served;
    }

    Loop loop;
    std::string folder;
    std::string socket;
    std::string state;
    pid_t child = 0;
};

TEST_F(ProxyRemote, AppliesDrainsAndCounts) {
    Worker worker(loop, {}, 1);
    Control control(loop, worker, {.socket = socket, .state_file = state});
    Backend backend(loop, "hello");
    Remote remote(loop, socket);
    // The proxy is not there yet; the answer comes when it is.
    std::optional<Result<Applied>> early;
    remote.apply(snapshot(1, {backend.endpoint("one")}), [&](Result<Applied> got) { early = got; });
    loop.run_once(0s);
    ASSERT_TRUE(control.start().has_value());
    until([&] { return early.has_value(); });
    ASSERT_TRUE(early->has_value());
    EXPECT_TRUE(remote.connected());
    EXPECT_TRUE(serves((*early)->listeners.at(0).address.port, "hello"));

    std::optional<Result<Remote::Figures>> figures;
    remote.figures([&](Result<Remote::Figures> got) { figures = std::move(got); });
    until([&] { return figures.has_value(); });
    EXPECT_EQ((*figures)->stats.services.at(0).counts.requests(), 1u);
    EXPECT_THAT((*figures)->prometheus, HasSubstr("swell_proxy_requests_total"));

    std::string drained;
    remote.on_drained([&drained](std::string id) { drained = std::move(id); });
    const auto draining = backend.endpoint("one", EndpointState::draining);
    EXPECT_TRUE(apply(remote, snapshot(2, {draining})).has_value());
    until([&] { return drained == "one"; });

    struct stat seen{};
    ASSERT_EQ(::stat(socket.c_str(), &seen), 0);
    EXPECT_EQ(seen.st_mode & 0777u, 0600u);
    ASSERT_EQ(::stat(state.c_str(), &seen), 0);
    EXPECT_EQ(seen.st_mode & 0777u, 0600u);
}

TEST_F(ProxyRemote, RefusesAndKeepsTheLastGoodOne) {
    Worker worker(loop, {}, 1);
    Control control(loop, worker, {.socket = socket, .state_file = state});
    ASSERT_TRUE(control.start().has_value());
    Backend backend(loop, "hello");
    Remote remote(loop, socket);
    const auto good = apply(remote, snapshot(1, {backend.endpoint("one")}));
    ASSERT_TRUE(good.has_value());

    Snapshot bad = snapshot(2, {backend.endpoint("one"), backend.endpoint("one")});
    bad.services[0].key.name = "";
    const auto refused = apply(remote, bad);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Code::invalid);
    EXPECT_EQ(
        refused.error().what,
        "services[0].name: must not be empty\nservices[0].endpoints[1].id: one is there twice"
    );
    EXPECT_EQ(worker.snapshot().version, 1);
    EXPECT_TRUE(serves(good->listeners.at(0).address.port, "hello"));

    ASSERT_TRUE(apply(remote, snapshot(5, {backend.endpoint("one")})).has_value());
    const auto older = apply(remote, snapshot(4, {}));
    ASSERT_FALSE(older.has_value());
    EXPECT_THAT(older.error().what, HasSubstr("version: must be >= 5"));
}

TEST_F(ProxyRemote, ANewerSnapshotTakesTheOldOnesPlace) {
    Remote remote(loop, socket);
    std::optional<Result<Applied>> first;
    remote.apply(snapshot(1, {}), [&](Result<Applied> got) { first = std::move(got); });
    remote.apply(snapshot(2, {}), [](Result<Applied>) {});
    EXPECT_FALSE(first.has_value()) << "not from within apply()";
    until([&] { return first.has_value(); });
    EXPECT_EQ(first->error().code, Code::cancelled);
    std::optional<Result<Stats>> stats;
    remote.stats([&](Result<Stats> got) { stats = std::move(got); });
    until([&] { return stats.has_value(); });
    EXPECT_EQ(stats->error().code, Code::unavailable);
}

TEST_F(ProxyRemote, AProxyThatWasKilledServesAgainByItself) {
    Backend backend(loop, "hello");
    std::uint16_t port = 0;
    {
        start_process();
        Remote remote(loop, socket);
        // A port of our choice, so that it is the same one after the restart.
        port = http::listen_tcp("127.0.0.1:0")->port;
        const auto applied =
            apply(remote, snapshot(1, {backend.endpoint("one")}, {"127.0.0.1", port}));
        ASSERT_TRUE(applied.has_value()) << applied.error().what;
        ASSERT_EQ(applied->listeners.at(0).error, "");
        EXPECT_TRUE(serves(port, "hello"));
    }
    // The control plane has gone, and the proxy goes on.
    EXPECT_TRUE(serves(port, "hello"));
    EXPECT_EQ(end(SIGKILL), -SIGKILL);
    start_process();
    bool there = false;
    Remote remote(loop, socket);
    remote.on_connected([&there](bool connected) { there = connected; });
    until([&] { return there; });
    // It is connected to a socket that listens; the listeners for traffic are there with its
    // answer.
    std::optional<Result<Stats>> up;
    remote.stats([&up](Result<Stats> got) { up = std::move(got); });
    until([&] { return up.has_value(); });
    EXPECT_TRUE(serves(port, "hello")) << "from the state file: nobody has sent it a snapshot";

    // And one that dies under us is told the newest snapshot again.
    ASSERT_TRUE(apply(remote, snapshot(2, {}, {"127.0.0.1", port})).has_value());
    end(SIGKILL);
    until([&] { return !there; });
    std::filesystem::remove(state);
    const auto stranger = http::listen_tcp("127.0.0.1:" + std::to_string(port));
    ASSERT_TRUE(stranger.has_value()) << stranger.error().what;
    std::string error;
    remote.on_applied_again([&error](const Applied& again) { error = again.listeners.at(0).error; }
    );
    start_process();
    until([&] { return there && !error.empty(); });
    EXPECT_THAT(error, HasSubstr("in use")) << "its listener fares otherwise than before";
    std::int64_t version = 0;
    remote.stats([&version](Result<Stats> got) { version = got ? got->version : -1; });
    until([&] { return version != 0; });
    EXPECT_EQ(version, 2);
    EXPECT_EQ(end(SIGTERM), 0);
}

TEST_F(ProxyRemote, TheLifelineEndsIt) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const Fd read_end(ends[0]);
    Fd write_end(ends[1]);
    child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        write_end.reset();
        ::_exit(run({.socket = socket, .state_file = "", .lifeline = *read_end}));
    }
    Remote remote(loop, socket);
    until([&] { return remote.connected(); });
    write_end.reset();
    EXPECT_EQ(end(0), 0);
}

TEST_F(ProxyRemote, EndsWithTheConnectionThatWasMadeItsLifeline) {
    start_process();
    auto bystander = std::make_unique<Remote>(loop, socket);
    auto adopter = std::make_unique<Remote>(loop, socket);
    adopter->end_with_us();
    until([&] { return adopter->connected() && bystander->connected(); });
    bystander.reset();
    std::optional<bool> served;
    adopter->stats([&](const auto& stats) { served = stats.has_value(); });
    until([&] { return served.has_value(); });
    EXPECT_TRUE(*served) << "the end of any other connection ends nothing";
    adopter.reset();
    EXPECT_EQ(end(0), 0);
}

TEST_F(ProxyRemote, AStateFileThatIsBrokenIsNoObstacle) {
    ASSERT_TRUE(write_file(state, "{\"version\": ").has_value());
    Worker worker(loop, {}, 1);
    Control control(loop, worker, {.socket = socket, .state_file = state});
    ::testing::internal::CaptureStderr();
    EXPECT_TRUE(control.start().has_value());
    EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("not used"));
    EXPECT_EQ(worker.snapshot().version, 0);
}

TEST(ProxyOptions, Table) {
    struct Case {
        std::vector<std::string> args;
        const char* error;
    };
    const Case cases[] = {
        {{"--socket", "/tmp/x", "--state", "y", "--lifeline", "3", "--drain", "5s"}, ""},
        {{}, "--socket: is needed"},
        {{"--socket"}, "--socket: needs a value"},
        {{"--socket", "x", "--lifeline", "-1"}, "--lifeline: must be a descriptor, got -1"},
        {{"--socket", "x", "--lifeline", "3x"}, "--lifeline: must be a descriptor, got 3x"},
        {{"--soket", "x"}, "--soket: unknown argument"},
    };
    for (const Case& c : cases) {
        const auto options = options_from(c.args);
        EXPECT_EQ(options ? "" : options.error().what, c.error);
    }
    EXPECT_EQ(options_from({"--socket", "x", "--drain", "5s"})->drain, 5s);
}

}  // namespace
}  // namespace swell::proxy
