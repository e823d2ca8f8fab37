#pragma once

#include <span>

#include "spec/kinds/autoscaling.hpp"
#include "spec/kinds/vpa.hpp"
#include "spec/object.hpp"

namespace swell::spec {

/// How an Autoscaler sizes the pods: a VerticalPodAutoscaler's policies, without a target of their
/// own.
struct VerticalSpec {
    std::optional<PodUpdatePolicy> update_policy;
    std::optional<PodResourcePolicy> resource_policy;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("updatePolicy", s.update_policy, "How recommendations reach pods.");
        v.field("resourcePolicy", s.resource_policy, "Bounds of the recommendation.");
    }
    bool operator==(const VerticalSpec&) const = default;
};

/// The spec of a HorizontalPodAutoscaler, and what an HPA cannot say beside it. What is to come (a
/// forecast, a schedule, scaling to zero) is one more member here, with a block of its own in the
/// status.
struct AutoscalerSpec : HpaSpec {
    std::optional<VerticalSpec> vertical;

    template <class V, class S>
    static void describe(V& v, S& s) {
        HpaSpec::describe(v, s);
        v.field("vertical", s.vertical, "What sizes the pods; without it they stay as they are.");
    }
    bool operator==(const AutoscalerSpec&) const = default;
};

struct AutoscalerStatus {
    std::optional<HpaStatus> horizontal;
    std::optional<VpaStatus> vertical;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("horizontal", s.horizontal, "How many pods were decided, as an HPA tells it.");
        v.field("vertical", s.vertical, "What they should request, as a VPA tells it.");
    }
    bool operator==(const AutoscalerStatus&) const = default;
};

/// swell.dev/v1: sizes one workload both ways, by the rules of autoscaling/v2 and
/// autoscaling.k8s.io/v1.
struct Autoscaler {
    ObjectMeta metadata;
    AutoscalerSpec spec;
    AutoscalerStatus status;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("metadata", s.metadata, "Name and labels.");
        v.required(
            "spec", s.spec, "What is scaled, by which metrics, how far; how pods are sized."
        );
        v.field("status", s.status, "What was decided.");
    }
    bool operator==(const Autoscaler&) const = default;
};

template <>
const Kind& kind_of<Autoscaler>();

// An Autoscaler is to the controllers what its two parts are, with its own metadata: they are
// decided by the same functions as an HPA and a VPA.

/// The kinds that say how many pods there are, and those that say what they request.
std::span<const Kind* const> horizontal_kinds();
std::span<const Kind* const> vertical_kinds();

/// The HPA that an object is, or has in it; absent for other kinds.
std::optional<HorizontalPodAutoscaler> horizontal_of(const Object& object);
/// The VPA that an object is, or has in it; absent for other kinds, and without `vertical`.
std::optional<VerticalPodAutoscaler> vertical_of(const Object& object);

/// The object with the status of that part, which it must have.
Object with_status(const Object& object, HpaStatus status);
Object with_status(const Object& object, VpaStatus status);

}  // namespace swell::spec
