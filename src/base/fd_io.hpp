#pragma once

#include <unistd.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace swell {

/// Owns a file descriptor; closes it.
class Fd {
  public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { reset(); }

    int operator*() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    int release() { return std::exchange(fd_, -1); }
    void reset() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

  private:
    int fd_ = -1;
};

/// `what: strerror(errno)` with the code that fits errno (not_found, exists, timeout, else
/// unavailable).
Error errno_error(std::string what);

/// The whole file. Errors: not_found, unavailable, invalid when longer than `limit` bytes.
Result<std::string> read_file(const std::string& path, std::size_t limit = 16u << 20);

/// Replaces the file atomically (temporary file of mode `mode`, rename). No fsync.
Result<void> write_file(const std::string& path, std::string_view text, unsigned mode = 0600);

}  // namespace swell
