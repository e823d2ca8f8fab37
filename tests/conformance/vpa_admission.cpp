#include "vpa_admission.hpp"

#include <algorithm>

#include "control/vpa/admission.hpp"
#include "from_json.hpp"
#include "sorted.hpp"

namespace swell::conformance {

namespace {

using namespace control::vpa;

void read_range(const Json& ranges, const char* type, std::optional<LimitRangeItem>& into) {
    const auto found = ranges.find(type);
    if (found == ranges.end()) return;
    into.emplace();
    const auto read = [&](const char* name, spec::ResourceList& list) {
        if (const auto one = found->find(name); one != found->end()) from_json(*one, list);
    };
    read("max", into->max);
    read("min", into->min);
    read("default", into->default_limit);
}

// Absent and empty are the same.
Json amounts(const spec::ResourceList& list) {
    Json made = Json::object();
    for (const auto& [resource, amount] : list) made[resource] = amount.text();
    return made.empty() ? Json() : made;
}

Json capped(const CappedRecommendation& got) {
    Json all = Json::array();
    if (!got.recommendation) return Json();
    for (const auto& one : got.recommendation->container_recommendations)
        all.push_back(
            {{"containerName", one.container_name},
             {"lowerBound", amounts(one.lower_bound)},
             {"target", amounts(one.target)},
             {"upperBound", amounts(one.upper_bound)}}
        );
    return all;
}

Json plain(const Json& json) {
    Json made = sorted(json);
    const auto drop_empty = [](Json& lists) {
        for (auto& list : lists)
            if (list.is_structured() && list.empty()) list = nullptr;
    };
    if (made.is_array())
        for (auto& one : made) drop_empty(one);
    return made.empty() ? Json() : made;
}

}  // namespace

bool is_vpa_admission_case(const Json& recorded) {
    return recorded.contains("limitRange") && recorded.contains("pod");
}

std::string check_vpa_admission_case(const Json& recorded) {
    spec::VerticalPodAutoscaler vpa;
    from_json(recorded["vpa"], vpa);
    // What is empty is not recorded; there was a recommendation in every case, if one of nothing.
    if (!vpa.status.recommendation) vpa.status.recommendation.emplace();
    spec::Pod pod;
    from_json(recorded["pod"], pod);
    LimitRanges ranges;
    read_range(recorded["limitRange"], "container", ranges.container);
    read_range(recorded["limitRange"], "pod", ranges.pod);

    const Json& out = recorded["out"];
    std::string difference;
    const auto expect = [&](const char* what, const Json& wanted, const Json& found) {
        if (plain(wanted) == plain(found)) return;
        difference += std::string(what) + ": wanted " + plain(wanted).dump() + ", got " +
                      plain(found).dump() + "\n";
    };
    expect(
        "cappedRecommendation",
        out.value("cappedRecommendation", Json()),
        capped(cap_for_pod(vpa, pod, ranges))
    );
    Admission got = resources_for(vpa, pod, ranges);
    Json containers = Json::array(), annotations = Json::object();
    for (const ContainerResources& one : got.containers)
        containers.push_back(
            {{"container", one.container},
             {"limits", amounts(one.limits)},
             {"requests", amounts(one.requests)}}
        );
    for (auto& [container, notes] : got.annotations) {
        std::ranges::sort(notes);
        annotations[container] = notes;
    }
    expect("containerResources", out["containerResources"], containers);
    expect("annotations", out.value("annotations", Json::object()), annotations);
    return difference;
}

}  // namespace swell::conformance
