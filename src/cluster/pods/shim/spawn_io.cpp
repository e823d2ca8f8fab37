#include "cluster/pods/shim/spawn_io.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>

#include "cluster/pods/shim/shim_spec.hpp"

namespace swell::cluster::pods {

namespace {

/// Moves a descriptor out of the way of those that a shim is born with.
Fd high(int fd) { return Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 16)); }

Result<Fd> in_memory(const std::string& text) {
    // Not a pipe, which holds 64 KiB, nor a file, which others could read: specs carry secrets.
    const Fd memory(::memfd_create("swell-shim", MFD_CLOEXEC));
    if (!memory || ::write(*memory, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        return std::unexpected(errno_error("a shim's spec"));
    ::lseek(*memory, 0, SEEK_SET);
    return high(*memory);
}

class Actions {
  public:
    Actions() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
        sigset_t all, none;
        ::sigfillset(&all);
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID
        );
        for (const int standard : {0, 1, 2})
            ::posix_spawn_file_actions_addopen(&actions_, standard, "/dev/null", O_RDWR, 0);
    }
    ~Actions() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;

    void give(const Fd* fd, int as) {
        if (fd != nullptr && *fd)
            ::posix_spawn_file_actions_adddup2(&actions_, **fd, as);
        else
            ::posix_spawn_file_actions_addclose(&actions_, as);
    }

    int spawn(pid_t* pid, const std::string& binary, const std::string& mode) {
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, shim_fd::report + 1);
        std::array<std::string, 3> words = {binary, "shim", mode};
        std::array<char*, 4> argv = {words[0].data(), words[1].data(), words[2].data(), nullptr};
        return ::posix_spawn(pid, binary.c_str(), &actions_, &attributes_, argv.data(), environ);
    }

  private:
    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

}  // namespace

Result<Spawned> spawn_shim(
    const std::string& swell_binary,
    const std::string& mode,
    const std::string& spec,
    const Fd* lifeline
) {
    const auto memory = in_memory(spec);
    if (!memory) return std::unexpected(memory.error());
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected(errno_error("pipe"));
    Fd read_end(ends[0]);
    const Fd write_end(ends[1]);
    ::fcntl(*read_end, F_SETFL, O_NONBLOCK);
    const Fd report = high(*write_end);
    const Fd life = lifeline != nullptr ? high(**lifeline) : Fd();

    Actions actions;
    actions.give(&*memory, shim_fd::spec);
    actions.give(&life, shim_fd::lifeline);
    actions.give(&report, shim_fd::report);
    Spawned spawned;
    if (const int failed = actions.spawn(&spawned.pid, swell_binary, mode); failed != 0)
        return fail(Code::unavailable, "start " + swell_binary + ": " + std::strerror(failed));
    spawned.pidfd = Fd(static_cast<int>(::syscall(SYS_pidfd_open, spawned.pid, 0)));
    spawned.report = std::move(read_end);
    return spawned;
}

}  // namespace swell::cluster::pods
