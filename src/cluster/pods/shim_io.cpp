#include "cluster/pods/shim_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>

#include "cluster/pods/guard_io.hpp"
#include "cluster/pods/shim/exec_io.hpp"
#include "cluster/pods/shim/shim_io.hpp"

namespace swell::cluster {

namespace {

using namespace pods;

std::string read_spec() {
    std::string text;
    char bytes[65536];
    while (true) {
        const ssize_t got = ::read(shim_fd::spec, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        text.append(bytes, static_cast<std::size_t>(got));
    }
    ::close(shim_fd::spec);
    return text;
}

int report(const Json& json) {
    const std::string line = json.dump() + "\n";
    [[maybe_unused]] const ssize_t wrote = ::write(shim_fd::report, line.data(), line.size());
    return 0;
}

int run(const std::string& text) {
    const auto spec = shim_spec_from(text);
    return spec ? run_shim(*spec) : 2;
}

int exec(const std::string& text) {
    const auto spec = exec_spec_from(text);
    if (spec) report(to_json(run_exec(*spec)));
    // At once: what a program does at its exit has no business in a container's namespaces.
    ::_exit(spec ? 0 : 2);
}

int guard(const std::string& text) {
    const auto spec = guard_spec_from(text);
    return spec ? run_guard(*spec) : 2;
}

int check() {
    const IsolationCheck found = check_isolation();
    return report({{"best", word(found.best)}, {"why", found.why_not_better}});
}

}  // namespace

int shim_main(int argc, char** argv) {
    const std::string_view mode = argc > 2 ? argv[2] : "";
    if (mode != "run" && mode != "exec" && mode != "check" && mode != "guard") {
        std::fprintf(stderr, "swell shim is started by swell up, not by hand\n");
        return 2;
    }
    // Nothing that a container runs shall find these.
    for (const int fd : {shim_fd::spec, shim_fd::lifeline, shim_fd::report})
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::umask(022);
    const std::string text = read_spec();
    if (mode == "check") return check();
    if (mode == "guard") return guard(text);
    return mode == "run" ? run(text) : exec(text);
}

}  // namespace swell::cluster
