#include "run_io.hpp"

#include <zlib.h>

#include <array>
#include <functional>
#include <memory>
#include <string_view>

namespace swell::conformance {
namespace {

constexpr std::size_t most_shown = 10;

struct CloseGzip {
    void operator()(gzFile file) const { gzclose(file); }
};

/// Calls `take` with each line. Returns false when the file cannot be read to its end. zlib reads a
/// file that is not compressed as it is.
bool each_line(const std::string& path, const std::function<void(std::string_view)>& take) {
    const std::unique_ptr<gzFile_s, CloseGzip> file(gzopen(path.c_str(), "rb"));
    if (file == nullptr) return false;
    std::string pending;
    std::array<char, 64u << 10> buffer;
    int count = 0;
    while ((count = gzread(file.get(), buffer.data(), buffer.size())) > 0) {
        pending.append(buffer.data(), static_cast<std::size_t>(count));
        std::size_t start = 0;
        for (std::size_t end = 0; (end = pending.find('\n', start)) != std::string::npos;
             start = end + 1) {
            take(std::string_view(pending).substr(start, end - start));
        }
        pending.erase(0, start);
    }
    if (!pending.empty()) take(pending);
    // A file cut off in the middle reads as a short one, and only the error tells.
    int error = Z_OK;
    gzerror(file.get(), &error);
    return count == 0 && (error == Z_OK || error == Z_STREAM_END);
}

std::string check(const Kind& kind, std::string_view line) {
    const Json recorded = Json::parse(line, nullptr, false);
    if (recorded.is_discarded()) return "not JSON\n";
    try {
        return kind.check(recorded);
    } catch (const Json::exception& error) {
        return "not a case of kind " + std::string(kind.name) + ": " + error.what() + "\n";
    }
}

}  // namespace

Tally run(const Kind& kind, const std::vector<std::string>& files, std::ostream& report) {
    Tally tally;
    const auto count =
        [&](const std::string& difference, const std::string& place, std::string_view line) {
            ++tally.total;
            if (difference.empty()) {
                ++tally.matching;
            } else if (tally.total - tally.matching <= most_shown) {
                report << place << ": " << line << "\n" << difference << "\n";
            }
        };
    for (const std::string& file : files) {
        std::size_t number = 0;
        const bool whole = each_line(file, [&](std::string_view line) {
            ++number;
            if (!line.empty()) count(check(kind, line), file + ":" + std::to_string(number), line);
        });
        if (!whole) count("cannot be read to its end\n", file, "");
    }
    if (tally.total - tally.matching > most_shown) {
        report << "and " << tally.total - tally.matching - most_shown << " mismatches more\n";
    }
    report << tally.matching << " of " << tally.total << " match\n";
    return tally;
}

}  // namespace swell::conformance
