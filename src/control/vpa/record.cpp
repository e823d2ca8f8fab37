#include "control/vpa/record.hpp"

#include <set>

#include "control/vpa/capping.hpp"

namespace swell::control::vpa {

namespace {

Json targets_of(const std::optional<spec::RecommendedPodResources>& recommendation) {
    Json all = Json::object();
    if (!recommendation) return all;
    for (const auto& one : recommendation->container_recommendations)
        all[one.container_name] = in_words(one.target);
    return all;
}

journal::Entry begun(const Governor& governor, Instant at) {
    const spec::ObjectMeta& metadata = governor.vpa().metadata;
    const spec::VpaSpec& spec = governor.vpa().spec;
    journal::Entry entry;
    entry.at = at;
    entry.controller = "vpa";
    entry.subject = spec::to_text(spec::key_of(governor.object));
    entry.ns = metadata.ns;
    entry.name = metadata.name;
    entry.observation = {
        {"target", spec.target_ref.kind + "/" + spec.target_ref.name},
        {"mode",
         spec.update_policy ? spec.update_policy->update_mode.value_or("Recreate") : "Recreate"},
        {"uid", metadata.uid},
    };
    if (governor.observes()) entry.observation["observes"] = true;
    return entry;
}

std::string summary_of(const Json& before, const Json& after) {
    std::string text;
    for (const auto& [container, target] : after.items()) {
        text += (text.empty() ? "" : "; ") + container + ": ";
        const bool changes = before.contains(container) && before[container] != target;
        if (changes) text += before[container].get<std::string>() + " → ";
        text += target.get<std::string>();
    }
    return text.empty() ? "recommends nothing" : "recommends " + text;
}

}  // namespace

journal::Entry entry_of(
    const Governor& governor, const Recommended& made, const RecommenderConfig& config
) {
    journal::Entry entry = begun(governor, made.at);
    entry.observation["pods"] = made.pods;
    entry.steps = explain(made.estimates, made.recommendation, config);
    if (entry.steps.empty()) entry.steps.push_back(explain_nothing(governor.fault, made.pods));
    if (!governor.contested.empty()) entry.steps.push_back(explain_contention(governor.contested));
    entry.before = targets_of(governor.vpa().status.recommendation);
    entry.after = targets_of(made.recommendation);
    const bool changes = entry.before != entry.after;
    entry.action = changes ? "recommend" : "hold";
    entry.summary = summary_of(entry.before, entry.after);
    if (made.estimates.empty()) entry.summary += ": " + entry.steps.front().text;
    if (!changes) entry.outcome = "none";
    return entry;
}

void set_against(
    const std::vector<spec::Pod>& pods,
    const Recommended& made,
    std::span<const Contested> contested,
    journal::Entry& entry
) {
    entry.before = entry.after = Json::object();
    for (const auto& one : made.recommendation.container_recommendations) {
        spec::ResourceList target = one.target;
        for (const Contested& other : contested)
            if (other.container == one.container_name) target.erase(other.resource);
        std::set<std::string> requests;
        for (const spec::Pod& pod : pods) {
            spec::ResourceList now = resources_in_force(pod, one.container_name).requests;
            std::erase_if(now, [&](const auto& each) { return !target.contains(each.first); });
            requests.insert(in_words(now));
        }
        std::string text;
        for (const std::string& each : requests) text += (text.empty() ? "" : " | ") + each;
        entry.before[one.container_name] = text.empty() ? "no pods" : text;
        entry.after[one.container_name] = in_words(target);
    }
    const bool differs = entry.before != entry.after;
    entry.action = differs ? "observe" : "hold";
    entry.outcome = "none";
    entry.summary = (differs ? "would set other requests: " : "requests are as they should be: ") +
                    entry.steps.front().text;
}

journal::Entry entry_of(
    const Governor& governor,
    const Candidate& candidate,
    const Disruption::Group& group,
    Act act,
    Instant at
) {
    const spec::Pod& pod = *candidate.pod;
    journal::Entry entry = begun(governor, at);
    entry.action = act == Act::evict ? "evict" : "resize";
    const std::string what = governor.observes() ? "would " + entry.action : entry.action + "s";
    entry.summary = what + " pod " + pod.metadata.name + ": " + to_text(candidate.verdict);
    entry.observation["pod"] = pod.metadata.name;
    entry.steps = explain_update(candidate, group);
    if (!governor.contested.empty()) entry.steps.push_back(explain_contention(governor.contested));
    entry.before = Json::object();
    for (const spec::Container& container : pod.spec.containers)
        entry.before[container.name] = in_words(resources_in_force(pod, container.name).requests);
    entry.after = targets_of(candidate.capped.recommendation);
    if (!governor.observes()) return entry;
    const std::string subject = "pod " + pod.metadata.name;
    entry.before = {{subject, "runs"}};
    entry.after = {{subject, act == Act::evict ? "evicted" : "resized"}};
    entry.action = "observe";
    entry.outcome = "none";
    return entry;
}

std::string gist_of(const journal::Entry& entry) {
    std::string gist = entry.after.dump();
    if (entry.observation.contains("observes")) gist += entry.before.dump();
    for (const journal::Step& step : entry.steps) gist += " " + step.rule;
    return gist;
}

}  // namespace swell::control::vpa
