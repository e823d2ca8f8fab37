#include "cluster/api/patch.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace swell::cluster {

namespace {

constexpr std::string_view deletes_from = "$deleteFromPrimitiveList/";

/// The key by which the things of a list are told apart; empty: the list is one value.
std::string_view merge_key(std::string_view list, const Json& patch) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 13> keys = {{
        {"containers", "name"},
        {"initContainers", "name"},
        {"ephemeralContainers", "name"},
        {"env", "name"},
        {"volumes", "name"},
        {"imagePullSecrets", "name"},
        {"volumeMounts", "mountPath"},
        {"volumeDevices", "devicePath"},
        {"conditions", "type"},
        {"ownerReferences", "uid"},
        {"hostAliases", "ip"},
        {"topologySpreadConstraints", "topologyKey"},
        {"ports", "containerPort"},
    }};
    for (const auto& [name, key] : keys) {
        if (name != list) continue;
        // Those of a Service have another key.
        const bool of_service = name == "ports" && !patch.empty() && patch.front().is_object() &&
                                patch.front().contains("port");
        return of_service ? "port" : key;
    }
    return {};
}

bool says(const Json& patch, const char* directive) {
    return patch.is_object() && patch.contains("$patch") && patch["$patch"] == directive;
}

class Merge {
  public:
    explicit Merge(bool strategic) : strategic_(strategic) {}

    void into(Json& object, const Json& patch) const {
        if (!patch.is_object()) {
            object = patch;
            return;
        }
        if (!object.is_object() || (strategic_ && says(patch, "replace"))) object = Json::object();
        for (const auto& [field, value] : patch.items()) {
            if (strategic_ && field.starts_with('$'))
                directive(object, field, value);
            else if (value.is_null() || (strategic_ && says(value, "delete")))
                object.erase(field);
            else if (strategic_ && value.is_array())
                list(object[field], field, value);
            else
                into(object[field], value);
        }
    }

  private:
    static void directive(Json& object, const std::string& field, const Json& value) {
        if (field.starts_with(deletes_from)) {
            const auto list = object.find(field.substr(deletes_from.size()));
            if (list == object.end() || !list->is_array() || !value.is_array()) return;
            Json kept = Json::array();
            for (const Json& one : *list)
                if (std::ranges::find(value, one) == value.end()) kept.push_back(one);
            *list = std::move(kept);
        }
        if (field == "$retainKeys" && value.is_array()) {
            Json kept = Json::object();
            for (const auto& [name, one] : object.items())
                if (std::ranges::find(value, Json(name)) != value.end()) kept[name] = one;
            object = std::move(kept);
        }
    }

    void list(Json& object, const std::string& field, const Json& patch) const {
        if (field == "finalizers") return add_new(object, patch);
        const std::string key(merge_key(field, patch));
        if (key.empty()) {
            object = patch;
            return;
        }
        const bool replaces = std::ranges::any_of(patch, [](const Json& one) {
            return one.is_object() && one.size() == 1 && says(one, "replace");
        });
        if (!object.is_array() || replaces) object = Json::array();
        for (const Json& one : patch) {
            if (!one.is_object() || !one.contains(key)) continue;
            const auto same = std::ranges::find_if(object, [&](const Json& other) {
                return other.is_object() && other.contains(key) && other[key] == one[key];
            });
            if (says(one, "delete")) {
                if (same != object.end()) object.erase(same);
            } else if (same != object.end()) {
                into(*same, one);
            } else {
                object.push_back(Json::object());
                into(object.back(), one);
            }
        }
    }

    static void add_new(Json& object, const Json& patch) {
        if (!object.is_array()) object = Json::array();
        for (const Json& one : patch)
            if (std::ranges::find(object, one) == object.end()) object.push_back(one);
    }

    bool strategic_;
};

}  // namespace

std::optional<PatchType> patch_type(std::string_view content_type) {
    const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
    if (type == "application/json-patch+json") return PatchType::json;
    if (type == "application/merge-patch+json") return PatchType::merge;
    if (type == "application/strategic-merge-patch+json") return PatchType::strategic;
    return std::nullopt;
}

Result<Json> patched(const Json& object, const Json& patch, PatchType type) {
    if (type != PatchType::json) {
        if (!patch.is_object()) return fail(Code::invalid, "the patch must be an object");
        Json result = object;
        Merge(type == PatchType::strategic).into(result, patch);
        return result;
    }
    try {
        return object.patch(patch);
    } catch (const Json::exception& error) {
        return fail(Code::invalid, std::string("the patch cannot be applied: ") + error.what());
    }
}

}  // namespace swell::cluster
