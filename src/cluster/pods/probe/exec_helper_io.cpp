#include "cluster/pods/probe/exec_helper_io.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "cluster/pods/shim/process_io.hpp"
#include "cluster/pods/shim/spawn_io.hpp"

namespace swell::cluster::pods {

ExecHelper::ExecHelper(
    Loop& loop, const std::string& swell_binary, const ExecSpec& spec, Duration within, Done done
)
    : loop_(loop), done_(std::move(done)) {
    auto spawned = spawn_shim(swell_binary, "exec", to_json(spec).dump(), nullptr);
    if (!spawned) {
        timer_ = loop_.call_at(loop_.now(), [this, error = spawned.error()] {
            timer_ = 0;
            finish(std::unexpected(error));
        });
        return;
    }
    report_ = std::move(spawned->report);
    pidfd_ = std::move(spawned->pidfd);
    loop_.watch(*report_, {.readable = true}, [this](Loop::Ready) { on_report(); });
    timer_ = loop_.call_after(within, [this, within] {
        timer_ = 0;
        finish(fail(Code::timeout, "command timed out after " + to_text(within)));
    });
}

ExecHelper::~ExecHelper() {
    if (timer_ != 0) loop_.cancel(timer_);
    if (report_) loop_.forget(*report_);
    if (!pidfd_) return;
    signal_process(pidfd_, SIGKILL);
    siginfo_t info{};
    // It is dead or dying: this waits for the kernel, not for the command.
    while (::waitid(P_PIDFD, static_cast<id_t>(*pidfd_), &info, WEXITED) < 0 && errno == EINTR)
        continue;
}

void ExecHelper::on_report() {
    char bytes[4096];
    const ssize_t got = ::read(*report_, bytes, sizeof bytes);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got > 0) {
        line_.append(bytes, static_cast<std::size_t>(got));
        if (!line_.ends_with('\n')) return;
    }
    auto result = exec_result_from(line_);
    if (!result) return finish(fail(Code::unavailable, "the helper of the command ended early"));
    finish(std::move(*result));
}

void ExecHelper::finish(Result<ExecResult> result) {
    if (report_) loop_.forget(*report_);
    if (timer_ != 0) loop_.cancel(std::exchange(timer_, 0));
    const Done done = std::move(done_);  // it may destroy us
    done(std::move(result));
}

}  // namespace swell::cluster::pods
