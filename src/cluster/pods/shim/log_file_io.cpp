#include "cluster/pods/shim/log_file_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace swell::cluster::pods {

LogFile::LogFile(std::string path, Bounds bounds) : path_(std::move(path)), bounds_(bounds) {
    open();
}

void LogFile::write(std::string_view lines) {
    if (size_ > 0 && size_ + lines.size() > bounds_.bytes) rotate();
    if (!file_) open();
    while (file_ && !lines.empty()) {
        const ssize_t wrote = ::write(*file_, lines.data(), lines.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return;
        size_ += static_cast<std::uint64_t>(wrote);
        lines.remove_prefix(static_cast<std::size_t>(wrote));
    }
}

void LogFile::open() {
    file_ = Fd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    struct stat about{};
    if (file_ && ::fstat(*file_, &about) == 0) size_ = static_cast<std::uint64_t>(about.st_size);
}

void LogFile::rotate() {
    const auto name = [&](int n) { return n == 0 ? path_ : path_ + "." + std::to_string(n); };
    for (int n = bounds_.files - 1; n > 0; --n) ::rename(name(n - 1).c_str(), name(n).c_str());
    size_ = 0;
    open();
}

}  // namespace swell::cluster::pods
