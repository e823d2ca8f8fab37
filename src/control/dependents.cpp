#include "control/dependents.hpp"

#include <algorithm>
#include <utility>

namespace swell::control {

using cluster::Object;

Claim claim(
    const Object& owner, const spec::Selector& selector, std::span<const Object> candidates
) {
    Claim result;
    const bool owner_goes = owner.metadata().deletion_timestamp.has_value();
    for (const Object& object : candidates) {
        const spec::ObjectMeta& metadata = object.metadata();
        const spec::OwnerReference* controller = metadata.controller();
        const bool selected = selector.matches(metadata.labels);
        if (controller != nullptr) {
            if (controller->uid != owner.metadata().uid) continue;
            if (selected) {
                result.keep.push_back(object);
            } else if (!owner_goes) {
                result.release.push_back(object);
            }
        } else if (selected && !owner_goes && !metadata.deletion_timestamp) {
            result.adopt.push_back(object);
        }
    }
    return result;
}

spec::OwnerReference controller_reference(const Object& owner) {
    return {
        .api_version = std::string(owner.kind().api_version),
        .kind = std::string(owner.kind().name),
        .name = owner.metadata().name,
        .uid = owner.metadata().uid,
        .controller = true,
        .block_owner_deletion = true,
    };
}

std::optional<Dependents::Owner> Dependents::owner_of(const Object& object) {
    const spec::OwnerReference* const controller = object.metadata().controller();
    if (controller == nullptr) return std::nullopt;
    return Owner{controller->kind, controller->name};
}

void Dependents::relist() {
    orphans_.clear();
    owners_.clear();
    cluster::Query query;
    query.kind = kind_;
    for (const Object& object : cluster_.list(query)) {
        if (object.metadata().controller() == nullptr) orphans_.insert(spec::key_of(object));
        if (auto owner = owner_of(object)) owners_.emplace(spec::key_of(object), *std::move(owner));
    }
}

std::optional<Dependents::Owner> Dependents::note(const cluster::Change& change) {
    const spec::Key key = spec::key_of(change.object);
    const bool is_gone = change.type == cluster::Change::Type::deleted;
    if (!is_gone && change.object.metadata().controller() == nullptr) {
        orphans_.insert(key);
    } else {
        orphans_.erase(key);
    }
    const auto known = owners_.find(key);
    const auto before = known == owners_.end() ? std::nullopt : std::optional(known->second);
    const auto now = is_gone ? std::nullopt : owner_of(change.object);
    if (now == before) return std::nullopt;
    if (known != owners_.end()) owners_.erase(known);
    if (now) owners_.emplace(key, *now);
    return before;
}

std::vector<Object> Dependents::candidates(const Object& owner) const {
    const std::string& ns = owner.metadata().ns;
    cluster::Query query;
    query.kind = kind_;
    query.ns = ns;
    query.owner_uid = owner.metadata().uid;
    std::vector<Object> found = cluster_.list(query);
    const auto first = orphans_.lower_bound({kind_, ns, {}});
    for (auto it = first; it != orphans_.end() && it->ns == ns; ++it)
        if (auto object = cluster_.get(*it)) found.push_back(*std::move(object));
    return found;
}

Result<std::vector<Object>> Dependents::of(const Object& owner, const spec::Selector& selector) {
    Claim claimed = claim(owner, selector, candidates(owner));
    for (const Object& object : claimed.release)
        if (const auto released = release(owner, object); !released)
            return std::unexpected(released.error());
    std::vector<Object> own = std::move(claimed.keep);
    for (const Object& orphan : claimed.adopt) {
        auto adopted = adopt(owner, orphan);
        if (!adopted) return std::unexpected(adopted.error());
        own.push_back(*std::move(adopted));
    }
    const auto name = [](const Object& object) -> const std::string& {
        return object.metadata().name;
    };
    if (!std::ranges::is_sorted(own, {}, name)) std::ranges::sort(own, {}, name);
    return own;
}

Result<Object> Dependents::adopt(const Object& owner, const Object& orphan) {
    spec::ObjectMeta metadata = orphan.metadata();
    metadata.owner_references.push_back(controller_reference(owner));
    return cluster_.update(orphan.with_metadata(std::move(metadata)));
}

Result<void> Dependents::release(const Object& owner, const Object& object) {
    spec::ObjectMeta metadata = object.metadata();
    std::erase_if(metadata.owner_references, [&](const spec::OwnerReference& reference) {
        return reference.uid == owner.metadata().uid;
    });
    auto written = cluster_.update(object.with_metadata(std::move(metadata)));
    if (!written && written.error().code != Code::not_found)
        return std::unexpected(written.error());
    return {};
}

}  // namespace swell::control
