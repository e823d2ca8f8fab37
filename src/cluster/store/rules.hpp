#pragma once

#include <cstdint>
#include <optional>

#include "base/rng.hpp"
#include "cluster/cluster.hpp"

namespace swell::cluster {

/// When a write happens, and the resource version it gets if it is one.
struct Moment {
    Instant now;
    std::uint64_t version = 0;
};

/// A new object, but for its name (when it has a generateName alone) and its uid.
/// Errors  invalid.
Result<spec::ObjectMeta> created(const Object& object, const Moment& moment);

/// What an update makes of the stored object; empty when it changes nothing.
/// Errors  conflict.
Result<std::optional<Object>> updated(
    const Object& stored, const Object& wanted, const Moment& moment
);
Result<std::optional<Object>> status_updated(
    const Object& stored, Object wanted, const Moment& moment
);

/// What a deletion makes of the stored object; empty when it changes nothing. The object that comes
/// back is gone when is_gone() says so of its metadata; else it stays until its pod's grace, or its
/// finalizers, are over.
///
/// A second deletion may shorten a grace period, never lengthen it (the moment of the first
/// counts).
///
/// Errors  conflict.
/// Source  k8s.io/apiserver/pkg/registry/rest/delete.go, BeforeDelete; negative grace counts as 1.
Result<std::optional<Object>> removed(
    const Object& stored, const Cluster::Deletion& deletion, const Moment& moment
);

/// Deleted, out of grace, and with no finalizer left.
bool is_gone(const spec::ObjectMeta& metadata);

/// This object without its references to an owner.
Object disowned(const Object& object, const std::string& owner_uid, const Moment& moment);

/// The same object with another resource version.
Object at_version(const Object& object, std::uint64_t version);

/// `deployments.apps "shop" not found`
Error not_found(const Key& key);

/// A version 4 UUID.
std::string make_uid(Rng& rng);
/// The prefix and five characters, as Kubernetes makes them: no vowels, so no words.
std::string make_name(const std::string& prefix, Rng& rng);

}  // namespace swell::cluster
