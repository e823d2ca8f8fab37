#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace swell::cluster {

/// Which lines of a container's log.
struct LogQuery {
    std::string container;            ///< empty: the pod's first
    std::optional<std::size_t> tail;  ///< only the last so many; empty, or with `since`: all
    std::string
        since;  ///< LogSlice::next of an earlier answer: what came after it; empty: from the start
    bool previous = false;  ///< of the run before the newest
};

struct LogLine {
    std::string at;      ///< RFC 3339 with nanoseconds
    std::string stream;  ///< stdout or stderr
    std::string text;
    bool whole = true;  ///< its end was there, too
    bool operator==(const LogLine&) const = default;
};

struct LogSlice {
    std::vector<LogLine> lines;
    std::string
        next;  ///< ask with this as `since` for what comes later; survives rotation and restarts
    bool more = false;  ///< there is more than one answer holds (1 MiB); ask on at once
    bool lost = false;  ///< rotation has removed lines between `since` and these
};

namespace pods {

/// Reads from a container's folder: logs RESTARTS.log, rotated ones beside them.
/// Errors  not_found: it has no such log; invalid: `since` is none of ours.
Result<LogSlice> read_logs(const std::string& container_folder, const LogQuery& query);

}  // namespace pods

}  // namespace swell::cluster
