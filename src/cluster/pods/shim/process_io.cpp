#include "cluster/pods/shim/process_io.hpp"

#include <dirent.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <memory>

#include "base/text.hpp"

namespace swell::cluster::pods {

namespace {

template <class Number>
Number number(std::string_view text) {
    Number value{};
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::vector<pid_t> all_pids() {
    std::vector<pid_t> pids;
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir("/proc"), ::closedir);
    if (!dir) return pids;
    while (const dirent* entry = ::readdir(dir.get()))
        if (const pid_t pid = number<pid_t>(entry->d_name); pid > 0) pids.push_back(pid);
    return pids;
}

}  // namespace

std::optional<ProcessStat> process_stat(pid_t pid) {
    const auto text = read_file("/proc/" + std::to_string(pid) + "/stat");
    if (!text) return std::nullopt;
    // The name may hold blanks and parentheses; the last one ends it.
    const std::size_t end = text->rfind(')');
    if (end == std::string::npos || end + 2 >= text->size()) return std::nullopt;
    const auto fields = split(std::string_view(*text).substr(end + 2), ' ');
    if (fields.size() < 22) return std::nullopt;
    ProcessStat stat;  // fields[0] is field 3 of proc(5)
    stat.pid = pid;
    stat.state = fields[0].empty() ? '?' : fields[0].front();
    stat.parent = number<pid_t>(fields[1]);
    stat.cpu_ticks = number<std::uint64_t>(fields[11]) + number<std::uint64_t>(fields[12]);
    stat.child_ticks = number<std::uint64_t>(fields[13]) + number<std::uint64_t>(fields[14]);
    stat.start_time = number<std::uint64_t>(fields[19]);
    stat.resident_pages = number<std::uint64_t>(fields[21]);
    return stat;
}

std::optional<ProcessId> process_id(pid_t pid) {
    const auto stat = process_stat(pid);
    if (!stat) return std::nullopt;
    return ProcessId{pid, stat->start_time, boot_id()};
}

std::string boot_id() {
    const auto text = read_file("/proc/sys/kernel/random/boot_id");
    return text ? std::string(trim(*text)) : std::string();
}

Result<Fd> open_process(const ProcessId& id) {
    const auto gone = [&] {
        return fail(Code::not_found, "process " + std::to_string(id.pid) + " is gone");
    };
    if (id.pid <= 0 || id.boot_id != boot_id()) return gone();
    Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(id.pid), 0)));
    if (!pidfd) return gone();
    // Looked up after it was opened: if the start time fits now, the descriptor is of that process.
    const auto stat = process_stat(static_cast<pid_t>(id.pid));
    if (!stat || stat->start_time != id.start_time || stat->state == 'Z') return gone();
    return pidfd;
}

void signal_process(const Fd& pidfd, int signal) {
    if (pidfd) ::syscall(SYS_pidfd_send_signal, *pidfd, signal, nullptr, 0);
}

std::vector<ProcessStat> descendants(pid_t root) {
    std::multimap<pid_t, ProcessStat> children;
    for (const pid_t pid : all_pids())
        if (const auto stat = process_stat(pid)) children.emplace(stat->parent, *stat);
    std::vector<ProcessStat> found;
    std::vector<pid_t> open = {root};
    for (std::size_t i = 0; i < open.size(); ++i) {
        const auto [first, last] = children.equal_range(open[i]);
        for (auto child = first; child != last; ++child) {
            found.push_back(child->second);
            open.push_back(child->second.pid);
        }
    }
    return found;
}

void kill_descendants() {
    while (true) {
        const auto left = descendants(::getpid());
        for (const ProcessStat& process : left)
            if (process.state != 'Z') ::kill(process.pid, SIGKILL);
        bool reaped = false;
        while (::waitpid(-1, nullptr, WNOHANG) > 0) reaped = true;
        if (left.empty()) return;
        if (!reaped) ::poll(nullptr, 0, 5);  // a killed process takes a moment to become reapable
    }
}

void kill_marked(const std::string& entry) {
    const std::string wanted = '\0' + entry + '\0';
    for (int round = 0; round < 50; ++round) {
        bool found = false;
        for (const pid_t pid : all_pids()) {
            if (pid == ::getpid()) continue;
            // Opened first: what is read then is of the process that the signal goes to, or none.
            const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
            const auto environment = read_file("/proc/" + std::to_string(pid) + "/environ");
            if (!pidfd || !environment || ('\0' + *environment).find(wanted) == std::string::npos)
                continue;
            signal_process(pidfd, SIGKILL);
            found = true;
        }
        if (!found) return;
        ::poll(nullptr, 0, 5);
    }
}

std::optional<UsageSample> tree_usage(pid_t root, Instant at) {
    const auto top = process_stat(root);
    if (!top) return std::nullopt;
    const auto ticks_a_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    std::uint64_t ticks = top->cpu_ticks + top->child_ticks;
    UsageSample sample;
    sample.at = at;
    for (const ProcessStat& process : descendants(root)) {
        ticks += process.cpu_ticks + process.child_ticks;
        sample.memory += process.resident_pages * page;
    }
    sample.cpu =
        Duration(static_cast<std::int64_t>(static_cast<double>(ticks) / ticks_a_second * 1e9));
    return sample;
}

}  // namespace swell::cluster::pods
