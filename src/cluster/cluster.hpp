#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "spec/object.hpp"
#include "spec/selector.hpp"

namespace swell::cluster {

using spec::Key;
using spec::Object;

/// Which objects: of one kind, in one namespace (empty: all), with labels and fields that match.
/// What a field must have, or must not: as text, as it would be written in JSON without quotes.
struct FieldRequirement {
    std::string path;  ///< `metadata.name`, `spec.nodeName`, …: a path into the object's JSON
    std::string value;
    bool equal = true;

    bool operator==(const FieldRequirement&) const = default;
};

struct Query {
    std::string_view kind;
    std::string ns;
    spec::Selector labels;
    std::vector<FieldRequirement> fields;  ///< all of them
    std::string owner_uid;  ///< only objects whose controller has this uid; empty: any
};

struct Change {
    enum class Type { added, modified, deleted };
    Type type = Type::added;
    Object object;              ///< as it is now; for `deleted` as it last was
    std::uint64_t version = 0;  ///< resourceVersion of the write
};

/// Stops a watch when it is destroyed.
class Watching {
  public:
    virtual ~Watching() = default;
};

enum class Propagation { background, orphan };

/// The door to the objects. Embedded: the store; in a cluster: the Kubernetes API; simulated: the
/// store in memory. Calls come back when the write is durable; one thread. docs/decisions/0002 says
/// why these calls do not suspend.
///
/// Every write answers with the object as stored. Concurrency is optimistic: a write whose object
/// carries a resource_version other than 0 fails with `conflict` unless it is the stored one.
class Cluster {
  public:
    virtual ~Cluster() = default;

    /// Errors  not_found.
    virtual Result<Object> get(const Key& key) const = 0;
    /// Objects in the order of their keys.
    virtual std::vector<Object> list(const Query& query) const = 0;
    /// The version of the newest write.
    virtual std::uint64_t version() const = 0;

    /// Sets uid, creationTimestamp, generation 1, resourceVersion, and a name from generateName.
    /// Errors  exists, invalid.
    virtual Result<Object> create(Object object) = 0;
    /// Replaces metadata and spec; keeps status, uid, creationTimestamp. Raises generation when the
    /// spec changed. An update that changes nothing is no write. A pod's resources are not its to
    /// change: resize(). Errors  not_found, conflict, invalid.
    virtual Result<Object> update(Object object) = 0;
    /// An update of a pod as by its `resize` subresource: its metadata and its resources may
    /// change; what else its spec says is not looked at. Errors  not_found, conflict, invalid.
    virtual Result<Object> resize(Object pod) = 0;
    /// Replaces status alone. Errors  not_found, conflict.
    virtual Result<Object> update_status(Object object) = 0;
    /// Deletes. A Pod gets deletionTimestamp (now + grace) first and is gone when the runtime
    /// removes it with grace 0; other kinds are gone at once. Dependents (by owner uid) are deleted
    /// too, unless `orphan`. `resource_version` 0: any. Errors  not_found, conflict.
    struct Deletion {
        std::optional<std::int64_t> grace_seconds;  ///< pods: default is their own grace period
        Propagation propagation = Propagation::background;
        std::uint64_t resource_version = 0;
    };
    virtual Result<void> remove(const Key& key, const Deletion& deletion) = 0;

    /// Calls `on_change` for each change after `since`, in order, without gaps, from the loop or
    /// from inside a write call after it is done; never from inside watch(). Kind empty: all kinds.
    /// `on_expired` is called once, instead, when history no longer reaches back: list and watch
    /// again.
    virtual std::unique_ptr<Watching> watch(
        const Query& query,
        std::uint64_t since,
        std::function<void(const Change&)> on_change,
        std::function<void()> on_expired
    ) = 0;

    /// Writes an Event about an object, aggregated with an equal one (same object, reason,
    /// message): count + 1.
    virtual void event(
        const Object& about, bool warning, const std::string& reason, const std::string& message
    ) = 0;
};

}  // namespace swell::cluster
