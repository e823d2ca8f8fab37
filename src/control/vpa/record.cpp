#include "control/vpa/record.hpp"

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
    entry.subject = subject_of(metadata);
    entry.ns = metadata.ns;
    entry.name = metadata.name;
    entry.observation = {
        {"target", spec.target_ref.kind + "/" + spec.target_ref.name},
        {"mode",
         spec.update_policy ? spec.update_policy->update_mode.value_or("Recreate") : "Recreate"},
    };
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

std::string subject_of(const spec::ObjectMeta& vpa) {
    return "vpa/" + (vpa.ns.empty() || vpa.ns == "default" ? "" : vpa.ns + "/") + vpa.name;
}

journal::Entry entry_of(
    const Governor& governor, const Recommended& made, const RecommenderConfig& config
) {
    journal::Entry entry = begun(governor, made.at);
    entry.observation["pods"] = made.pods;
    entry.steps = explain(made.estimates, made.recommendation, config);
    if (entry.steps.empty()) entry.steps.push_back(explain_nothing(governor.fault, made.pods));
    entry.before = targets_of(governor.vpa().status.recommendation);
    entry.after = targets_of(made.recommendation);
    const bool changes = entry.before != entry.after;
    entry.action = changes ? "recommend" : "hold";
    entry.summary = summary_of(entry.before, entry.after);
    if (made.estimates.empty()) entry.summary += ": " + entry.steps.front().text;
    if (!changes) entry.outcome = "none";
    return entry;
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
    entry.summary = (act == Act::evict ? "evicts pod " : "resizes pod ") + pod.metadata.name +
                    ": " + to_text(candidate.verdict);
    entry.observation["pod"] = pod.metadata.name;
    entry.steps = explain_update(candidate, group);
    entry.before = Json::object();
    for (const spec::Container& container : pod.spec.containers)
        entry.before[container.name] = in_words(resources_in_force(pod, container.name).requests);
    entry.after = targets_of(candidate.capped.recommendation);
    return entry;
}

std::string gist_of(const journal::Entry& entry) {
    std::string gist = entry.after.dump();
    for (const journal::Step& step : entry.steps) gist += " " + step.rule;
    return gist;
}

}  // namespace swell::control::vpa
