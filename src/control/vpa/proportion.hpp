#pragma once

#include <string>

#include "spec/kinds/core.hpp"

// Requests and limits that keep their proportion. Cpu is reckoned in milli-cores, all else in whole
// units; products need 128 bits and are cut to 64.
//
// Source  vertical-pod-autoscaler pkg/utils/vpa/limit_and_request_scaling.go.

namespace swell::control::vpa {

enum class Rounding { down, up, down_to_unit };

/// base : amount = to : result. The result is printed in the format of `amount`.
struct Proportion {
    Quantity amount, base, to;
};

/// amount * to / base.
///
/// Rounding::up            cpu alone: the next milli-core
/// Rounding::down_to_unit  memory: as the original, 0.999 less and then away from zero, so that 0
///                         becomes -1: a quirk
/// Edges  base 0: amount as it is; more than 64 bits: the most they hold
Quantity scaled(const std::string& resource, const Proportion& of, Rounding rounding);

/// A container's request and limit of one resource; 0 where there is none.
struct Demand {
    Quantity request, limit;
};

/// The limit that stands to `recommended` as the limit to the request; where there is no limit that
/// of the LimitRange's default. Absent, with the reason, when there is none to keep.
struct ProportionalLimit {
    std::optional<Quantity> limit;
    std::string note;  ///< `cpu: limit NOT set since originalLimit is nil or 0`
};
ProportionalLimit proportional_limit(
    const std::string& resource,
    Demand demand,
    const Quantity& recommended,
    const Quantity& default_limit
);

/// The request at which the limit reaches a bound; 0: there is none.
Quantity boundary_request(
    const std::string& resource, Demand demand, const Quantity& bound, const Quantity& default_limit
);

/// Adds amounts up: exact for whole numbers and for thousandths, within 64 bits.
class Sum {
  public:
    void add(const Quantity& amount);
    Quantity quantity() const;

  private:
    std::int64_t whole_ = 0, milli_ = 0;
    bool all_whole_ = true;
};

/// The entry of a list; 0 in the resource's usual format when there is none.
Quantity amount_of(const spec::ResourceList& list, const std::string& resource);

}  // namespace swell::control::vpa
