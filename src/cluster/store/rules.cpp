#include "cluster/store/rules.hpp"

#include "base/saturate.hpp"
#include "cluster/admission/refusal.hpp"
#include "spec/kinds/core.hpp"
#include "spec/registry.hpp"

namespace swell::cluster {

namespace {

using spec::ObjectMeta;

/// What the writer wants, with what only the system may set.
ObjectMeta merged(const ObjectMeta& stored, ObjectMeta wanted) {
    wanted.name = stored.name;
    wanted.generate_name = stored.generate_name;
    wanted.ns = stored.ns;
    wanted.uid = stored.uid;
    wanted.resource_version = stored.resource_version;
    wanted.generation = stored.generation;
    wanted.creation_timestamp = stored.creation_timestamp;
    wanted.deletion_timestamp = stored.deletion_timestamp;
    wanted.deletion_grace_period_seconds = stored.deletion_grace_period_seconds;
    return wanted;
}

std::int64_t grace_of(const Object& object, const Cluster::Deletion& deletion) {
    if (!object.is<spec::Pod>()) return 0;
    const auto grace =
        deletion.grace_seconds.value_or(object.as<spec::Pod>().spec.termination_grace_period_seconds
        );
    return grace < 0 ? 1 : grace;
}

/// Marks an object as going. Kubernetes raises the generation then, as for a change of the spec.
Object marked(const Object& stored, Instant at, std::int64_t grace, const Moment& moment) {
    ObjectMeta metadata = stored.metadata();
    if (!metadata.deletion_timestamp) ++metadata.generation;
    metadata.deletion_timestamp = at;
    metadata.deletion_grace_period_seconds = grace;
    metadata.resource_version = moment.version;
    return stored.with_metadata(std::move(metadata));
}

}  // namespace

Result<ObjectMeta> created(const Object& object, const Moment& moment) {
    ObjectMeta metadata = object.metadata();
    if (metadata.resource_version != 0)
        return fail(
            Code::invalid, "metadata.resourceVersion: must not be set on an object to be created"
        );
    if (metadata.name.empty() && metadata.generate_name.empty())
        return fail(Code::invalid, "metadata.name: required (or metadata.generateName)");
    if (!object.kind().namespaced)
        metadata.ns.clear();
    else if (metadata.ns.empty())
        metadata.ns = "default";
    metadata.generation = 1;
    metadata.resource_version = moment.version;
    metadata.creation_timestamp = moment.now;
    metadata.deletion_timestamp.reset();
    metadata.deletion_grace_period_seconds.reset();
    return metadata;
}

Result<std::optional<Object>> updated(
    const Object& stored, const Object& wanted, const Moment& moment
) {
    const ObjectMeta& given = wanted.metadata();
    if (auto stale = conflict_with(stored, given.uid, given.resource_version))
        return std::unexpected(*std::move(stale));
    const ObjectMeta& have = stored.metadata();
    ObjectMeta metadata = merged(have, given);
    const bool same_spec = stored.kind().same_spec(stored.value(), wanted.value());
    if (same_spec && metadata == have) return std::nullopt;
    if (!same_spec) ++metadata.generation;
    metadata.resource_version = moment.version;
    // Where the spec is the same, the stored object has the right one, and the right status.
    if (same_spec) return stored.with_metadata(std::move(metadata));
    return wanted.with(std::move(metadata), stored);
}

Result<std::optional<Object>> status_updated(
    const Object& stored, Object wanted, const Moment& moment
) {
    const ObjectMeta& given = wanted.metadata();
    if (auto stale = conflict_with(stored, given.uid, given.resource_version))
        return std::unexpected(*std::move(stale));
    if (stored.kind().same_status(stored.value(), wanted.value())) return std::nullopt;
    ObjectMeta metadata = stored.metadata();
    metadata.resource_version = moment.version;
    return stored.with(std::move(metadata), std::move(wanted));
}

Result<std::optional<Object>> removed(
    const Object& stored, const Cluster::Deletion& deletion, const Moment& moment
) {
    if (auto stale = conflict_with(stored, {}, deletion.resource_version))
        return std::unexpected(*std::move(stale));
    const ObjectMeta& have = stored.metadata();
    const std::int64_t grace = grace_of(stored, deletion);
    if (!have.deletion_timestamp)
        return marked(stored, moment.now + saturated_seconds(grace), grace, moment);

    const std::int64_t had = have.deletion_grace_period_seconds.value_or(0);
    if (!deletion.grace_seconds || grace >= had) return std::nullopt;
    const Instant first_asked = *have.deletion_timestamp - saturated_seconds(had);
    return marked(stored, first_asked + saturated_seconds(grace), grace, moment);
}

bool is_gone(const ObjectMeta& metadata) {
    return metadata.deletion_timestamp && metadata.finalizers.empty() &&
           metadata.deletion_grace_period_seconds.value_or(0) == 0;
}

Object disowned(const Object& object, const std::string& owner_uid, const Moment& moment) {
    ObjectMeta metadata = object.metadata();
    std::erase_if(metadata.owner_references, [&](const auto& owner) {
        return owner.uid == owner_uid;
    });
    metadata.resource_version = moment.version;
    return object.with_metadata(std::move(metadata));
}

Object at_version(const Object& object, std::uint64_t version) {
    ObjectMeta metadata = object.metadata();
    metadata.resource_version = version;
    return object.with_metadata(std::move(metadata));
}

Error not_found(const Key& key) {
    const spec::Kind* const kind = spec::find_kind(key.kind);
    if (kind == nullptr) return {Code::not_found, to_text(key) + " not found"};
    return not_found(*kind, key.name);
}

std::string make_uid(Rng& rng) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string uid = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    std::uint64_t bits = 0;
    int left = 0;
    for (char& c : uid) {
        if (c != 'x' && c != 'y') continue;
        if (left == 0) {
            bits = rng.next();
            left = 16;
        }
        const auto digit = static_cast<std::size_t>(bits & 15U);
        c = hex[c == 'x' ? digit : (digit & 3U) | 8U];
        bits >>= 4;
        --left;
    }
    return uid;
}

std::string make_name(const std::string& prefix, Rng& rng) {
    constexpr std::string_view letters = "bcdfghjklmnpqrstvwxz2456789";
    constexpr std::size_t longest_prefix = 58;  // a name has 63 characters at most
    std::string name = prefix.substr(0, longest_prefix);
    for (int i = 0; i < 5; ++i)
        name += letters[static_cast<std::size_t>(rng.below(letters.size()))];
    return name;
}

}  // namespace swell::cluster
