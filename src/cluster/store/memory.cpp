#include "cluster/store/memory.hpp"

#include <algorithm>

#include "cluster/store/select.hpp"

namespace swell::cluster {

namespace {

using Op = spec::Selector::Requirement::Op;

/// No part of it may hold the separator: all are names.
std::string label_place(
    std::string_view kind, std::string_view ns, std::string_view key, std::string_view value
) {
    std::string place;
    place.reserve(kind.size() + ns.size() + key.size() + value.size() + 3);
    for (const std::string_view part : {kind, ns, key, value}) (place += part) += '\n';
    return place;
}

}  // namespace

const Object* Memory::find(const Key& key) const { return find(key.kind, {key.ns, key.name}); }

const Object* Memory::find(std::string_view kind, const At& at) const {
    const auto table = tables_.find(kind);
    if (table == tables_.end()) return nullptr;
    const auto found = table->second.find(at);
    return found == table->second.end() ? nullptr : &found->second;
}

const Object* Memory::with_uid(const std::string& uid) const {
    const auto found = by_uid_.find(uid);
    return found == by_uid_.end() ? nullptr : find(found->second);
}

void Memory::list_table(const Table& table, const Query& query, std::vector<Object>& found) const {
    const auto named = std::ranges::find_if(query.fields, [](const FieldRequirement& wanted) {
        return wanted.equal && wanted.path == "metadata.name";
    });
    if (named != query.fields.end() && !query.ns.empty()) {
        const auto one = table.find(At{query.ns, named->value});
        if (one != table.end() && matches(query, one->second)) found.push_back(one->second);
        return;
    }
    if (const auto [names, is_all] = labelled(query); names != nullptr) {
        found.reserve(found.size() + names->size());
        for (const auto& [name, object] : *names)
            if (is_all || matches(query, *object)) found.push_back(*object);
        return;
    }
    auto place = query.ns.empty() ? table.begin() : table.lower_bound(At{query.ns, {}});
    for (; place != table.end() && (query.ns.empty() || place->first.ns == query.ns); ++place)
        if (matches(query, place->second)) found.push_back(place->second);
}

Memory::Labelled Memory::labelled(const Query& query) const {
    static const Names none;
    if (query.kind.empty() || query.ns.empty()) return {};
    const bool is_all =
        query.labels.requirements().size() == 1 && query.fields.empty() && query.owner_uid.empty();
    for (const auto& requirement : query.labels.requirements()) {
        if (requirement.op != Op::equals && requirement.op != Op::in) continue;
        if (requirement.values.size() != 1) continue;
        const auto found = by_label_.find(
            label_place(query.kind, query.ns, requirement.key, requirement.values.front())
        );
        return {found == by_label_.end() ? &none : &found->second, is_all};
    }
    return {};
}

std::vector<Object> Memory::list(const Query& query) const {
    std::vector<Object> found;
    if (!query.owner_uid.empty()) {
        const auto owned = by_owner_.find(query.owner_uid);
        if (owned == by_owner_.end()) return found;
        found.reserve(owned->second.size());
        for (const auto& [key, object] : owned->second)
            if (matches(query, *object)) found.push_back(*object);
        return found;
    }
    if (!query.kind.empty()) {
        const auto table = tables_.find(query.kind);
        if (table != tables_.end()) list_table(table->second, query, found);
        return found;
    }
    for (const auto& [kind, table] : tables_) list_table(table, query, found);
    return found;
}

std::vector<Key> Memory::owned_by(const std::string& uid) const {
    std::vector<Key> keys;
    const auto found = by_owner_.find(uid);
    if (found == by_owner_.end()) return keys;
    for (const auto& [key, object] : found->second) keys.push_back(key);
    return keys;
}

std::size_t Memory::size() const {
    std::size_t sum = 0;
    for (const auto& [kind, table] : tables_) sum += table.size();
    return sum;
}

bool Memory::has(std::string_view kind) const {
    const auto table = tables_.find(kind);
    return table != tables_.end() && !table->second.empty();
}

std::optional<Object> Memory::put(const Object& object) {
    Table& table = tables_[object.kind().name];
    const spec::ObjectMeta& metadata = object.metadata();
    const auto place = table.find(At{metadata.ns, metadata.name});
    if (place == table.end()) {
        index(table.emplace(Place{metadata.ns, metadata.name}, object).first->second);
        return std::nullopt;
    }
    std::optional<Object> before = std::exchange(place->second, object);
    const spec::ObjectMeta& was = before->metadata();
    if (was.uid != metadata.uid || was.owner_references != metadata.owner_references ||
        was.labels != metadata.labels) {
        forget(*before);
        index(place->second);
    }
    return before;
}

std::optional<Object> Memory::take(const Key& key) {
    const auto table = tables_.find(key.kind);
    if (table == tables_.end()) return std::nullopt;
    const auto place = table->second.find(At{key.ns, key.name});
    if (place == table->second.end()) return std::nullopt;
    std::optional<Object> before = std::move(place->second);
    table->second.erase(place);
    forget(*before);
    return before;
}

void Memory::index(const Object& in_table) {
    const Key key = key_of(in_table);
    by_uid_.insert_or_assign(in_table.metadata().uid, key);
    for (const spec::OwnerReference& owner : in_table.metadata().owner_references)
        by_owner_[owner.uid].insert_or_assign(key, &in_table);
    for (const auto& [name, value] : in_table.metadata().labels)
        by_label_[label_place(key.kind, key.ns, name, value)].insert_or_assign(key.name, &in_table);
}

void Memory::forget(const Object& object) {
    const Key key = key_of(object);
    by_uid_.erase(object.metadata().uid);
    for (const spec::OwnerReference& owner : object.metadata().owner_references) {
        const auto owned = by_owner_.find(owner.uid);
        if (owned == by_owner_.end()) continue;
        owned->second.erase(key);
        if (owned->second.empty()) by_owner_.erase(owned);
    }
    for (const auto& [name, value] : object.metadata().labels) {
        const auto labelled = by_label_.find(label_place(key.kind, key.ns, name, value));
        if (labelled == by_label_.end()) continue;
        labelled->second.erase(key.name);
        if (labelled->second.empty()) by_label_.erase(labelled);
    }
}

}  // namespace swell::cluster
