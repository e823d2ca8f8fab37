#include "patch.hpp"

#include <algorithm>

namespace swell::conformance {
namespace {

bool is_merged_by_name(const std::string& field) {
    return field == "containers" || field == "initContainers";
}

void merge(Json& into, const Json& patch, bool strategic);

void merge_by_name(Json& into, const Json& patch) {
    if (!into.is_array()) into = Json::array();
    for (const Json& each : patch) {
        const auto same = [&](const Json& other) {
            return other.value("name", "") == each.value("name", "");
        };
        const auto found = std::ranges::find_if(into, same);
        if (found == into.end())
            into.push_back(each);
        else
            merge(*found, each, true);
    }
}

void merge(Json& into, const Json& patch, bool strategic) {
    if (!patch.is_object()) {
        into = patch;
        return;
    }
    if (!into.is_object()) into = Json::object();
    for (const auto& [field, value] : patch.items()) {
        if (value.is_null())
            into.erase(field);
        else if (strategic && is_merged_by_name(field) && value.is_array())
            merge_by_name(into[field], value);
        else
            merge(into[field], value, strategic);
    }
}

}  // namespace

Json patched(const Json& object, const Json& patch, const std::string& type) {
    Json result = object;
    merge(result, patch, type == "strategic");
    return result;
}

}  // namespace swell::conformance
