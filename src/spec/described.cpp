#include "spec/described.hpp"

#include "base/check.hpp"
#include "base/text.hpp"

namespace swell::spec {

Described::Described(const Kind& kind) : schema_(kind.schema()) {
    for (const Json& one : schema_["$defs"])
        if (one.value("/properties/kind/const"_json_pointer, "") == kind.name &&
            one.value("/properties/apiVersion/const"_json_pointer, "") == kind.api_version)
            manifest_ = &one;
    CHECK(manifest_ != nullptr);
}

const Json& Described::part(const Json& schema, const std::string& name) const {
    static const Json unknown = Json::object();
    const auto found = schema.find(name);
    if (found == schema.end() || !found->is_object()) return unknown;
    const auto reference = found->find("$ref");
    if (reference == found->end()) return *found;
    constexpr std::size_t prefix = std::string_view("#/$defs/").size();
    return schema_["$defs"][reference->get<std::string>().substr(prefix)];
}

bool Described::has(std::string_view path) const {
    const Json* at = manifest_;
    for (const std::string_view name : split(path, '.')) {
        const std::string field(name);
        if (at->contains("properties")) {
            const Json& properties = (*at)["properties"];
            if (!properties.contains(field)) return false;
            at = &part(properties, field);
        } else if (part(*at, "additionalProperties").empty()) {
            return false;
        } else {
            at = &part(*at, "additionalProperties");
        }
    }
    return true;
}

}  // namespace swell::spec
