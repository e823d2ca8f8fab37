#include "proxy/main_io.hpp"

#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <random>

#include "base/loop_io.hpp"
#include "proxy/control_io.hpp"
#include "proxy/worker_io.hpp"

namespace swell::proxy {

namespace {

constexpr const char* usage =
    "usage: swell proxy --socket PATH [--state PATH] [--lifeline FD] [--drain DURATION]\n";

/// As many descriptors as the system lets us have. A request under way takes two.
std::size_t most_clients() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 256;
    files.rlim_cur = files.rlim_max;
    // When it is refused the limit of before holds, which getrlimit tells.
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &files));
    ::getrlimit(RLIMIT_NOFILE, &files);
    constexpr rlim_t reserved = 128;  // listeners, control, standard streams
    const rlim_t usable = files.rlim_cur > 2 * reserved ? files.rlim_cur - reserved : reserved;
    return static_cast<std::size_t>(std::min<rlim_t>(usable / 2, 20'000));
}

/// The signals that end us, as a descriptor.
Fd watched_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTERM);
    ::sigaddset(&set, SIGINT);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    return Fd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

/// Whoever held the other end of our life is dead: nobody is left to drain for.
[[noreturn]] void orphaned() { ::_exit(0); }

void watch_lifeline(Loop& loop, int fd) {
    if (fd < 0) return;
    loop.watch(fd, {.readable = true}, [fd](Loop::Ready) {
        char bytes[64];
        const ssize_t size = ::read(fd, bytes, sizeof bytes);
        if (size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR))) return;
        orphaned();
    });
}

/// First signal: drain. Second one: enough.
void watch_signals(Loop& loop, int signals, Worker& worker, Duration drain) {
    loop.watch(
        signals,
        {.readable = true},
        [&loop, &worker, signals, drain, draining = false](Loop::Ready) mutable {
            signalfd_siginfo info;
            while (::read(signals, &info, sizeof info) == sizeof info) {
                if (std::exchange(draining, true)) {
                    loop.stop();
                    return;
                }
                worker.stop([&loop] { loop.stop(); });
                loop.call_after(drain, [&loop] { loop.stop(); });
            }
        }
    );
}

}  // namespace

Result<Options> options_from(const std::vector<std::string>& args) {
    Options options;
    for (std::size_t i = 0; i < args.size(); i += 2) {
        const std::string& name = args[i];
        if (i + 1 == args.size()) return fail(Code::invalid, name + ": needs a value");
        const std::string& value = args[i + 1];
        if (name == "--socket") {
            options.socket = value;
        } else if (name == "--state") {
            options.state_file = value;
        } else if (name == "--lifeline") {
            const auto read =
                std::from_chars(value.data(), value.data() + value.size(), options.lifeline);
            if (read.ptr != value.data() + value.size() || options.lifeline < 0) {
                return fail(Code::invalid, "--lifeline: must be a descriptor, got " + value);
            }
        } else if (name == "--drain") {
            const auto drain = parse_duration(value);
            if (!drain) return fail(Code::invalid, "--drain: " + drain.error().what);
            options.drain = *drain;
        } else {
            return fail(Code::invalid, name + ": unknown argument");
        }
    }
    if (options.socket.empty()) return fail(Code::invalid, "--socket: is needed");
    return options;
}

int run(const Options& options) {
    Loop loop;
    Bounds bounds;
    bounds.clients = most_clients();
    // The seed only decides which of equal endpoints comes first.
    Worker worker(loop, bounds, std::random_device{}());
    const Fd signals = watched_signals();
    watch_signals(loop, *signals, worker, options.drain);
    watch_lifeline(loop, options.lifeline);
    Control control(
        loop,
        worker,
        {.socket = options.socket, .state_file = options.state_file, .orphaned = orphaned}
    );
    if (const auto started = control.start(); !started) {
        std::fprintf(stderr, "swell proxy: %s\n", started.error().what.c_str());
        return 1;
    }
    loop.run();
    return 0;
}

int proxy_main(const std::vector<std::string>& args) {
    const auto options = options_from(args);
    if (!options) {
        std::fprintf(stderr, "swell proxy: %s\n%s", options.error().what.c_str(), usage);
        return 2;
    }
    return run(*options);
}

}  // namespace swell::proxy
