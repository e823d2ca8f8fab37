#include "app/cli/up_io.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <random>
#include <utility>

#include "app/cli/client_io.hpp"
#include "app/cli/manifests_io.hpp"
#include "app/cli/terminal_io.hpp"
#include "app/cli/words.hpp"
#include "app/server/control_plane_io.hpp"
#include "app/view/render.hpp"
#include "spec/kinds/core.hpp"

namespace swell::app {

namespace {

constexpr Duration frame = std::chrono::milliseconds(250);
constexpr Duration line_period = std::chrono::seconds(5);
constexpr Duration default_timeout = std::chrono::minutes(5);
constexpr Duration start_patience = std::chrono::seconds(30);
constexpr Duration down_timeout = std::chrono::minutes(2);

int failed(const Error& error) {
    std::cerr << "error: " << error.what << "\n";
    return 1;
}

Result<Duration> timeout_of(const Options& o, Duration by_default) {
    if (o.timeout.empty()) return by_default;
    auto given = parse_duration(o.timeout);
    if (!given) return fail(given.error().code, "--timeout: " + given.error().what);
    return given;
}

std::string own_binary() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

std::uint64_t new_seed() {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32) | device();
}

ControlPlane::Config config_of(const Options& o, const StateDir& dir, bool detach) {
    ControlPlane::Config config{
        .dir = dir,
        .binary = own_binary(),
        .detach = detach,
        .seed = o.seed ? *o.seed : new_seed(),
    };
    if (o.period_seconds > 0)
        config.hpa_sync_period =
            std::chrono::duration_cast<Duration>(std::chrono::duration<double>(o.period_seconds));
    return config;
}

/// Signals that end a run, as a descriptor; blocked for this thread and those it starts.
Fd end_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    return Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

/// One run in the foreground: shows, notices the end, stops.
class Foreground {
  public:
    /// `out` and `errors` outlive it; nothing here waits for who reads them.
    struct Outputs {
        Output& out;
        Output& errors;
    };

    Foreground(Loop& loop, ControlPlane& plane, Outputs outputs, Duration patience)
        : loop_(loop), plane_(plane), outputs_(outputs), patience_(patience) {}
    ~Foreground() { loop_.cancel(timer_); }

    void start(bool plain) {
        if (!plane_.left_over().empty()) outputs_.out.print(plane_.left_over() + "\n");
        if (!plain && Terminal::usable()) terminal_ = std::make_unique<Terminal>(outputs_.out);
        if (!terminal_) outputs_.out.print("metrics: " + plane_.metrics_url() + "\n");
        tick();
    }

    /// `swell down`: gracefully, however often it asks.
    void ask_to_stop() {
        if (!stopping_) stop();
    }

    /// A signal: the first time gracefully, the second time at once.
    void interrupt() {
        if (stopping_) {
            plane_.kill();
            loop_.stop();
            return;
        }
        stop();
    }

    /// Puts the terminal back and says how it went, as far as the outputs take it at once. Returns
    /// the exit code.
    int end() {
        terminal_.reset();
        print_decisions(plane_.view());
        outputs_.out.print(render(plane_.summary()));
        if (!complaint_.empty()) outputs_.errors.print("error: " + complaint_ + "\n");
        return complaint_.empty() ? 0 : 1;
    }

  private:
    void tick() {
        const Instant now = loop_.now();
        show(now);
        if (!stopping_) judge(now);
        timer_ = loop_.call_after(frame, [this] { tick(); });
    }

    void show(Instant now) {
        if (terminal_) return terminal_->show(render(plane_.view(), terminal_->screen()));
        const View view = plane_.view();
        print_decisions(view);
        print_warnings(view);
        outputs_.out.flush();
        if (now < next_line_) return;
        next_line_ = now + line_period;
        outputs_.out.print(render_line(view) + "\n");
    }

    void print_decisions(const View& view) {
        // Newest first in the view, oldest first on paper.
        for (auto d = view.decisions.rbegin(); d != view.decisions.rend(); ++d) {
            if (d->at <= last_decision_ || d->subject.empty()) continue;
            if (!terminal_)
                outputs_.out.print(
                    to_rfc3339_seconds(d->at).substr(11, 8) + "  " + d->subject + "  " +
                    d->summary + "\n"
                );
        }
        for (const auto& d : view.decisions) last_decision_ = std::max(last_decision_, d.at);
    }

    /// Each once, and again when it comes back.
    void print_warnings(const View& view) {
        for (const std::string& warning : view.warnings)
            if (std::ranges::find(warned_, warning) == warned_.end())
                outputs_.out.print("warning: " + warning + "\n");
        warned_ = view.warnings;
    }

    void judge(Instant now) {
        if (!plane_.has_load()) return;
        complaint_ = plane_.load_ended() ? plane_.load_failure() : plane_.load_overdue(patience_);
        // Without its load a run has nothing to show that would be worth a wait.
        if (!complaint_.empty() || plane_.settled()) return stop();
        if (!load_ended_ && plane_.load_ended()) load_ended_ = now;
        if (load_ended_ && now - *load_ended_ > patience_) {
            complaint_ = "the load ended " + to_age(patience_) +
                         " ago, and the replicas are not back at their minimum";
            stop();
        }
    }

    void stop() {
        stopping_ = true;
        plane_.stop(true, [this] { loop_.stop(); });
    }

    Loop& loop_;
    ControlPlane& plane_;
    Outputs outputs_;
    Duration patience_;
    Instant next_line_{}, last_decision_{};
    std::optional<Instant> load_ended_;
    std::unique_ptr<Terminal> terminal_;
    Clock::Timer timer_ = 0;
    bool stopping_ = false;
    std::string complaint_;
    std::vector<std::string> warned_;
};

int run_here(const Options& o, const StateDir& dir, const std::vector<spec::Object>& objects) {
    const auto patience = timeout_of(o, default_timeout);
    if (!patience) return failed(patience.error());
    Loop loop;
    const Fd signals = end_signals();
    auto plane = ControlPlane::start(loop, config_of(o, dir, false));
    if (!plane) {
        if (plane.error().code == Code::exists)
            return failed(
                {Code::exists,
                 plane.error().what + "; `swell apply -f` adds to it, `swell down` ends it"}
            );
        return failed(plane.error());
    }
    if (const auto applied = (*plane)->apply(objects); !applied) {
        plane->reset();  // whoever reads the error, or not
        return failed(applied.error());
    }
    Output out(STDOUT_FILENO), errors(STDERR_FILENO);
    Foreground foreground(loop, **plane, {out, errors}, *patience);
    loop.watch(*signals, {.readable = true}, [&](Loop::Ready) {
        signalfd_siginfo info{};
        while (::read(*signals, &info, sizeof info) == sizeof info) foreground.interrupt();
    });
    (*plane)->on_stop([&] { foreground.ask_to_stop(); });
    foreground.start(o.plain);
    loop.run();
    loop.forget(*signals);
    const int code = foreground.end();
    // All has ended, and others may have the folder, before anybody is waited for.
    plane->reset();
    out.finish(*signals);
    errors.finish(*signals);
    return code;
}

Result<void> start_server(const Options& o, const StateDir& dir) {
    auto probe = lock(dir);  // creates the folder
    if (!probe) return std::unexpected(probe.error());
    probe->reset();
    Fd log(::open(dir.log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!log) return std::unexpected(errno_error("cannot open " + dir.log()));
    std::vector<std::string> words = {own_binary(), "server", "--state", dir.path};
    if (o.period_seconds > 0)
        words.insert(words.end(), {"--hpa-sync-period", std::to_string(o.period_seconds)});
    if (o.seed) words.insert(words.end(), {"--seed", std::to_string(*o.seed)});
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    const pid_t pid = ::fork();
    if (pid < 0) return std::unexpected(errno_error("cannot start the control plane"));
    if (pid == 0) {
        ::setsid();
        const int nothing = ::open("/dev/null", O_RDONLY);
        ::dup2(nothing, 0);
        ::dup2(*log, 1);
        ::dup2(*log, 2);
        ::syscall(SYS_close_range, 3, ~0U, 0);
        ::execv(pointers.front(), pointers.data());
        ::_exit(127);
    }
    const ApiClient api(dir.api_socket());
    Loop loop;
    const Instant deadline = loop.now() + start_patience;
    while (!api.alive()) {
        if (::waitpid(pid, nullptr, WNOHANG) == pid || loop.precise() > deadline) {
            const auto text = read_file(dir.log());
            return fail(
                Code::unavailable,
                "the control plane did not start; its log is " + dir.log() +
                    (text ? ":\n" + *text : "")
            );
        }
        loop.run_once(std::chrono::milliseconds(20));
    }
    return {};
}

/// The Services once each says where it listens, or a moment later: one whose port is taken does
/// not.
Result<std::vector<spec::Object>> services_with_urls(const ApiClient& api) {
    constexpr Duration patience = std::chrono::seconds(5);
    const auto is_silent = [](const spec::Object& object) {
        const auto& service = object.as<spec::Service>();
        const bool has_address =
            service.spec.cluster_ip != "None" && service.spec.type != "ExternalName";
        return has_address && service.status.urls.empty();
    };
    Loop loop;
    const Instant deadline = loop.now() + patience;
    while (true) {
        auto services = api.list(spec::kind_of<spec::Service>(), "");
        if (!services || std::ranges::none_of(*services, is_silent) || loop.precise() > deadline)
            return services;
        loop.run_once(std::chrono::milliseconds(20));
    }
}

int run_detached(const Options& o, const StateDir& dir, const std::vector<spec::Object>& objects) {
    const ApiClient api(dir.api_socket());
    if (!api.alive()) {
        if (const auto started = start_server(o, dir); !started) return failed(started.error());
        const auto status = api.call("GET", "/swell/v1/status");
        if (!status) return failed(status.error());
        const std::string left_over = status->value("leftOver", "");
        if (!left_over.empty()) std::cout << left_over << "\n";
    }
    if (const auto applied = apply_objects(api, objects, false); !applied)
        return failed(applied.error());
    const auto services = services_with_urls(api);
    if (services)
        for (const auto& service : *services)
            for (const auto& url : service.as<spec::Service>().status.urls)
                std::cout << "service/" << service.metadata().name << " " << url << "\n";
    const auto status = api.call("GET", "/swell/v1/status");
    if (!status) return failed(status.error());
    std::cout << "metrics " << status->value("metrics", "") << "\n"
              << where_it_runs(*status) << "\n";
    return 0;
}

/// Asks the control plane, whose pid this is, and waits until it has let go of the folder.
Result<void> ask_to_end(
    const ApiClient& api, const StateDir& dir, std::int64_t pid, Duration patience
) {
    // One that is about to end may not answer any more.
    if (const auto asked = api.call("POST", "/swell/v1/stop");
        !asked && asked.error().code != Code::unavailable)
        return std::unexpected(asked.error());
    Loop loop;
    const Instant deadline = loop.precise() + patience;
    for (auto held = lock(dir); !held; held = lock(dir)) {
        if (held.error().code != Code::exists) return std::unexpected(held.error());
        if (loop.precise() > deadline)
            return fail(
                Code::timeout,
                "swell (pid " + std::to_string(pid) + ") was asked to end, and is not done after " +
                    to_age(patience) +
                    ": it goes on (pods have their grace periods). `swell down` waits again; after "
                    "`kill -9 " +
                    std::to_string(pid) + "` it ends what is left"
            );
        loop.run_once(std::chrono::milliseconds(50));
    }
    std::cout << "stopped\n";
    return {};
}

/// Its control plane was killed: is it for a moment, and ends what it left. A signal, or the end of
/// the patience, ends that at once.
Result<void> end_what_is_left(const StateDir& dir, Duration patience) {
    Loop loop;
    const Fd signals = end_signals();
    auto plane = ControlPlane::start(
        loop, {.dir = dir, .binary = own_binary(), .detach = true, .seed = new_seed()}
    );
    if (!plane) {
        if (plane.error().code != Code::exists) return std::unexpected(plane.error());
        return fail(
            Code::exists,
            plane.error().what +
                ", and does not answer: after a `kill -9` of it `swell down` ends what is left"
        );
    }
    const auto end = [&] { (*plane)->stop(true, [&] { loop.stop(); }); };
    bool at_once = false;
    const auto kill = [&] {
        if (std::exchange(at_once, true)) return;
        (*plane)->kill();
        end();  // of what is no process of a pod
    };
    loop.watch(*signals, {.readable = true}, [&](Loop::Ready) {
        signalfd_siginfo info{};
        while (::read(*signals, &info, sizeof info) == sizeof info) kill();
    });
    const auto timer = loop.call_after(patience, kill);
    end();
    loop.run();
    loop.cancel(timer);
    loop.forget(*signals);
    std::cout << (at_once ? "killed\n" : "stopped\n");
    return {};
}

}  // namespace

int up(const Options& o, const StateDir& dir) {
    const auto objects = load(o.arguments, o);
    if (!objects) return failed(objects.error());
    return o.detach ? run_detached(o, dir, *objects) : run_here(o, dir, *objects);
}

int serve(const Options& o, const StateDir& dir) {
    Loop loop;
    const Fd signals = end_signals();
    auto plane = ControlPlane::start(loop, config_of(o, dir, true));
    if (!plane) return failed(plane.error());
    // A signal ends this process alone; pods and proxy go on, and the next start finds them.
    loop.watch(*signals, {.readable = true}, [&](Loop::Ready) { loop.stop(); });
    bool stopping = false;
    (*plane)->on_stop([&] {
        if (!std::exchange(stopping, true)) (*plane)->stop(true, [&] { loop.stop(); });
    });
    loop.run();
    loop.forget(*signals);
    return 0;
}

Result<void> down(const Options& o, const StateDir& dir) {
    const auto patience = timeout_of(o, down_timeout);
    if (!patience) return std::unexpected(patience.error());
    const ApiClient api(dir.api_socket());
    if (const auto status = api.call("GET", "/swell/v1/status"))
        return ask_to_end(api, dir, status->value("pid", std::int64_t{0}), *patience);
    if (!std::filesystem::exists(dir.objects())) {
        std::cout << "nothing is running\n";
        return {};
    }
    return end_what_is_left(dir, *patience);
}

}  // namespace swell::app
