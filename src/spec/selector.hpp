#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "spec/kinds/meta.hpp"

namespace swell::spec {

/// A label selector ready to match; an empty one matches everything. Requirements are sorted by
/// key.
class Selector {
  public:
    struct Requirement {
        enum class Op { in, not_in, exists, absent, equals, not_equals, greater, less };
        std::string key;
        Op op = Op::exists;
        std::vector<std::string> values;  ///< sorted
        bool operator==(const Requirement&) const = default;
    };

    Selector() = default;
    static Selector from(const Labels& labels);
    static Result<Selector> from(const LabelSelector& selector);
    /// Kubernetes' text form: `app=web,tier in (a,b),!debug,n>3`.
    /// Errors  invalid: says where in the text.
    static Result<Selector> parse(std::string_view text);

    bool matches(const Labels& labels) const;
    bool empty() const { return requirements_.empty(); }
    /// Text form; parse(text()) is equal.
    std::string text() const;
    const std::vector<Requirement>& requirements() const { return requirements_; }

    bool operator==(const Selector&) const = default;

  private:
    std::vector<Requirement> requirements_;
};

}  // namespace swell::spec
