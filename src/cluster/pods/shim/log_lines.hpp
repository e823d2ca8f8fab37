#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace swell::cluster::pods {

/// Cuts a stream into log lines in the form of the Kubernetes CRI:
///
///     2026-11-24T12:00:00.123456789Z stdout F message
///
/// `F` ends a line, `P` is a part of one longer than `longest` bytes; parts are joined when read.
class LineCutter {
  public:
    explicit LineCutter(std::string stream, std::size_t longest = 16384)
        : stream_(std::move(stream)), longest_(longest) {}

    /// Appends the entries that `bytes` complete to `to`; the rest is kept until more comes.
    void feed(std::string_view bytes, Instant at, std::string& to);
    /// What is left at the end of the stream, as a full line.
    void finish(Instant at, std::string& to);

  private:
    void entry(std::string_view text, bool whole, Instant at, std::string& to) const;

    std::string stream_;
    std::size_t longest_;
    std::string open_;
};

/// One entry taken apart.
struct LogEntry {
    std::string_view at;      ///< as written
    std::string_view stream;  ///< `stdout` or `stderr`
    bool whole = true;        ///< false: the next entry of the stream goes on
    std::string_view text;
};

/// Takes a line (without its newline) apart; one in another form is all text.
LogEntry log_entry(std::string_view line);

/// RFC 3339 with nine digits, as the CRI writes it, so that entries sort as text.
std::string log_time(Instant at);

}  // namespace swell::cluster::pods
