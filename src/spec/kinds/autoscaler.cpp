#include "spec/kinds/autoscaler.hpp"

#include <array>

#include "spec/fields/kind.hpp"
#include "spec/kinds/autoscaling_rules.hpp"
#include "spec/kinds/mode.hpp"
#include "spec/kinds/names.hpp"
#include "spec/kinds/vpa_rules.hpp"

namespace swell::spec {
namespace {

void complete(Autoscaler& autoscaler) { complete(static_cast<HpaSpec&>(autoscaler.spec)); }

void validate(const Autoscaler& autoscaler, Problems& problems) {
    validate(autoscaler.metadata, "metadata", problems);
    validate_mode(autoscaler.metadata, "metadata", problems);
    validate(static_cast<const HpaSpec&>(autoscaler.spec), "spec", problems);
    if (!autoscaler.spec.vertical) return;
    const VerticalSpec& vertical = *autoscaler.spec.vertical;
    validate(vertical.update_policy, "spec.vertical.updatePolicy", problems);
    validate(vertical.resource_policy, "spec.vertical.resourcePolicy", problems);
}

}  // namespace

template <>
const Kind& kind_of<Autoscaler>() {
    static const Kind kind = fields::make_kind<Autoscaler, complete, validate>(
        {"swell.dev/v1", "Autoscaler", "autoscalers", {}}
    );
    return kind;
}

std::span<const Kind* const> horizontal_kinds() {
    static const std::array all = {&kind_of<Autoscaler>(), &kind_of<HorizontalPodAutoscaler>()};
    return all;
}

std::span<const Kind* const> vertical_kinds() {
    static const std::array all = {&kind_of<Autoscaler>(), &kind_of<VerticalPodAutoscaler>()};
    return all;
}

std::optional<HorizontalPodAutoscaler> horizontal_of(const Object& object) {
    if (object.is<HorizontalPodAutoscaler>()) return object.as<HorizontalPodAutoscaler>();
    if (!object.is<Autoscaler>()) return std::nullopt;
    const auto& whole = object.as<Autoscaler>();
    return HorizontalPodAutoscaler{
        whole.metadata, whole.spec, whole.status.horizontal.value_or(HpaStatus{})
    };
}

std::optional<VerticalPodAutoscaler> vertical_of(const Object& object) {
    if (object.is<VerticalPodAutoscaler>()) return object.as<VerticalPodAutoscaler>();
    if (!object.is<Autoscaler>() || !object.as<Autoscaler>().spec.vertical) return std::nullopt;
    const auto& whole = object.as<Autoscaler>();
    VerticalPodAutoscaler part;
    part.metadata = whole.metadata;
    part.spec.target_ref = whole.spec.scale_target_ref;
    part.spec.update_policy = whole.spec.vertical->update_policy;
    part.spec.resource_policy = whole.spec.vertical->resource_policy;
    part.status = whole.status.vertical.value_or(VpaStatus{});
    return part;
}

Object with_status(const Object& object, HpaStatus status) {
    if (object.is<Autoscaler>()) {
        Autoscaler whole = object.as<Autoscaler>();
        whole.status.horizontal = std::move(status);
        return whole;
    }
    const auto& before = object.as<HorizontalPodAutoscaler>();
    return HorizontalPodAutoscaler{before.metadata, before.spec, std::move(status)};
}

Object with_status(const Object& object, VpaStatus status) {
    if (object.is<Autoscaler>()) {
        Autoscaler whole = object.as<Autoscaler>();
        whole.status.vertical = std::move(status);
        return whole;
    }
    VerticalPodAutoscaler vpa = object.as<VerticalPodAutoscaler>();
    vpa.status = std::move(status);
    return vpa;
}

}  // namespace swell::spec
