#include "cluster/pods/shim/log_lines.hpp"

#include <algorithm>

namespace swell::cluster::pods {

void LineCutter::feed(std::string_view bytes, Instant at, std::string& to) {
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::size_t room = longest_ - open_.size();
        const std::size_t take = std::min({end, bytes.size(), room});
        open_.append(bytes.substr(0, take));
        bytes.remove_prefix(take);
        if (!bytes.empty() && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            entry(open_, true, at, to);
            open_.clear();
        } else if (open_.size() == longest_) {
            entry(open_, false, at, to);
            open_.clear();
        }
    }
}

void LineCutter::finish(Instant at, std::string& to) {
    if (open_.empty()) return;
    entry(open_, true, at, to);
    open_.clear();
}

void LineCutter::entry(std::string_view text, bool whole, Instant at, std::string& to) const {
    to += log_time(at);
    to += ' ';
    to += stream_;
    to += whole ? " F " : " P ";
    to += text;
    to += '\n';
}

LogEntry log_entry(std::string_view line) {
    LogEntry entry;
    entry.text = line;
    const std::size_t first = line.find(' ');
    if (first == std::string_view::npos) return entry;
    const std::size_t second = line.find(' ', first + 1);
    if (second == std::string_view::npos || second + 2 >= line.size() || line[second + 2] != ' ')
        return entry;
    entry.at = line.substr(0, first);
    entry.stream = line.substr(first + 1, second - first - 1);
    entry.whole = line[second + 1] == 'F';
    entry.text = line.substr(second + 3);
    return entry;
}

std::string log_time(Instant at) {
    std::string text = to_rfc3339_seconds(at);
    const auto nanos =
        (at.time_since_epoch().count() % 1'000'000'000 + 1'000'000'000) % 1'000'000'000;
    std::string fraction = std::to_string(nanos);
    fraction.insert(0, 9 - fraction.size(), '0');
    text.insert(text.size() - 1, "." + fraction);
    return text;
}

}  // namespace swell::cluster::pods
