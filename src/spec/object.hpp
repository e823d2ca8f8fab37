#pragma once

#include <compare>
#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/json.hpp"
#include "base/yaml/node.hpp"
#include "spec/kinds/meta.hpp"

namespace swell::spec {

class Object;

/// What is wrong with a field: its path (`spec.metrics[0].resource.name`, empty for the document)
/// and what was expected and got. The reader adds file, line and column.
struct Problem {
    std::string path;
    std::string what;
    bool warning = false;
};
using Problems = std::vector<Problem>;

/// One row of the registry: what the system knows about a kind. Made by `kind_of<T>()` from the
/// struct alone; see spec/registry.hpp.
struct Kind {
    std::string_view api_version;  ///< as written out: `apps/v1`
    std::string_view name;         ///< `Deployment`
    std::string_view plural;       ///< `deployments`
    std::vector<std::string_view> short_names;
    bool namespaced = true;

    const ObjectMeta& (*metadata)(const void*) = nullptr;
    /// A copy with other metadata.
    std::shared_ptr<const void> (*with_metadata)(const void*, ObjectMeta) = nullptr;
    /// A copy of the first with the status of the second (same kind; null: a new object's).
    std::shared_ptr<const void> (*with_status)(const void*, const void*) = nullptr;
    /// A copy of the first with other metadata, and the status of the other (same kind); it is
    /// moved out of one that nobody else holds.
    std::shared_ptr<const void> (*joined)(const void*, ObjectMeta, const void*, bool alone) =
        nullptr;
    /// Equal but for metadata and status: a write that leaves this true does not raise
    /// `generation`.
    bool (*same_spec)(const void*, const void*) = nullptr;
    bool (*same_status)(const void*, const void*) = nullptr;
    /// Reads and defaults; reports unknown fields, wrong types and missing required fields.
    std::shared_ptr<const void> (*read)(const yaml::Node&, Problems&) = nullptr;
    /// Whole object with apiVersion, kind, metadata; fields in the order of their declaration.
    Json (*write)(const void*) = nullptr;
    /// Words, bounds and rules across fields. Appends to Problems; silent about faults that `read`
    /// told.
    void (*validate)(const void*, Problems&) = nullptr;
    /// JSON Schema (draft 2020-12) of the manifest.
    Json (*schema)() = nullptr;
};

/// The struct of a kind, such as Deployment.
template <class T>
concept KindStruct = std::same_as<decltype(T::metadata), ObjectMeta>;

/// An immutable object of any kind: cheap to copy, safe to share between threads.
class Object {
  public:
    template <KindStruct T>
    explicit(false) Object(T value)  // a Deployment is an Object
        : kind_(&kind_of<T>()), value_(std::make_shared<T>(std::move(value))) {}
    Object(const Kind& kind, std::shared_ptr<const void> value)
        : kind_(&kind), value_(std::move(value)) {
        CHECK(value_ != nullptr);
    }

    const Kind& kind() const { return *kind_; }
    const ObjectMeta& metadata() const { return kind_->metadata(value_.get()); }
    const void* value() const { return value_.get(); }

    template <class T>
    bool is() const {
        return kind_ == &kind_of<T>();
    }
    /// The typed value; it must be a T.
    template <class T>
    const T& as() const {
        CHECK(is<T>());
        return *static_cast<const T*>(value_.get());
    }

    Object with_metadata(ObjectMeta metadata) const {
        return {*kind_, kind_->with_metadata(value_.get(), std::move(metadata))};
    }
    /// This object with the status of `other`, which has the same kind.
    Object with_status(const Object& other) const {
        CHECK(kind_ == other.kind_);
        return {*kind_, kind_->with_status(value_.get(), other.value_.get())};
    }
    /// Both at once, for one copy. What nobody else holds of `status_of` is moved.
    Object with(ObjectMeta metadata, Object status_of) const {
        CHECK(kind_ == status_of.kind_);
        const void* const from = status_of.value_.get();
        const bool alone = status_of.value_.use_count() == 1;
        return {*kind_, kind_->joined(value_.get(), std::move(metadata), from, alone)};
    }
    /// This object with a new one's status.
    Object without_status() const { return {*kind_, kind_->with_status(value_.get(), nullptr)}; }
    Json to_json() const { return kind_->write(value_.get()); }

  private:
    const Kind* kind_;
    std::shared_ptr<const void> value_;
};

/// Names an object within a store.
struct Key {
    std::string_view kind;  ///< Kind::name, which outlives every key
    std::string ns;         ///< empty for kinds without namespaces
    std::string name;

    /// By kind, namespace and name, each as text. Most keys that meet are of one kind: its name is
    /// the same text in the same place then.
    std::strong_ordering operator<=>(const Key& other) const {
        if (kind.data() != other.kind.data() || kind.size() != other.kind.size())
            if (const int by_kind = kind.compare(other.kind); by_kind != 0) return by_kind <=> 0;
        if (const int by_ns = ns.compare(other.ns); by_ns != 0) return by_ns <=> 0;
        return name.compare(other.name) <=> 0;
    }
    bool operator==(const Key&) const = default;
};

inline Key key_of(const Object& object) {
    return {object.kind().name, object.metadata().ns, object.metadata().name};
}

/// For people: `deployment/shop`, with the namespace in front when it is not `default`:
/// `deployment/prod/shop`.
std::string to_text(const Key& key);

}  // namespace swell::spec
