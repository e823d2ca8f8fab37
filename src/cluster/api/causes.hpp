#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "spec/object.hpp"

// What is wrong with the fields of an object, as Kubernetes tells it to programs.
//
// Source  k8s.io/apimachinery/pkg/util/validation/field (1.37).

namespace swell::cluster {

/// One thing that is wrong.
struct Cause {
    std::string reason;   ///< `FieldValueInvalid`, `FieldValueRequired`, …
    std::string message;  ///< `Invalid value: -1: must be greater than or equal to 0`
    std::string field;    ///< `spec.replicas`

    bool operator==(const Cause&) const = default;
};

/// problem  in Kubernetes' words: its kind is read off them. Empty where they are of no kind.
Cause cause_of(const spec::Problem& problem);

/// A problem in Kubernetes' words: one of ours that came so stays as it is, one that is in the
/// words of a manifest's findings is translated. A name that breaks several rules is one for each.
///
/// body  what the object was read from; the values that are wrong are printed from there
spec::Problems in_kubernetes_words(const spec::Problem& problem, const Json& body);

/// The value at a path such as `spec.hard[requests.cpu]`; nullptr when there is none. Keys with
/// dots in them are found: the longest that fits.
const Json* value_at(const Json& json, std::string_view path);

}  // namespace swell::cluster
