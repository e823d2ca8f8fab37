#include "cluster/pods/logs_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>

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
    std::uint64_t first = 0;  ///< hash of its first line: a new file may get an old one's inode
};

/// Where reading goes on: a file is known by what stays when rotation changes its name. Before
/// anything was read of the attempt there is no file yet, and all but the attempt is 0.
struct Cursor {
    int attempt = -1;
    std::uint64_t inode = 0, first = 0, offset = 0;

    std::string text() const {
        return std::to_string(attempt) + ":" + std::to_string(inode) + ":" + std::to_string(first) +
               ":" + std::to_string(offset);
    }
    bool in(const File& file) const { return inode == file.inode && first == file.first; }
};

template <class Number>
bool parse_number(std::string_view text, Number& to) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), to);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() && !text.empty();
}

Result<Cursor> cursor_from(const std::string& text) {
    Cursor cursor;
    const auto parts = split(text, ':');
    if (parts.size() != 4 || !parse_number(parts[0], cursor.attempt) ||
        !parse_number(parts[1], cursor.inode) || !parse_number(parts[2], cursor.first) ||
        !parse_number(parts[3], cursor.offset))
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

/// FNV-1a of the first line, as far as 256 bytes; a cursor never points before its end.
std::uint64_t hash_of_first_line(int fd) {
    char bytes[256];
    const ssize_t got = ::pread(fd, bytes, sizeof bytes, 0);
    std::uint64_t hash = 0xcbf29ce484222325;
    for (ssize_t i = 0; i < got && bytes[i] != '\n'; ++i)
        hash = (hash ^ static_cast<unsigned char>(bytes[i])) * 0x100000001b3;
    return hash;
}

/// An attempt's files, oldest first. Opened from the newest on, against the way rotation moves
/// them: then one that is rotated meanwhile is met twice, and none is missed.
std::vector<File> open_files(const std::string& folder, int attempt) {
    std::vector<File> files;
    const std::string name = folder + "/" + std::to_string(attempt) + ".log";
    for (int n = 0; n <= 9; ++n) {
        File file{Fd(
            ::open((n == 0 ? name : name + "." + std::to_string(n)).c_str(), O_RDONLY | O_CLOEXEC)
        )};
        struct stat about{};
        if (!file.fd || ::fstat(*file.fd, &about) != 0) continue;
        file.inode = about.st_ino;
        file.first = hash_of_first_line(*file.fd);
        const bool met = std::any_of(files.begin(), files.end(), [&](const File& each) {
            return each.inode == file.inode;
        });
        if (!met) files.push_back(std::move(file));
    }
    std::reverse(files.begin(), files.end());
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
    }

    std::vector<LogLine> lines_;
    std::map<std::string, LogLine> open_;
};

/// Calls `each(entry, place behind it)` for all entries of an attempt until it returns false. Holds
/// no more than one piece of a file.
template <class Each>
void for_each_entry(const std::vector<File>& files, int attempt, const Each& each) {
    for (const File& file : files) {
        std::uint64_t offset = 0;
        while (true) {
            const std::string text = read_lines(file, offset, longest_answer);
            if (text.empty()) break;
            std::size_t at = 0;
            while (at < text.size()) {
                const std::size_t end = text.find('\n', at);
                const auto line = std::string_view(text).substr(at, end - at);
                at = end + 1;
                if (!line.empty() &&
                    !each(log_entry(line), Cursor{attempt, file.inode, file.first, offset + at}))
                    return;
            }
            offset += text.size();
        }
    }
}

/// Where an attempt's last `tail` lines begin. Counts first and skips then, because remembering
/// them would take as much memory as the log is long.
Cursor start_of_tail(const std::vector<File>& files, int attempt, std::size_t tail) {
    std::size_t lines = 0;
    std::set<std::string, std::less<>> open;
    for_each_entry(files, attempt, [&](const LogEntry& entry, const Cursor&) {
        if (!entry.whole) {
            open.emplace(entry.stream);
            return true;
        }
        ++lines;
        if (const auto found = open.find(entry.stream); found != open.end()) open.erase(found);
        return true;
    });
    lines += open.size();
    Cursor start{.attempt = attempt};
    if (lines <= tail) return start;
    std::size_t skip = lines - tail;
    for_each_entry(files, attempt, [&](const LogEntry& entry, const Cursor& behind) {
        if (entry.whole) --skip;
        start = behind;
        return skip > 0;
    });
    return start;
}

/// Reads from the cursor to the end of the attempt, or until there is no room; moves the cursor.
void read_attempt(
    const std::vector<File>& files, Cursor& cursor, std::size_t& room, LogSlice& slice, Lines& lines
) {
    auto from =
        std::find_if(files.begin(), files.end(), [&](const File& f) { return cursor.in(f); });
    if (from == files.end()) {
        slice.lost |= cursor.inode != 0;
        from = files.begin();
    }
    for (; from != files.end() && room >= least_room; ++from) {
        std::uint64_t offset = cursor.in(*from) ? cursor.offset : 0;
        while (room >= least_room) {
            const std::string text = read_lines(*from, offset, room);
            if (text.empty()) break;
            lines.add(text);
            offset += text.size();
            room -= std::min(room, text.size());
            cursor = {cursor.attempt, from->inode, from->first, offset};
        }
    }
}

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
    LogSlice slice;
    Cursor cursor{.attempt = known[known.size() - back]};
    if (!query.since.empty()) {
        const auto parsed = cursor_from(query.since);
        if (!parsed) return std::unexpected(parsed.error());
        // A log that is gone by now: go on with the oldest after it that is there.
        const auto next = std::lower_bound(known.begin(), known.end(), parsed->attempt);
        slice.lost = next == known.end() || *next != parsed->attempt;
        if (!slice.lost)
            cursor = *parsed;
        else if (next != known.end())
            cursor.attempt = *next;
    } else if (query.tail) {
        cursor = start_of_tail(
            open_files(container_folder, cursor.attempt), cursor.attempt, *query.tail
        );
    }
    const int last = query.previous || query.since.empty() ? cursor.attempt : known.back();
    Lines lines;
    std::size_t room = longest_answer;
    for (const int attempt : known) {
        if (attempt < cursor.attempt || attempt > last || room < least_room) continue;
        if (attempt != cursor.attempt) cursor = {.attempt = attempt};
        read_attempt(open_files(container_folder, attempt), cursor, room, slice, lines);
    }
    slice.more = room < least_room;
    slice.lines = lines.take();
    slice.next = cursor.text();
    return slice;
}

}  // namespace swell::cluster::pods
