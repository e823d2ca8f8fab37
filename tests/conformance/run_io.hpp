#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "kinds.hpp"

namespace swell::conformance {

/// How many cases there were, and how many of them we answered as recorded.
struct Tally {
    std::size_t matching = 0;
    std::size_t total = 0;

    /// No case at all proves nothing.
    bool all() const { return total > 0 && matching == total; }
};

/// Runs every case of .jsonl and .jsonl.gz files and prints the first mismatches in full. A line
/// that is not JSON or not of the kind is a mismatch, and so is a file that cannot be read to its
/// end.
Tally run(const Kind& kind, const std::vector<std::string>& files, std::ostream& report);

}  // namespace swell::conformance
