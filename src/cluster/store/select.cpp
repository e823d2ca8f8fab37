#include "cluster/store/select.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "spec/kinds/core.hpp"

namespace swell::cluster {

namespace {

struct Field {
    std::string_view kind;  // empty: any
    std::string_view path;
    const std::string& (*read)(const Object&);
};

const Field fields[] = {
    {"", "metadata.name", [](const Object& o) -> const std::string& { return o.metadata().name; }},
    {"", "metadata.namespace", [](const Object& o) -> const std::string& { return o.metadata().ns; }
    },
    {"", "metadata.uid", [](const Object& o) -> const std::string& { return o.metadata().uid; }},
    {"Pod",
     "spec.nodeName",
     [](const Object& o) -> const std::string& { return o.as<spec::Pod>().spec.node_name; }},
    {"Pod",
     "status.phase",
     [](const Object& o) -> const std::string& { return o.as<spec::Pod>().status.phase; }},
    {"Event",
     "involvedObject.kind",
     [](const Object& o) -> const std::string& { return o.as<spec::Event>().involved_object.kind; }
    },
    {"Event",
     "involvedObject.name",
     [](const Object& o) -> const std::string& { return o.as<spec::Event>().involved_object.name; }
    },
    {"Event",
     "involvedObject.namespace",
     [](const Object& o) -> const std::string& { return o.as<spec::Event>().involved_object.ns; }},
    {"Event",
     "involvedObject.uid",
     [](const Object& o) -> const std::string& { return o.as<spec::Event>().involved_object.uid; }},
    {"Event",
     "reason",
     [](const Object& o) -> const std::string& { return o.as<spec::Event>().reason; }},
    {"Event", "type", [](const Object& o) -> const std::string& { return o.as<spec::Event>().type; }
    },
};

const Field* known_field(const Object& object, std::string_view path) {
    for (const Field& field : fields)
        if (field.path == path && (field.kind.empty() || field.kind == object.kind().name))
            return &field;
    return nullptr;
}

std::string walk(const Json& json, std::string_view path) {
    const Json* at = &json;
    for (const std::string_view name : split(path, '.')) {
        if (!at->is_object()) return {};
        const auto found = at->find(std::string(name));
        if (found == at->end()) return {};
        at = &*found;
    }
    if (at->is_string()) return at->get<std::string>();
    return at->is_structured() || at->is_null() ? std::string() : at->dump();
}

bool field_matches(const FieldRequirement& wanted, const Object& object) {
    const Field* const field = known_field(object, wanted.path);
    const bool has = field != nullptr ? field->read(object) == wanted.value
                                      : walk(object.to_json(), wanted.path) == wanted.value;
    return has == wanted.equal;
}

bool owner_matches(const Query& query, const Object& object) {
    if (query.owner_uid.empty()) return true;
    const spec::OwnerReference* owner = object.metadata().controller();
    return owner != nullptr && owner->uid == query.owner_uid;
}

}  // namespace

bool in_scope(const Query& query, const Object& object) {
    return (query.kind.empty() || query.kind == object.kind().name) &&
           (query.ns.empty() || query.ns == object.metadata().ns);
}

bool is_selective(const Query& query) {
    return !query.labels.empty() || !query.fields.empty() || !query.owner_uid.empty();
}

bool matches(const Query& query, const Object& object) {
    return in_scope(query, object) &&
           (query.labels.empty() || query.labels.matches(object.metadata().labels)) &&
           owner_matches(query, object) &&
           std::ranges::all_of(query.fields, [&](const FieldRequirement& wanted) {
               return field_matches(wanted, object);
           });
}

std::string field_text(const Object& object, std::string_view path) {
    if (const Field* field = known_field(object, path)) return field->read(object);
    return walk(object.to_json(), path);
}

}  // namespace swell::cluster
