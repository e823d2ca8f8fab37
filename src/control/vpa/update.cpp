#include "control/vpa/update.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "control/vpa/admission.hpp"
#include "control/vpa/policy.hpp"
#include "control/vpa/proportion.hpp"
#include "spec/kinds/names.hpp"

namespace swell::control::vpa {

namespace {

/// Containers named by the annotation; all when there is none, or one that names no containers.
class Observed {
  public:
    explicit Observed(const spec::Pod& pod) {
        const auto found = pod.metadata.annotations.find(observed_containers);
        if (found == pod.metadata.annotations.end()) return;
        std::string_view rest = found->second;
        std::set<std::string, std::less<>> names;
        for (bool more = !rest.empty(); more;) {
            const std::size_t end = rest.find(", ");
            more = end != std::string_view::npos;
            const std::string_view name = rest.substr(0, end);
            if (name.empty() || !spec::dns_label(name).empty()) return;
            names.emplace(name);
            if (more) rest.remove_prefix(end + 2);
        }
        names_ = std::move(names);
    }

    bool has(const std::string& container) const { return !names_ || names_->contains(container); }

  private:
    std::optional<std::set<std::string, std::less<>>> names_;
};

/// Killed for its memory before it ran for as long as `threshold`, and no longer ago than that.
bool is_quick_oom(
    const std::optional<spec::ContainerStateTerminated>& ended, Instant now, Duration threshold
) {
    if (!ended || ended->reason != "OOMKilled") return false;
    if (!ended->started_at || !ended->finished_at) return false;
    return *ended->finished_at - *ended->started_at < threshold &&
           now - *ended->finished_at < threshold;
}

bool had_quick_oom(
    const spec::VerticalPodAutoscaler& vpa, const spec::Pod& pod, Instant now, Duration threshold
) {
    const Observed observed(pod);
    return std::ranges::any_of(
        pod.status.container_statuses,
        [&](const spec::ContainerStatus& status) {
            return observed.has(status.name) &&
                   !is_off(policy_of(status.name, vpa.spec.resource_policy)) &&
                   is_quick_oom(status.last_state.terminated, now, threshold);
        }
    );
}

bool changes_as_required(
    const spec::ResourceList& requests,
    const spec::ResourceList& target,
    const spec::EvictionRequirement& requirement
) {
    return std::ranges::any_of(requirement.resources, [&](const std::string& resource) {
        const std::int64_t now = amount_of(requests, resource).milli_value();
        const std::int64_t then = amount_of(target, resource).milli_value();
        if (requirement.change_requirement == "TargetHigherThanRequests") return then > now;
        return requirement.change_requirement == "TargetLowerThanRequests" && then < now;
    });
}

/// Some container with a recommendation lacks a request, or all requirements hold for it.
bool requirements_hold(
    const spec::VerticalPodAutoscaler& vpa,
    const spec::Pod& pod,
    const spec::RecommendedPodResources& recommendation
) {
    if (!vpa.spec.update_policy) return true;
    const auto& requirements = vpa.spec.update_policy->eviction_requirements;
    return std::ranges::any_of(pod.spec.containers, [&](const spec::Container& container) {
        const auto* recommended = recommendation_for(container.name, recommendation);
        if (recommended == nullptr) return false;
        const spec::ResourceList requests = resources_in_force(pod, container.name).requests;
        if (!requests.contains("cpu") || !requests.contains("memory")) return true;
        return std::ranges::all_of(requirements, [&](const auto& requirement) {
            return changes_as_required(requests, recommended->target, requirement);
        });
    });
}

Verdict verdict_of(
    const spec::VerticalPodAutoscaler& vpa,
    const spec::Pod& pod,
    const Priority& priority,
    Instant now,
    const UpdaterConfig& config
) {
    const bool quick_oom = had_quick_oom(vpa, pod, now, config.evict_after_oom_threshold);
    if (quick_oom && priority.resource_diff == 0) return Verdict::oom_same_target;
    if (priority.outside_range) return Verdict::outside_range;
    if (quick_oom) return Verdict::quick_oom;
    if (!pod.status.start_time) return Verdict::no_start_time;
    if (now < *pod.status.start_time + config.lifetime_threshold) return Verdict::short_lived;
    if (priority.resource_diff < config.pod_update_threshold) return Verdict::small_diff;
    return Verdict::long_lived;
}

}  // namespace

bool Priority::operator<(const Priority& other) const {
    if (scale_up != other.scale_up) return other.scale_up;
    return resource_diff < other.resource_diff;
}

const char* to_text(Verdict verdict) {
    switch (verdict) {
        case Verdict::outside_range:
            return "a request is outside the recommended range";
        case Verdict::quick_oom:
            return "a container ran out of memory soon after its start";
        case Verdict::long_lived:
            return "requests are within the range, but the pod is old and differs enough";
        case Verdict::no_start_time:
            return "requests are within the range, and the pod's age is not known";
        case Verdict::short_lived:
            return "requests are within the range, and the pod is young";
        case Verdict::small_diff:
            return "requests are close to the target";
        case Verdict::oom_same_target:
            return "a container ran out of memory, but the target is what it has";
        case Verdict::requirements:
            return "the evictionRequirements do not hold";
    }
    return "";
}

Priority priority_of(const spec::Pod& pod, const spec::RecommendedPodResources& recommendation) {
    struct Total {
        std::int64_t requested = 0, recommended = 0;
    };
    Priority priority;
    std::map<std::string, Total> totals;
    const Observed observed(pod);
    for (const spec::Container& container : pod.spec.containers) {
        if (!observed.has(container.name)) continue;
        const auto* recommended = recommendation_for(container.name, recommendation);
        if (recommended == nullptr) continue;
        const spec::ResourceList requests = resources_in_force(pod, container.name).requests;
        for (const auto& [resource, target] : recommended->target) {
            Total& total = totals[resource];
            total.recommended += target.milli_value();
            const auto request = requests.find(resource);
            if (request == requests.end()) {
                priority.scale_up = priority.outside_range = true;
                continue;
            }
            total.requested += request->second.milli_value();
            if (target.milli_value() > request->second.milli_value()) priority.scale_up = true;
            const auto lower = recommended->lower_bound.find(resource);
            const auto upper = recommended->upper_bound.find(resource);
            if ((lower != recommended->lower_bound.end() && request->second < lower->second) ||
                (upper != recommended->upper_bound.end() && request->second > upper->second))
                priority.outside_range = true;
        }
    }
    for (const auto& [resource, total] : totals) {
        const double requested = std::max(static_cast<double>(total.requested), 1.0);
        priority.resource_diff +=
            std::abs(requested - static_cast<double>(total.recommended)) / requested;
    }
    return priority;
}

Candidate judge(
    const spec::VerticalPodAutoscaler& vpa,
    const spec::Pod& pod,
    const LimitRanges& ranges,
    Instant now,
    const UpdaterConfig& config,
    std::span<const Contested> contested
) {
    Candidate made;
    made.pod = &pod;
    made.capped = cap_for_pod(vpa, pod, ranges);
    if (made.capped.recommendation) give_way(contested, pod, *made.capped.recommendation);
    const auto recommendation =
        made.capped.recommendation.value_or(spec::RecommendedPodResources{});
    made.priority = priority_of(pod, recommendation);
    made.verdict = verdict_of(vpa, pod, made.priority, now, config);
    if (made.accepted() && !requirements_hold(vpa, pod, recommendation))
        made.verdict = Verdict::requirements;
    return made;
}

std::vector<Candidate> update_order(std::vector<Candidate> candidates) {
    std::erase_if(candidates, [](const Candidate& one) { return !one.accepted(); });
    std::ranges::stable_sort(candidates, [](const Candidate& a, const Candidate& b) {
        return b.priority < a.priority;
    });
    return candidates;
}

}  // namespace swell::control::vpa
