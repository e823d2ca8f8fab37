#include "spec/kinds/mode.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "spec/fields/check.hpp"

namespace swell::spec {

bool observes(const ObjectMeta& metadata) {
    const auto mode = metadata.annotations.find(mode_annotation);
    return mode != metadata.annotations.end() && mode->second == "Observe";
}

void validate_mode(const ObjectMeta& metadata, const std::string& path, Problems& problems) {
    static const std::vector<std::string_view> words = {"Act", "Observe"};
    static const std::vector<std::string_view> name = {mode_annotation};
    // A dry run that is none for a slip of the pen would be a surprise.
    for (const auto& [key, value] : metadata.annotations)
        if (key != mode_annotation && nearest(key, name))
            problems.push_back(
                {path + ".annotations[" + key + "]",
                 "is not read: did you mean \"" + std::string(mode_annotation) + "\"?",
                 true}
            );
    const auto mode = metadata.annotations.find(mode_annotation);
    if (mode == metadata.annotations.end()) return;
    if (std::ranges::find(words, mode->second) != words.end()) return;
    problems.push_back(
        {path + ".annotations[" + mode_annotation + "]", fields::not_one_of(mode->second, words)}
    );
}

}  // namespace swell::spec
