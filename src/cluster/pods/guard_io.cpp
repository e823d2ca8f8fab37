#include "cluster/pods/guard_io.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "cluster/pods/cgroup/cgroups_io.hpp"
#include "cluster/pods/shim/shim_spec.hpp"

namespace swell::cluster::pods {

namespace {

namespace fs = std::filesystem;

constexpr int tries = 500;  // every 10 ms: processes that were killed leave their groups

void wait_for_the_end() {
    char bytes[64];
    ssize_t got = 0;
    do {
        pollfd ended{shim_fd::lifeline, POLLIN, 0};
        ::poll(&ended, 1, -1);
        got = ::read(shim_fd::lifeline, bytes, sizeof bytes);
    } while (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)));
}

std::vector<fs::path> in_memory(const std::string& prefix) {
    std::vector<fs::path> folders;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator("/dev/shm", failed))
        if (entry.path().filename().string().starts_with(prefix + "-"))
            folders.push_back(entry.path());
    return folders;
}

}  // namespace

Json to_json(const GuardSpec& spec) { return {{"prefix", spec.prefix}, {"cgroups", spec.cgroups}}; }

Result<GuardSpec> guard_spec_from(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("prefix") || !json["prefix"].is_string() ||
        json["prefix"].get_ref<const std::string&>().empty())
        return fail(Code::invalid, "a guard's spec: prefix: is required");
    return GuardSpec{json["prefix"].get<std::string>(), json.value("cgroups", true)};
}

int run_guard(const GuardSpec& spec) {
    wait_for_the_end();
    const std::vector<fs::path> folders = in_memory(spec.prefix);
    if (spec.cgroups) {
        Cgroups groups(Cgroups::detect(), spec.prefix);
        std::vector<std::string> pods = groups.pods();
        for (int i = 0; i < tries && !pods.empty(); ++i) {
            std::erase_if(pods, [&](const std::string& pod) { return groups.remove(pod); });
            if (!pods.empty()) ::poll(nullptr, 0, 10);
        }
        groups.remove_prefix();
    }
    std::error_code failed;
    for (const fs::path& folder : folders) fs::remove_all(folder, failed);
    return 0;
}

}  // namespace swell::cluster::pods
