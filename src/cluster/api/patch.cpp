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
std::string_view merge_key(std::string_view list, const Json& object, const Json& patch) {
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
        const auto of_service = [](const Json& ports) {
            return ports.is_array() && !ports.empty() && ports.front().is_object() &&
                   ports.front().contains("port");
        };
        return name == "ports" && (of_service(object) || of_service(patch)) ? "port" : key;
    }
    return {};
}

bool says(const Json& patch, const char* directive) {
    return patch.is_object() && patch.contains("$patch") && patch["$patch"] == directive;
}

class Merge {
  public:
    explicit Merge(bool strategic) : strategic_(strategic) {}

    /// Errors  invalid: a thing of a list that has keys is without its own.
    Result<void> into(Json& object, const Json& patch) const {
        if (!patch.is_object()) {
            object = patch;
            return {};
        }
        if (!object.is_object() || (strategic_ && says(patch, "replace"))) object = Json::object();
        for (const auto& [field, value] : patch.items()) {
            if (strategic_ && field.starts_with('$'))
                directive(object, field, value);
            else if (value.is_null() || (strategic_ && says(value, "delete")))
                object.erase(field);
            else if (const auto merged = strategic_ && value.is_array()
                                             ? list(object[field], field, value)
                                             : into(object[field], value);
                     !merged)
                return merged;
        }
        return {};
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

    Result<void> list(Json& object, const std::string& field, const Json& patch) const {
        if (field == "finalizers") {
            add_new(object, patch);
            return {};
        }
        const std::string key(merge_key(field, object, patch));
        if (key.empty()) {
            object = patch;
            return {};
        }
        const bool replaces = std::ranges::any_of(patch, [](const Json& one) {
            return one.is_object() && one.size() == 1 && says(one, "replace");
        });
        if (!object.is_array() || replaces) object = Json::array();
        for (const Json& one : patch) {
            if (replaces && says(one, "replace")) continue;
            if (!one.is_object() || !one.contains(key))
                return fail(
                    Code::invalid, one.dump() + " does not contain declared merge key: " + key
                );
            const auto same = std::ranges::find_if(object, [&](const Json& other) {
                return other.is_object() && other.contains(key) && other[key] == one[key];
            });
            if (says(one, "delete")) {
                if (same != object.end()) object.erase(same);
            } else {
                const bool is_new = same == object.end();
                Json fresh = Json::object();
                const auto merged = into(is_new ? fresh : *same, one);
                if (!merged) return merged;
                if (is_new) object.push_back(std::move(fresh));
            }
        }
        return {};
    }

    static void add_new(Json& object, const Json& patch) {
        if (!object.is_array()) object = Json::array();
        for (const Json& one : patch)
            if (std::ranges::find(object, one) == object.end()) object.push_back(one);
    }

    bool strategic_;
};

/// How deep a value is, and of how many parts.
struct Extent {
    std::size_t levels = 0, parts = 1;
};

Extent extent_of(const Json& json) {
    Extent whole;
    if (!json.is_structured()) return whole;
    for (const Json& one : json) {
        const Extent part = extent_of(one);
        whole.levels = std::max(whole.levels, part.levels);
        whole.parts += part.parts;
    }
    ++whole.levels;
    return whole;
}

/// Operation by operation, so that none makes the object larger or deeper than what could have been
/// sent (copies double), nor all together keep everybody waiting.
/// Errors  invalid; throws what the library throws of operations that cannot be done.
/// Source  of the bounds: apiserver's maxJSONPatchOperations, and json-patch's
///         AccumulatedCopySizeLimit as the apiserver sets it
Result<Json> json_patched(const Json& object, const Json& patch) {
    constexpr std::size_t most_operations = 10'000, most_copied = 3u << 20, most_levels = 200,
                          most_parts = 3'000'000;
    if (!patch.is_array()) return fail(Code::invalid, "a JSON patch must be a list");
    if (patch.size() > most_operations)
        return fail(
            Code::invalid,
            "the allowed maximum operations in a JSON patch is " + std::to_string(most_operations) +
                ", got " + std::to_string(patch.size())
        );
    Json result = object;
    std::size_t copied = 0, handled = 0;
    for (const Json& operation : patch) {
        const std::string what = operation.is_object() ? operation.value("op", "") : "";
        const bool moves = what == "copy" || what == "move";
        if (moves || what == "add" || what == "replace") {
            const std::string path = operation.value("path", "");
            const Json& value = moves ? result.at(Json::json_pointer(operation.value("from", "")))
                                      : operation.at("value");
            const auto above = static_cast<std::size_t>(std::ranges::count(path, '/'));
            const Extent extent = extent_of(value);
            if (above + extent.levels > most_levels)
                return fail(Code::invalid, "the patched object is nested deeper than 200 levels");
            handled += extent.parts;
            if (handled > most_parts)
                return fail(Code::invalid, "the patch moves more than 3,000,000 values about");
            if (what == "copy") copied += value.dump().size();
            if (copied > most_copied)
                return fail(
                    Code::invalid,
                    "unable to complete the copy, the accumulated size increase of copy is " +
                        std::to_string(copied) + ", exceeding the limit " +
                        std::to_string(most_copied)
                );
        }
        result.patch_inplace(Json::array({operation}));
    }
    return result;
}

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
        const auto merged = Merge(type == PatchType::strategic).into(result, patch);
        if (!merged) return std::unexpected(merged.error());
        return result;
    }
    try {
        return json_patched(object, patch);
    } catch (const Json::exception& error) {
        return fail(Code::invalid, std::string("the patch cannot be applied: ") + error.what());
    }
}

}  // namespace swell::cluster
