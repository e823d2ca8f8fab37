#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace swell::spec::fields {

/// Where a walk through an object stands; becomes text only when there is something to say.
///
/// Text form: `spec.metrics[0].resource.name`, map keys in brackets: `metadata.labels[app]`.
class Path {
  public:
    void enter_field(std::string_view name) { steps_.push_back({Step::Type::field, name, 0}); }
    void enter_key(std::string_view key) { steps_.push_back({Step::Type::key, key, 0}); }
    void enter_item(std::size_t index) { steps_.push_back({Step::Type::item, {}, index}); }
    void leave() { steps_.pop_back(); }

    std::string text() const;
    /// The text of a field below this place.
    std::string text(std::string_view field) const;

  private:
    struct Step {
        enum class Type { field, key, item };
        Type type;
        std::string_view name;
        std::size_t index;
    };
    std::vector<Step> steps_;
};

}  // namespace swell::spec::fields
