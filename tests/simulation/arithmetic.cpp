#include "arithmetic.hpp"

#include <algorithm>
#include <cmath>

namespace swell::simulation {

namespace {

using namespace std::chrono_literals;
using spec::HorizontalPodAutoscaler;

const spec::ScalingRules* rules_of(const HorizontalPodAutoscaler& hpa, bool up) {
    if (!hpa.spec.behavior) return nullptr;
    const auto& side = up ? hpa.spec.behavior->scale_up : hpa.spec.behavior->scale_down;
    return side ? &*side : nullptr;
}

std::vector<spec::ScalingPolicy> policies_of(const HorizontalPodAutoscaler& hpa, bool up) {
    const spec::ScalingRules* const rules = rules_of(hpa, up);
    if (rules != nullptr && rules->policies) return *rules->policies;
    if (up) return {{"Percent", 100, 15}, {"Pods", 4, 15}};
    return {{"Percent", 100, 15}};
}

double tolerance_of(const HorizontalPodAutoscaler& hpa, bool up) {
    const spec::ScalingRules* const rules = rules_of(hpa, up);
    return rules != nullptr && rules->tolerance ? rules->tolerance->approximate() : 0.1;
}

// Within a period the replicas may move by so much from what they were at its start.
std::int64_t allowed(
    const HorizontalPodAutoscaler& hpa,
    bool up,
    std::int32_t current,
    const std::vector<Change>& changes,
    Instant now
) {
    const spec::ScalingRules* const rules = rules_of(hpa, up);
    const std::string select = rules == nullptr ? "Max" : rules->select_policy.value_or("Max");
    if (select == "Disabled") return current;
    std::vector<std::int64_t> bounds;
    for (const spec::ScalingPolicy& policy : policies_of(hpa, up)) {
        std::int64_t start = current;
        for (const Change& change : changes)
            if (change.at > now - std::chrono::seconds(policy.period_seconds)) start -= change.by;
        const auto percent = static_cast<double>(policy.value) / 100;
        const auto from = static_cast<double>(start);
        if (policy.type == "Pods")
            bounds.push_back(up ? start + policy.value : start - policy.value);
        else if (up)
            bounds.push_back(static_cast<std::int64_t>(std::ceil(from * (1 + percent))));
        else
            bounds.push_back(static_cast<std::int64_t>(std::trunc(from * (1 - percent))));
    }
    const bool takes_largest = (select == "Max") == up;
    const std::int64_t bound = takes_largest ? std::ranges::max(bounds) : std::ranges::min(bounds);
    return up ? std::max<std::int64_t>(bound, current) : std::min<std::int64_t>(bound, current);
}

// While a pod is resized: the most of what its spec asks for, what the node granted, and what is in
// force. What can never be had is not asked for.
std::int64_t held(const spec::Pod& pod, const std::string& resource) {
    const spec::Container& container = pod.spec.containers.front();
    const auto amount_in = [&](const spec::ResourceList& list) {
        const auto found = list.find(resource);
        return found == list.end() ? 0 : found->second.milli_value();
    };
    const bool is_infeasible = std::ranges::any_of(pod.status.conditions, [](const auto& one) {
        return one.type == "PodResizePending" && one.reason == "Infeasible";
    });
    const std::int64_t asked = is_infeasible ? 0 : amount_in(container.resources.requests);
    std::int64_t granted = asked, in_force = asked;
    for (const spec::ContainerStatus& status : pod.status.container_statuses) {
        if (status.name != container.name) continue;
        if (!status.allocated_resources.empty())
            granted = in_force = amount_in(status.allocated_resources);
        if (status.resources && !status.resources->requests.empty())
            in_force = amount_in(status.resources->requests);
    }
    return std::max({asked, granted, in_force});
}

}  // namespace

std::int64_t highest_allowed(
    const HorizontalPodAutoscaler& hpa,
    std::int32_t current,
    const std::vector<Change>& changes,
    Instant now
) {
    if (!hpa.spec.behavior) return std::max(2 * current, 4);
    return allowed(hpa, true, current, changes, now);
}

std::int64_t lowest_allowed(
    const HorizontalPodAutoscaler& hpa,
    std::int32_t current,
    const std::vector<Change>& changes,
    Instant now
) {
    if (!hpa.spec.behavior) return 0;
    return allowed(hpa, false, current, changes, now);
}

Duration window(const HorizontalPodAutoscaler& hpa, bool up) {
    const spec::ScalingRules* const rules = rules_of(hpa, up);
    if (rules != nullptr && rules->stabilization_window_seconds)
        return std::chrono::seconds(*rules->stabilization_window_seconds);
    return up ? Duration{} : Duration{300s};
}

bool is_disabled(const HorizontalPodAutoscaler& hpa, bool up) {
    const spec::ScalingRules* const rules = rules_of(hpa, up);
    return rules != nullptr && rules->select_policy == "Disabled";
}

std::int64_t wanted(
    const spec::MetricSpec& metric, const HorizontalPodAutoscaler& hpa, const Seen& seen
) {
    const auto up_to = [](double ratio, std::int64_t pods) {
        return static_cast<std::int64_t>(std::ceil(ratio * static_cast<double>(pods)));
    };
    const auto is_within = [&](double ratio) {
        return ratio >= 1 - tolerance_of(hpa, false) && ratio <= 1 + tolerance_of(hpa, true);
    };
    const auto milli = [](const std::optional<Quantity>& quantity) {
        return static_cast<double>(quantity->milli_value());
    };
    const spec::MetricTarget& target = metric.resource ? metric.resource->target
                                       : metric.container_resource
                                           ? metric.container_resource->target
                                       : metric.pods   ? metric.pods->target
                                       : metric.object ? metric.object->target
                                                       : metric.external->target;
    const bool is_value = metric.object || metric.external;
    // External metrics come in two series (measured.hpp), and each is rounded up by itself.
    const double value =
        metric.external ? 2 * std::ceil(seen.value * 500) : std::ceil(seen.value * 1000);
    if (is_value && target.average_value) {
        const double ratio = value / (milli(target.average_value) * static_cast<double>(seen.pods));
        if (is_within(ratio)) return seen.pods;
        return static_cast<std::int64_t>(std::ceil(value / milli(target.average_value)));
    }
    double ratio = 0;
    if (is_value)
        ratio = value / milli(target.value);
    else if (target.average_value)
        ratio = static_cast<double>(seen.used / seen.pods) / milli(target.average_value);
    else
        ratio = static_cast<double>(seen.used * 100 / seen.requested) /
                static_cast<double>(*target.average_utilization);
    return is_within(ratio) ? seen.replicas : up_to(ratio, seen.pods);
}

std::int64_t used_of(const std::string& resource, const std::vector<spec::Pod>& pods, Instant now) {
    std::int64_t sum = 0;
    for (const spec::Pod& pod : pods) {
        if (pod.status.phase == "Failed" || pod.status.phase == "Succeeded") continue;
        const spec::ObjectMeta& metadata = pod.metadata;
        // One that should have been gone for as long as its grace period is not counted.
        if (metadata.deletion_timestamp && metadata.deletion_grace_period_seconds &&
            now > *metadata.deletion_timestamp +
                      std::chrono::seconds(*metadata.deletion_grace_period_seconds))
            continue;
        if (resource == "pods") sum += 1000;
        if (!resource.starts_with("requests.")) continue;
        sum += held(pod, resource.substr(std::string("requests.").size()));
    }
    return sum;
}

}  // namespace swell::simulation
