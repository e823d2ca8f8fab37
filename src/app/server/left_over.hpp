#pragma once

#include <string>
#include <vector>

#include "spec/object.hpp"

namespace swell::app {

/// What became of the objects that an earlier run left in the state folder.
enum class LeftOver {
    removed,  ///< a run in the foreground was killed: what it ran dies with it
    resumed,  ///< a run with --detach goes on
};

/// One line for people: how many objects that somebody applied, the first of them by name. Empty
/// when there are none but those that controllers made.
std::string left_over_words(LeftOver what, const std::vector<spec::Object>& objects);

}  // namespace swell::app
