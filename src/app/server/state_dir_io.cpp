#include "app/server/state_dir_io.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace swell::app {

namespace {

constexpr std::size_t longest_path = 90;  // sun_path holds 108 bytes, with the socket's own name

std::uint32_t hash(const std::string& text) {
    // FNV-1a, 32 bits.
    std::uint32_t value = 2166136261u;
    for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 16777619u;
    return value;
}

std::string environment(const char* name) {
    const char* value =
        std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread starts
    return value ? value : "";
}

std::string chosen(const std::string& given) {
    if (!given.empty()) return given;
    if (const auto set = environment("SWELL_STATE"); !set.empty()) return set;
    if (const auto home = environment("XDG_STATE_HOME"); !home.empty()) return home + "/swell";
    if (const auto home = environment("HOME"); !home.empty()) return home + "/.local/state/swell";
    return "/tmp/swell-" + std::to_string(::getuid());
}

}  // namespace

std::string StateDir::tag() const {
    std::array<char, 9> text{};
    std::snprintf(text.data(), text.size(), "%08x", hash(path));
    return text.data();
}

std::string StateDir::address_prefix() const {
    return "127." + std::to_string(64 + hash(path) % 64) + ".";
}

Result<StateDir> state_dir(const std::string& given) {
    std::error_code error;
    StateDir dir{std::filesystem::absolute(chosen(given), error).lexically_normal().string()};
    while (dir.path.size() > 1 && dir.path.back() == '/') dir.path.pop_back();
    if (error) return fail(Code::invalid, "--state: " + error.message());
    if (dir.path.size() > longest_path)
        return fail(
            Code::invalid,
            "--state: the path may have " + std::to_string(longest_path) +
                " bytes, for the sockets in it: " + dir.path
        );
    return dir;
}

Result<Fd> lock(const StateDir& dir) {
    std::error_code error;
    std::filesystem::create_directories(dir.path, error);
    if (error) return fail(Code::unavailable, "cannot create " + dir.path + ": " + error.message());
    std::filesystem::permissions(dir.path, std::filesystem::perms::owner_all, error);
    Fd file(::open(dir.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file) return std::unexpected(errno_error("cannot open " + dir.lock()));
    if (::flock(*file, LOCK_EX | LOCK_NB) != 0) {
        std::array<char, 32> text{};
        const auto got = ::pread(*file, text.data(), text.size() - 1, 0);
        const std::string pid = got > 0 ? text.data() : "?";
        return fail(Code::exists, "swell is running here already (pid " + pid + "): " + dir.path);
    }
    const std::string pid = std::to_string(::getpid());
    if (::ftruncate(*file, 0) != 0 || ::pwrite(*file, pid.data(), pid.size(), 0) < 0)
        return std::unexpected(errno_error("cannot write " + dir.lock()));
    return file;
}

Result<std::uint64_t> free_bytes(const StateDir& dir) {
    struct statvfs about{};
    if (::statvfs(dir.path.c_str(), &about) != 0) return std::unexpected(errno_error(dir.path));
    // Some blocks are kept back for root.
    return std::uint64_t{about.f_frsize} * (::geteuid() == 0 ? about.f_bfree : about.f_bavail);
}

}  // namespace swell::app
