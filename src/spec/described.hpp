#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "spec/object.hpp"

namespace swell::spec {

/// The schema of a kind, to be walked from field to field.
class Described {
  public:
    explicit Described(const Kind& kind);
    Described(const Described&) = delete;
    Described& operator=(const Described&) = delete;

    /// The schema of the manifest: its fields are in its `properties`.
    const Json& manifest() const { return *manifest_; }
    /// `properties`, `items`, … of a schema, with a reference followed; an empty object when there
    /// is none.
    const Json& part(const Json& schema, const std::string& name) const;
    /// Whether there is such a field: `status.phase`, `metadata.labels.app`.
    bool has(std::string_view path) const;

  private:
    const Json schema_;
    const Json* manifest_ = nullptr;
};

}  // namespace swell::spec
