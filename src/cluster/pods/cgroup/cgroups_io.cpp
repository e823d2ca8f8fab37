#include "cluster/pods/cgroup/cgroups_io.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/fd_io.hpp"
#include "base/text.hpp"

namespace swell::cluster::pods {

namespace {

namespace fs = std::filesystem;

constexpr const char* mount_point = "/sys/fs/cgroup";
constexpr long cgroup2_magic = 0x63677270;
constexpr std::array v1_controllers = {"cpu", "cpuacct", "memory", "pids"};

bool write_in_place(const std::string& path, const std::string& value) {
    // Control files are written as they are; a rename would replace them.
    std::ofstream file(path);
    file << value << std::flush;
    return file.good();
}

std::uint64_t number_in(const std::string& path) {
    std::uint64_t value = 0;
    if (const auto text = read_file(path))
        std::from_chars(text->data(), text->data() + text->size(), value);
    return value;
}

bool may_make_groups(const std::string& folder) {
    return ::access(folder.c_str(), W_OK | X_OK) == 0 && fs::exists(folder + "/cgroup.procs");
}

/// Our own group of the unified hierarchy, as a folder.
std::string own_v2_group() {
    const auto text = read_file("/proc/self/cgroup");
    if (!text) return mount_point;
    for (const std::string_view line : split(*text, '\n'))
        if (line.starts_with("0::")) return mount_point + std::string(line.substr(3));
    return mount_point;
}

bool gives(const std::string& base, std::string_view controller) {
    const std::string given = read_file(base + "/cgroup.subtree_control").value_or("");
    for (const std::string_view word : split(trim(given), ' '))
        if (word == controller) return true;
    return write_in_place(base + "/cgroup.subtree_control", "+" + std::string(controller));
}

/// A group with processes may not give controllers on. When they are but ourselves, we move to a
/// leaf.
bool move_to_leaf(const std::string& base) {
    const auto procs = read_file(base + "/cgroup.procs");
    if (!procs || trim(*procs) != std::to_string(::getpid())) return false;
    const std::string leaf = base + "/swell-control";
    ::mkdir(leaf.c_str(), 0755);
    return write_in_place(leaf + "/cgroup.procs", "0");
}

Cgroups::Layout detect_v2() {
    const std::string base = ::geteuid() == 0 ? mount_point : own_v2_group();
    if (!may_make_groups(base)) {
        return {
            CgroupVersion::none,
            "",
            "control groups (v2) are not ours to make: run as root, or with "
            "systemd-run --user --scope -p Delegate=yes swell …"
        };
    }
    for (const char* controller : {"cpu", "memory"}) {
        if (gives(base, controller) || (move_to_leaf(base) && gives(base, controller))) continue;
        return {
            CgroupVersion::none,
            "",
            std::string("the controller ") + controller + " is not given on by " + base +
                ": run with systemd-run --user --scope -p Delegate=yes swell …"
        };
    }
    return {CgroupVersion::v2, base, ""};
}

Cgroups::Layout detect_v1() {
    for (const char* controller : {"cpu", "cpuacct", "memory"}) {
        const std::string folder = std::string(mount_point) + "/" + controller;
        if (may_make_groups(folder)) continue;
        return {
            CgroupVersion::none,
            "",
            "control groups (v1) cannot be made in " + folder +
                ": run as root on a machine that mounts them"
        };
    }
    return {CgroupVersion::v1, mount_point, ""};
}

void kill_all_in(const std::string& group) {
    if (write_in_place(group + "/cgroup.kill", "1")) return;
    const auto text = read_file(group + "/cgroup.procs");
    if (!text) return;
    for (const std::string_view line : split(*text, '\n')) {
        pid_t pid = 0;
        std::from_chars(line.data(), line.data() + line.size(), pid);
        if (pid > 1) ::kill(pid, SIGKILL);
    }
}

std::vector<std::string> folders_in(const std::string& path) {
    std::vector<std::string> names;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(path, failed))
        if (entry.is_directory(failed)) names.push_back(entry.path().filename());
    return names;
}

/// Kills and removes a pod's groups within one hierarchy.
bool remove_tree(const std::string& pod_group) {
    for (const std::string& container : folders_in(pod_group)) {
        const std::string group = pod_group + "/" + container;
        kill_all_in(group);
        ::rmdir(group.c_str());
    }
    return ::rmdir(pod_group.c_str()) == 0 || errno == ENOENT;
}

}  // namespace

Cgroups::Layout Cgroups::detect() {
    struct statfs about{};
    if (::statfs(mount_point, &about) != 0)
        return {CgroupVersion::none, "", "no control groups are mounted at /sys/fs/cgroup"};
    return about.f_type == cgroup2_magic ? detect_v2() : detect_v1();
}

Cgroups::Cgroups(Layout layout, std::string prefix)
    : layout_(std::move(layout)), prefix_(std::move(prefix)) {}

std::vector<std::string> Cgroups::roots() const {
    if (layout_.version == CgroupVersion::v2) return {layout_.base};
    std::vector<std::string> list;
    if (layout_.version == CgroupVersion::v1)
        for (const char* controller : v1_controllers)
            if (const std::string root = layout_.base + "/" + controller; fs::exists(root))
                list.push_back(root);
    return list;
}

std::string Cgroups::group(
    std::string_view controller, const std::string& pod, const std::string& container
) const {
    std::string path = layout_.base;
    if (layout_.version == CgroupVersion::v1) path += "/" + std::string(controller);
    path += "/" + prefix_ + "/" + pod;
    return container.empty() ? path : path + "/" + container;
}

Result<void> Cgroups::make(const std::string& root, std::initializer_list<std::string> names)
    const {
    constexpr int most_tries = 3;  // a guard that ends may remove the prefix right when we need it
    for (int tries = 1;; ++tries) {
        std::string path = root;
        int failed = 0;
        for (const std::string& name : names) {
            if (layout_.version == CgroupVersion::v2)
                for (const char* controller : {"cpu", "memory", "pids"}) gives(path, controller);
            path += "/" + name;
            failed = ::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST ? errno : 0;
            if (failed != 0) break;
        }
        if (failed == 0) return {};
        errno = failed;
        if (failed != ENOENT || tries == most_tries)
            return std::unexpected(errno_error("cgroup " + path));
    }
}

Result<void> Cgroups::create_pod(const std::string& pod, const Limits& limits) {
    for (const std::string& root : roots())
        if (auto made = make(root, {prefix_, pod}); !made) return made;
    return tell(pod, "", limits);
}

Result<void> Cgroups::create(
    const std::string& pod, const std::string& container, const Limits& limits
) {
    for (const std::string& root : roots()) {
        if (auto made = make(root, {prefix_, pod, container}); !made) return made;
        kill_all_in(root + "/" + prefix_ + "/" + pod + "/" + container);
    }
    return tell(pod, container, limits);
}

// Source  kubernetes pkg/kubelet/kuberuntime, validateMemoryResizeAction
Result<void> Cgroups::resize(
    const std::string& pod, const std::string& container, const Limits& limits
) {
    if (layout_.version == CgroupVersion::none) return fail(Code::unavailable, layout_.why_none);
    const bool v1 = layout_.version == CgroupVersion::v1;
    const auto used = number_in(
        group("memory", pod, container) + (v1 ? "/memory.usage_in_bytes" : "/memory.current")
    );
    if (limits.memory_limit && static_cast<std::uint64_t>(*limits.memory_limit) < used)
        return fail(
            Code::unavailable,
            "attempting to set container \"" + container + "\" memory limit (" +
                std::to_string(*limits.memory_limit) + ") below current usage (" +
                std::to_string(used) + ")"
        );
    return tell(pod, container, limits);
}

Result<void> Cgroups::tell(
    const std::string& pod, const std::string& container, const Limits& limits
) {
    for (const Setting& setting : settings(layout_.version, limits)) {
        // A container dies as a whole; a pod whose containers together are too large does not.
        if (container.empty() && setting.file == "memory.oom.group") continue;
        const std::string path =
            group(setting.controller, pod, container) + "/" + std::string(setting.file);
        if (!write_in_place(path, setting.value) && !setting.optional)
            return fail(Code::unavailable, "cgroup " + path + ": does not take " + setting.value);
    }
    return {};
}

std::vector<std::string> Cgroups::procs(const std::string& pod, const std::string& container)
    const {
    std::vector<std::string> list;
    for (const std::string& root : roots())
        list.push_back(root + "/" + prefix_ + "/" + pod + "/" + container + "/cgroup.procs");
    return list;
}

std::string Cgroups::oom_file(const std::string& pod, const std::string& container) const {
    if (layout_.version == CgroupVersion::none) return {};
    const char* name =
        layout_.version == CgroupVersion::v1 ? "/memory.oom_control" : "/memory.events";
    return group("memory", pod, container) + name;
}

std::optional<UsageSample> Cgroups::usage(
    const std::string& pod, const std::string& container, Instant at
) const {
    if (layout_.version == CgroupVersion::none) return std::nullopt;
    const bool v1 = layout_.version == CgroupVersion::v1;
    const std::string memory = group("memory", pod, container);
    const std::string cpu = group(v1 ? "cpuacct" : "cpu", pod, container);
    const auto stat = read_file(memory + "/memory.stat");
    const auto cpu_text = read_file(cpu + (v1 ? "/cpuacct.usage" : "/cpu.stat"));
    if (!stat || !cpu_text) return std::nullopt;
    UsageSample sample;
    sample.at = at;
    sample.cpu = v1 ? Duration(number_in(cpu + "/cpuacct.usage"))
                    : std::chrono::microseconds(stat_value(*cpu_text, "usage_usec"));
    const auto used = number_in(memory + (v1 ? "/memory.usage_in_bytes" : "/memory.current"));
    sample.memory = working_set(used, *stat, layout_.version);
    return sample;
}

bool Cgroups::remove(const std::string& pod) {
    bool gone = true;
    for (const std::string& root : roots())
        if (!remove_tree(root + "/" + prefix_ + "/" + pod)) gone = false;
    return gone;
}

void Cgroups::remove_and_wait(const std::string& pod) {
    for (int tries = 0; tries < 200 && !remove(pod); ++tries) ::poll(nullptr, 0, 5);
}

std::vector<std::string> Cgroups::pods() const {
    std::set<std::string> names;
    for (const std::string& root : roots())
        for (const std::string& name : folders_in(root + "/" + prefix_)) names.insert(name);
    return {names.begin(), names.end()};
}

void Cgroups::remove_prefix() {
    for (const std::string& root : roots()) ::rmdir((root + "/" + prefix_).c_str());
}

}  // namespace swell::cluster::pods
