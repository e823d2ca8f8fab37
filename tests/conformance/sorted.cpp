#include "sorted.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace swell::conformance {

Json sorted(const Json& json) {
    if (json.is_array()) {
        Json made = Json::array();
        for (const Json& each : json) made.push_back(sorted(each));
        return made;
    }
    if (!json.is_object()) return json;
    std::vector<std::string> names;
    for (const auto& [name, value] : json.items()) names.push_back(name);
    std::ranges::sort(names);
    Json made = Json::object();
    for (const auto& name : names) made[name] = sorted(json.at(name));
    return made;
}

}  // namespace swell::conformance
