#include "base/fd_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/text.hpp"

namespace swell {
namespace {

Code code_of(int error) {
    switch (error) {
        case ENOENT:
        case ENOTDIR:
            return Code::not_found;
        case EEXIST:
            return Code::exists;
        case ETIMEDOUT:
            return Code::timeout;
        default:
            return Code::unavailable;
    }
}

Error too_long(const std::string& path, std::size_t size, std::size_t limit) {
    const std::string what = size > limit ? "file of " + binary_size(size) + " is" : "file is";
    return {Code::invalid, path + ": " + what + " larger than the limit of " + binary_size(limit)};
}

Result<void> write_all(int fd, std::string_view text, const std::string& path) {
    while (!text.empty()) {
        const ssize_t count = ::write(fd, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::unexpected(errno_error(path));
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

}  // namespace

Error errno_error(std::string what) {
    const int error = errno;
    return {code_of(error), std::move(what) + ": " + std::strerror(error)};
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    const Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file) return std::unexpected(errno_error(path));
    struct stat status{};
    if (::fstat(*file, &status) != 0) return std::unexpected(errno_error(path));
    if (S_ISDIR(status.st_mode)) return fail(Code::invalid, path + ": is a directory");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > limit) return std::unexpected(too_long(path, size, limit));
    std::string text;
    // The size is a hint: files of /proc and pipes say 0, and a file may grow while it is read.
    std::size_t room = size + 1;
    while (true) {
        const std::size_t used = text.size();
        text.resize(used + room);
        const ssize_t count = ::read(*file, text.data() + used, room);
        text.resize(used + (count > 0 ? static_cast<std::size_t>(count) : 0));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::unexpected(errno_error(path));
        if (count == 0) return text;
        if (text.size() > limit) return std::unexpected(too_long(path, 0, limit));
        room = 64u << 10;
    }
}

Result<void> write_file(const std::string& path, std::string_view text, unsigned mode) {
    std::string temporary = path + ".XXXXXX";
    const Fd file{::mkostemp(temporary.data(), O_CLOEXEC)};
    if (!file) return std::unexpected(errno_error(path));
    Result<void> written = write_all(*file, text, path);
    if (written && ::fchmod(*file, mode) != 0) written = std::unexpected(errno_error(path));
    if (written && ::rename(temporary.c_str(), path.c_str()) != 0) {
        written = std::unexpected(errno_error(path));
    }
    if (!written) ::unlink(temporary.c_str());
    return written;
}

}  // namespace swell
