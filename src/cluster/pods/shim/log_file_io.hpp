#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd_io.hpp"

namespace swell::cluster::pods {

/// A log file with older ones beside it: `0.log`, `0.log.1` (newest) … Kubelet's defaults: 10 MiB,
/// 5 files.
///
/// A write that fails (a full disk) loses its lines and nothing else: the container is not held up.
class LogFile {
  public:
    struct Bounds {
        std::uint64_t bytes = 10u << 20;  ///< of one file, passed by at most one write
        int files = 5;                    ///< with the one being written
    };

    explicit LogFile(std::string path) : LogFile(std::move(path), Bounds{}) {}
    LogFile(std::string path, Bounds bounds);

    void write(std::string_view lines);

  private:
    void open();
    void rotate();

    std::string path_;
    Bounds bounds_;
    Fd file_;
    std::uint64_t size_ = 0;
};

}  // namespace swell::cluster::pods
