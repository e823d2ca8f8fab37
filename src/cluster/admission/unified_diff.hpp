#pragma once

#include <string>
#include <string_view>

namespace swell::cluster {

/// Where two texts differ: hunks `@@ -FROM,LINES +FROM,LINES @@` with the lines that went (`-`),
/// that came (`+`) and, up to three on each side, that stayed (` `). Each line ends in a newline.
/// Empty when the texts are equal.
///
/// Which of several equal lines stayed is decided as by the source. Texts of more than 1000 lines
/// are not taken apart: all of the first goes and all of the second comes.
///
/// Source  Python's difflib.unified_diff in the version of github.com/pmezard/go-difflib, without
///         the names of files: the longest run of equal lines is what stayed, then the same before
///         and behind it; lines that a text of 200 or more has in more than 1 of 100 start no run.
std::string unified_diff(std::string_view before, std::string_view now);

}  // namespace swell::cluster
