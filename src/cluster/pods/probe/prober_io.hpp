#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/loop_io.hpp"
#include "cluster/pods/probe/exec_helper_io.hpp"
#include "cluster/pods/probe/probe.hpp"
#include "http/client_io.hpp"

namespace swell::cluster::pods {

/// What a probe or a lifecycle handler does, with everything looked up.
struct Check {
    std::optional<spec::HttpGetAction> http_get;
    std::optional<spec::TcpSocketAction> tcp_socket;
    std::optional<ExecSpec> exec;
    std::optional<Duration> sleep;
    std::int32_t port = 0;  ///< the real one, of http_get or tcp_socket
    Duration timeout = std::chrono::seconds(1);
};

struct CheckResult {
    bool passed = false;
    std::string output;   ///< why not, or what to warn of, in kubelet's words
    bool warned = false;  ///< passed, but see `output`
};

/// One check under way. Destroying it gives it up.
class RunningCheck {
  public:
    using Done = std::function<void(CheckResult)>;

    /// Calls `done` once, from the loop, within the check's timeout (sleep: after its time).
    RunningCheck(
        Loop& loop,
        http::Client& client,
        const std::string& swell_binary,
        const Check& check,
        Done done
    );
    ~RunningCheck();
    RunningCheck(const RunningCheck&) = delete;
    RunningCheck& operator=(const RunningCheck&) = delete;

  private:
    void get(const http::Request& request);
    void redirected(http::Request request, const http::Response& answer);
    void connect(const std::string& given);
    void finish(CheckResult result);

    Loop& loop_;
    http::Client& client_;
    Check check_;
    Done done_;
    Instant deadline_;
    int redirects_ = 0;
    http::Client::Call call_ = 0;
    Fd socket_;
    Clock::Timer timer_ = 0;
    std::unique_ptr<ExecHelper> helper_;
};

}  // namespace swell::cluster::pods
