#include "cluster/admission/unified_diff.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <vector>

#include "base/text.hpp"

namespace swell::cluster {
namespace {

using Lines = std::vector<std::string_view>;
constexpr std::size_t context = 3;
constexpr std::size_t most_lines = 1000;

/// a[at_a, at_a + size) and b[at_b, at_b + size) are equal.
struct Run {
    std::size_t at_a = 0, at_b = 0, size = 0;
};

/// A part of both texts.
struct Part {
    std::size_t a, a_end, b, b_end;
};

class Matcher {
  public:
    Matcher(const Lines& a, const Lines& b) : a_(a), b_(b) {
        for (std::size_t j = 0; j < b.size(); ++j) places_[b[j]].push_back(j);
        constexpr std::size_t many = 200;
        if (b.size() < many) return;
        std::erase_if(places_, [&](const auto& line) {
            return line.second.size() > b.size() / 100 + 1;
        });
    }

    /// In order, ones that touch joined.
    std::vector<Run> runs() const {
        std::vector<Run> found, joined;
        collect({0, a_.size(), 0, b_.size()}, found);
        for (const Run& run : found) {
            Run* const last = joined.empty() ? nullptr : &joined.back();
            if (last && last->at_a + last->size == run.at_a && last->at_b + last->size == run.at_b)
                last->size += run.size;
            else
                joined.push_back(run);
        }
        return joined;
    }

  private:
    void collect(const Part& part, std::vector<Run>& found) const {
        const Run run = longest(part);
        if (run.size == 0) return;
        const std::size_t a = run.at_a + run.size, b = run.at_b + run.size;
        if (part.a < run.at_a && part.b < run.at_b)
            collect({part.a, run.at_a, part.b, run.at_b}, found);
        found.push_back(run);
        if (a < part.a_end && b < part.b_end) collect({a, part.a_end, b, part.b_end}, found);
    }

    /// The first of the longest.
    Run longest(const Part& part) const {
        Run best{part.a, part.b, 0};
        std::map<std::size_t, std::size_t> ending;  // at a line of b: the length of the run so far
        for (std::size_t i = part.a; i < part.a_end; ++i) {
            std::map<std::size_t, std::size_t> next;
            const auto places = places_.find(a_[i]);
            if (places != places_.end()) {
                for (const std::size_t j : places->second) {
                    if (j < part.b || j >= part.b_end) continue;
                    const auto before = j == 0 ? ending.end() : ending.find(j - 1);
                    const std::size_t size = before == ending.end() ? 1 : before->second + 1;
                    next[j] = size;
                    if (size > best.size) best = {i + 1 - size, j + 1 - size, size};
                }
            }
            ending = std::move(next);
        }
        return extended(best, part);
    }

    /// By the frequent lines beside it.
    Run extended(Run run, const Part& part) const {
        while (run.at_a > part.a && run.at_b > part.b && a_[run.at_a - 1] == b_[run.at_b - 1])
            run = {run.at_a - 1, run.at_b - 1, run.size + 1};
        while (run.at_a + run.size < part.a_end && run.at_b + run.size < part.b_end &&
               a_[run.at_a + run.size] == b_[run.at_b + run.size])
            ++run.size;
        return run;
    }

    const Lines& a_;
    const Lines& b_;
    std::map<std::string_view, std::vector<std::size_t>> places_;  // of lines in b
};

/// What lies between the runs.
std::vector<Part> changes(const Lines& a, const Lines& b) {
    std::vector<Run> runs;
    if (a.size() <= most_lines && b.size() <= most_lines) runs = Matcher(a, b).runs();
    runs.push_back({a.size(), b.size(), 0});
    std::vector<Part> all;
    std::size_t i = 0, j = 0;
    for (const Run& run : runs) {
        if (i < run.at_a || j < run.at_b) all.push_back({i, run.at_a, j, run.at_b});
        i = run.at_a + run.size;
        j = run.at_b + run.size;
    }
    return all;
}

std::string range(std::size_t begin, std::size_t end) {
    const std::size_t length = end - begin;
    if (length == 1) return std::to_string(begin + 1);
    // What is empty is told by the line before it.
    return std::to_string(length == 0 ? begin : begin + 1) + "," + std::to_string(length);
}

void write(std::string& text, char mark, const Lines& lines, std::size_t begin, std::size_t end) {
    for (; begin < end; ++begin) text.append(1, mark).append(lines[begin]).append("\n");
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view now) {
    if (before == now) return {};
    const Lines a = split(before, '\n'), b = split(now, '\n');
    const std::vector<Part> all = changes(a, b);
    std::string text;
    for (std::size_t first = 0; first < all.size();) {
        // Changes that are near to each other share a hunk.
        std::size_t last = first;
        while (last + 1 < all.size() && all[last + 1].a - all[last].a_end <= 2 * context) ++last;
        const std::size_t lead = std::min({context, all[first].a, all[first].b});
        const std::size_t a_end = std::min(all[last].a_end + context, a.size());
        const std::size_t b_end = all[last].b_end + (a_end - all[last].a_end);
        std::size_t at = all[first].a - lead;
        text += "@@ -" + range(at, a_end) + " +" + range(all[first].b - lead, b_end) + " @@\n";
        for (; first <= last; ++first) {
            const Part& part = all[first];
            write(text, ' ', a, at, part.a);
            write(text, '-', a, part.a, part.a_end);
            write(text, '+', b, part.b, part.b_end);
            at = part.a_end;
        }
        write(text, ' ', a, at, a_end);
    }
    return text;
}

}  // namespace swell::cluster
