#include "cluster/pods/probe/prober_io.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "cluster/pods/probe/redirect.hpp"
#include "http/codec.hpp"

namespace swell::cluster::pods {

namespace {

/// As kubelet has it from Go: the tenth redirect is one too many.
constexpr int most_redirects = 9;

std::string host_or_pod(const std::string& host) { return host.empty() ? "127.0.0.1" : host; }

http::Request request_of(const spec::HttpGetAction& action, std::int32_t port) {
    http::Request request;
    request.target = action.path.starts_with("/") ? action.path : "/" + action.path;
    request.address = host_or_pod(action.host) + ":" + std::to_string(port);
    request.headers = {{"User-Agent", "kube-probe/swell"}, {"Accept", "*/*"}};
    for (const spec::HttpHeader& header : action.http_headers)
        request.headers.emplace_back(header.name, header.value);
    return request;
}

bool is_redirect(int status) {
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

}  // namespace

RunningCheck::RunningCheck(
    Loop& loop, http::Client& client, const std::string& swell_binary, const Check& check, Done done
)
    : loop_(loop),
      client_(client),
      check_(check),
      done_(std::move(done)),
      deadline_(loop.now() + check.timeout) {
    if (check_.http_get && check_.http_get->scheme == "HTTPS") {
        // We speak no TLS yet: that somebody listens is what can be seen. The manifest's reader
        // was told.
        connect(check_.http_get->host);
        return;
    }
    if (check_.http_get) {
        get(request_of(*check_.http_get, check_.port));
        return;
    }
    if (check_.tcp_socket) {
        connect(check_.tcp_socket->host);
        return;
    }
    if (check_.exec) {
        helper_ = std::make_unique<ExecHelper>(
            loop,
            swell_binary,
            *check_.exec,
            check_.timeout,
            [this](Result<ExecResult> result) {
                if (!result) return finish({false, result.error().what});
                finish({result->code == 0, result->output});
            }
        );
        return;
    }
    timer_ = loop_.call_after(check_.sleep.value_or(Duration{}), [this] {
        timer_ = 0;
        finish({true, ""});
    });
}

RunningCheck::~RunningCheck() {
    if (call_ != 0) client_.cancel(call_);
    if (timer_ != 0) loop_.cancel(timer_);
    if (socket_) loop_.forget(*socket_);
}

void RunningCheck::get(const http::Request& request) {
    const auto on_answer = [this, request](const Result<http::Response>& answer) {
        call_ = 0;
        if (!answer)
            return finish(
                {false,
                 "Get \"http://" + request.address + request.target + "\": " + answer.error().what}
            );
        if (answer->status < 200 || answer->status >= 400)
            return finish(
                {false, "HTTP probe failed with statuscode: " + std::to_string(answer->status)}
            );
        if (answer->status < 300) return finish({true, ""});
        redirected(request, *answer);
    };
    call_ = client_.request(request, deadline_ - loop_.now(), on_answer);
}

/// Followed to the host that was asked; where it leads elsewhere, that it answered is enough.
void RunningCheck::redirected(http::Request request, const http::Response& answer) {
    const auto location = http::find(answer.headers, "Location");
    const auto to = is_redirect(answer.status) && location ? redirect(request, *location)
                                                           : std::optional<Redirect>();
    if (!to || to->host != host_or_pod(check_.http_get->host))
        return finish({true, "Probe terminated redirects", true});
    if (++redirects_ > most_redirects)
        return finish(
            {false,
             "Get \"" + to->target + "\": stopped after " + std::to_string(redirects_) +
                 " redirects"}
        );
    check_.port = to->port;
    if (to->tls) return connect(to->host);
    request.target = to->target;
    request.address = to->host + ":" + std::to_string(to->port);
    if (to->absolute)
        std::erase_if(request.headers, [](const auto& field) {
            return http::same_name(field.first, "Host");
        });
    get(request);
}

void RunningCheck::connect(const std::string& given) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(check_.port));
    const std::string host = host_or_pod(given);
    const std::string where = "dial tcp " + host + ":" + std::to_string(check_.port) + ": ";
    const auto answer_later = [this](bool passed, std::string output) {
        timer_ = loop_.call_at(loop_.now(), [this, passed, output] {
            timer_ = 0;
            finish({passed, output});
        });
    };
    if (::inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &address.sin_addr) !=
        1)
        return answer_later(false, where + "not an IPv4 address");
    socket_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int answer =
        ::connect(*socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (answer == 0 || errno != EINPROGRESS) {
        const std::string output = answer == 0 ? "" : where + std::strerror(errno);
        socket_.reset();
        return answer_later(answer == 0, output);
    }
    timer_ = loop_.call_at(deadline_, [this, where] {
        timer_ = 0;
        finish({false, where + "i/o timeout"});
    });
    loop_.watch(*socket_, {.readable = false, .writable = true}, [this, where](Loop::Ready) {
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(*socket_, SOL_SOCKET, SO_ERROR, &error, &size);
        finish({error == 0, error == 0 ? "" : where + "connect: " + std::strerror(error)});
    });
}

void RunningCheck::finish(CheckResult result) {
    if (timer_ != 0) loop_.cancel(std::exchange(timer_, 0));
    if (socket_) {
        loop_.forget(*socket_);
        socket_.reset();
    }
    const Done done = std::move(done_);  // it may destroy us
    done(std::move(result));
}

}  // namespace swell::cluster::pods
