#include "cluster/pods/logs_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

#include "base/fd_io.hpp"
#include "base/text.hpp"
#include "cluster/pods/shim/log_lines.hpp"

namespace swell::cluster::pods {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_answer = 1u << 20;
/// Room for the longest entry: with less, a file that is not at its end would look as if it were.
constexpr std::size_t least_room = 64u << 10;

struct File {
    Fd fd;
    std::uint64_t inode = 0;
};

/// Where reading goes on: a file is known by its inode, because rotation changes its name.
struct Cursor {
    int attempt = -1;
    std::uint64_t inode = 0, offset = 0;

    std::string text() const {
        return std::to_string(attempt) + ":" + std::to_string(inode) + ":" + std::to_string(offset);
    }
};

template <class Number>
bool parse_number(std::string_view text, Number& to) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), to);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() && !text.empty();
}

Result<Cursor> cursor_from(const std::string& text) {
    Cursor cursor;
    const auto parts = split(text, ':');
    if (parts.size() != 3 || !parse_number(parts[0], cursor.attempt) ||
        !parse_number(parts[1], cursor.inode) || !parse_number(parts[2], cursor.offset))
        return fail(Code::invalid, "since: \"" + text + "\" is not a place in a log");
    return cursor;
}

/// The attempts that have a log, in order.
std::vector<int> attempts(const std::string& folder) {
    std::vector<int> list;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        int attempt = 0;
        if (entry.path().extension() == ".log" &&
            parse_number(entry.path().stem().string(), attempt))
            list.push_back(attempt);
    }
    std::sort(list.begin(), list.end());
    return list;
}

/// An attempt's files, oldest first.
std::vector<File> open_files(const std::string& folder, int attempt) {
    std::vector<File> files;
    const std::string name = folder + "/" + std::to_string(attempt) + ".log";
    for (int n = 9; n >= 0; --n) {
        File file{Fd(
            ::open((n == 0 ? name : name + "." + std::to_string(n)).c_str(), O_RDONLY | O_CLOEXEC)
        )};
        struct stat about{};
        if (!file.fd || ::fstat(*file.fd, &about) != 0) continue;
        file.inode = about.st_ino;
        // Rotated between two opens: the same file again under its next name.
        if (!files.empty() && files.back().inode == file.inode) continue;
        files.push_back(std::move(file));
    }
    return files;
}

/// Whole lines from an offset on, at most `longest` bytes of them.
std::string read_lines(const File& file, std::uint64_t offset, std::size_t longest) {
    std::string text(longest, '\0');
    std::size_t size = 0;
    while (size < longest) {
        const ssize_t got = ::pread(
            *file.fd, text.data() + size, longest - size, static_cast<off_t>(offset + size)
        );
        if (got <= 0) break;
        size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    const std::size_t end = text.rfind('\n');
    text.resize(end == std::string::npos ? 0 : end + 1);
    return text;
}

/// Joins entries to lines, and remembers lines that are still open, by stream.
class Lines {
  public:
    explicit Lines(std::optional<std::size_t> tail) : tail_(tail) {}

    void add(std::string_view text) {
        for (const std::string_view line : split(text, '\n'))
            if (!line.empty()) add_entry(log_entry(line));
    }
    /// A line whose end is not there yet comes as far as it is: the next reading goes on behind it.
    std::vector<LogLine> take() {
        for (auto& [stream, open] : open_) {
            if (open.text.empty()) continue;
            open.whole = false;
            lines_.push_back(std::move(open));
        }
        return std::move(lines_);
    }

  private:
    void add_entry(const LogEntry& entry) {
        LogLine& open = open_[std::string(entry.stream)];
        if (open.text.empty()) open = {std::string(entry.at), std::string(entry.stream), ""};
        open.text += entry.text;
        if (!entry.whole) return;
        lines_.push_back(std::move(open));
        open = {};
        // Twice the tail, so that the front is cut off once in a while and not for every line.
        if (tail_ && lines_.size() > 2 * *tail_ + 1000)
            lines_.erase(lines_.begin(), lines_.end() - static_cast<std::ptrdiff_t>(*tail_));
    }

    std::optional<std::size_t> tail_;
    std::vector<LogLine> lines_;
    std::map<std::string, LogLine> open_;
};

}  // namespace

Result<LogSlice> read_logs(const std::string& container_folder, const LogQuery& query) {
    const std::vector<int> known = attempts(container_folder);
    const std::size_t back = query.previous ? 2 : 1;
    if (known.size() < back)
        return fail(
            Code::not_found,
            query.previous ? "the container has not run before its present run"
                           : "the container has not run yet"
        );
    Cursor cursor{known[known.size() - back], 0, 0};
    if (!query.since.empty()) {
        const auto parsed = cursor_from(query.since);
        if (!parsed) return std::unexpected(parsed.error());
        // A log that is gone by now: go on with the oldest that is there.
        if (std::binary_search(known.begin(), known.end(), parsed->attempt)) cursor = *parsed;
    }
    const int last = query.previous || query.since.empty() ? cursor.attempt : known.back();
    LogSlice slice;
    Lines lines(query.tail);
    std::size_t room = longest_answer;
    for (const int attempt : known) {
        if (attempt < cursor.attempt || attempt > last) continue;
        auto files = open_files(container_folder, attempt);
        auto from = std::find_if(files.begin(), files.end(), [&](const File& f) {
            return attempt == cursor.attempt && f.inode == cursor.inode;
        });
        if (from == files.end()) from = files.begin();
        for (; from != files.end() && room >= least_room; ++from) {
            const bool same = cursor.attempt == attempt && from->inode == cursor.inode;
            std::uint64_t offset = same ? cursor.offset : 0;
            while (true) {
                const std::string text = read_lines(*from, offset, room);
                lines.add(text);
                offset += text.size();
                if (!query.tail) room -= std::min(room, text.size());
                cursor = {attempt, from->inode, offset};
                if (text.empty() || room < least_room) break;
            }
        }
        if (room < least_room) break;
    }
    slice.more = room < least_room;
    slice.lines = lines.take();
    if (query.tail && slice.lines.size() > *query.tail)
        slice.lines.erase(
            slice.lines.begin(), slice.lines.end() - static_cast<std::ptrdiff_t>(*query.tail)
        );
    slice.next = cursor.text();
    return slice;
}

}  // namespace swell::cluster::pods
