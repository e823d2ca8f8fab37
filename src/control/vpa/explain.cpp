#include "control/vpa/explain.hpp"

#include "control/hpa/amount.hpp"
#include "control/vpa/policy.hpp"

namespace swell::control::vpa {

namespace {

using hpa::count;
using hpa::number;
using hpa::ratio;
using journal::Step;

std::string amount(std::int64_t value, const std::string& resource) {
    return resource == "cpu" ? number(value) + "m" : hpa::amount(value * 1000, resource);
}

std::string percent(double fraction) { return ratio(fraction * 100) + " %"; }

// One resource of one container, and what is said of it.
class Resource {
  public:
    Resource(std::string container, std::string name, const ResourceEstimates& estimates)
        : container_(std::move(container)), name_(std::move(name)), estimates_(estimates) {}

    void tell(
        const spec::RecommendedContainerResources& shown,
        const RecommenderConfig& config,
        std::vector<Step>& steps
    ) const {
        steps.push_back(percentile());
        steps.push_back(margin(config));
        steps.push_back(confidence());
        if (estimates_.target.amount > estimates_.target.scaled) steps.push_back(minimum());
        if (const auto bounded = bound(shown)) steps.push_back(*bounded);
        steps.push_back(target(shown));
    }

  private:
    Step made(const char* rule, const std::string& text, Json numbers) const {
        Json all{{"container", container_}, {"resource", name_}};
        all.update(numbers);
        return {rule, container_ + " " + name_ + ": " + text, std::move(all)};
    }
    std::string in_unit(std::int64_t value) const { return amount(value, name_); }

    Step percentile() const {
        const auto one = [&](const Estimate& estimate) {
            return in_unit(estimate.used) + " (" + percent(estimate.fraction) + ")";
        };
        return made(
            "percentile",
            "used at most " + one(estimates_.lower_bound) + ", " + one(estimates_.target) + ", " +
                one(estimates_.upper_bound) + " of the time",
            {{"lower_bound", estimates_.lower_bound.used},
             {"target", estimates_.target.used},
             {"upper_bound", estimates_.upper_bound.used}}
        );
    }

    Step margin(const RecommenderConfig& config) const {
        const Estimate& target = estimates_.target;
        return made(
            "safety-margin",
            in_unit(target.used) + " + " + percent(config.margin_fraction) + " = " +
                in_unit(target.with_margin),
            {{"used", target.used},
             {"margin_fraction", config.margin_fraction},
             {"with_margin", target.with_margin}}
        );
    }

    Step confidence() const {
        const Estimate &lower = estimates_.lower_bound, &upper = estimates_.upper_bound;
        return made(
            "confidence",
            "confidence " + ratio(estimates_.confidence) + ": lower bound " +
                in_unit(lower.with_margin) + " × " + ratio(lower.multiplier.value_or(1)) + " = " +
                in_unit(lower.scaled) + ", " + upper_bound(upper),
            {{"confidence", estimates_.confidence},
             {"lower_bound", lower.scaled},
             {"upper_bound", upper.scaled}}
        );
    }

    std::string upper_bound(const Estimate& upper) const {
        if (upper.scaled >= most_amount) return "no upper bound yet";
        return "upper bound " + in_unit(upper.with_margin) + " × " +
               ratio(upper.multiplier.value_or(1)) + " = " + in_unit(upper.scaled);
    }

    Step minimum() const {
        const Estimate& target = estimates_.target;
        return made(
            "pod-minimum",
            in_unit(target.scaled) + " raised to the container's part of the pod's minimum, " +
                in_unit(target.least),
            {{"least", target.least}}
        );
    }

    std::optional<Step> bound(const spec::RecommendedContainerResources& shown) const {
        const auto before = shown.uncapped_target.find(name_);
        const auto after = shown.target.find(name_);
        if (before == shown.uncapped_target.end() || after == shown.target.end()) return {};
        if (before->second == after->second) return {};
        const bool raised = after->second > before->second;
        return made(
            raised ? "min-allowed" : "max-allowed",
            before->second.text() +
                (raised ? " raised to minAllowed " : " lowered to maxAllowed ") +
                after->second.text(),
            {{"uncapped", before->second.text()}, {"bound", after->second.text()}}
        );
    }

    Step target(const spec::RecommendedContainerResources& shown) const {
        const auto text = [&](const spec::ResourceList& list) {
            const auto found = list.find(name_);
            return found == list.end() ? std::string("none") : found->second.text();
        };
        return made(
            "target",
            "target " + text(shown.target) + "; requests from " + text(shown.lower_bound) +
                (is_unbounded(shown.upper_bound) ? " up" : " to " + text(shown.upper_bound)) +
                " are left alone",
            {{"target", text(shown.target)},
             {"lower_bound", text(shown.lower_bound)},
             {"upper_bound", text(shown.upper_bound)}}
        );
    }

    // The most there is stands for no bound.
    bool is_unbounded(const spec::ResourceList& upper) const {
        const auto found = upper.find(name_);
        if (found == upper.end()) return false;
        const Quantity& most = found->second;
        return (name_ == "cpu" ? most.milli_value() : most.value()) >= most_amount;
    }

    std::string container_, name_;
    const ResourceEstimates& estimates_;
};

Step history(const ContainerEstimates& one) {
    Step step{"history", one.container + ": ", {{"container", one.container}}};
    step.text += count(one.samples, "sample");
    step.numbers["samples"] = one.samples;
    if (one.first_sample && one.last_sample) {
        step.text += " over " + to_age(*one.last_sample - *one.first_sample);
        step.numbers["first"] = to_rfc3339(*one.first_sample);
        step.numbers["last"] = to_rfc3339(*one.last_sample);
    }
    return step;
}

}  // namespace

std::vector<Step> explain(
    const std::vector<ContainerEstimates>& estimates,
    const spec::RecommendedPodResources& recommendation,
    const RecommenderConfig& config
) {
    std::vector<Step> steps;
    for (const ContainerEstimates& one : estimates) {
        const auto* shown = recommendation_for(one.container, recommendation);
        if (shown == nullptr) continue;
        steps.push_back(history(one));
        if (one.cpu) Resource(one.container, "cpu", *one.cpu).tell(*shown, config, steps);
        if (one.memory) Resource(one.container, "memory", *one.memory).tell(*shown, config, steps);
    }
    return steps;
}

Step explain_nothing(const std::string& fault, std::size_t pods) {
    if (!fault.empty()) return {"no-target", fault, Json::object()};
    if (pods == 0) return {"no-pods", "no pods match this VPA object", {{"pods", 0}}};
    return {"no-history", "policies turn every container off", {{"pods", pods}}};
}

std::vector<Step> explain_update(const Candidate& candidate, const Disruption::Group& group) {
    const Priority& priority = candidate.priority;
    std::vector<Step> steps;
    steps.push_back(
        {"update-priority",
         std::string(to_text(candidate.verdict)) + "; targets differ from requests by " +
             percent(priority.resource_diff) + (priority.scale_up ? ", some upwards" : ""),
         {{"resource_diff", priority.resource_diff},
          {"scale_up", priority.scale_up},
          {"outside_range", priority.outside_range}}}
    );
    for (const auto& [container, notes] : candidate.capped.annotations)
        for (const std::string& note : notes)
            steps.push_back(
                {"capped", container + ": " + note, {{"container", container}, {"note", note}}}
            );
    steps.push_back(
        {"disruption-budget",
         count(group.running(), "running pod") + " of " + number(group.configured) + ", " +
             number(group.disturbed) + " disturbed in this loop; " + number(group.tolerated) +
             " may be away",
         {{"running", group.running()},
          {"configured", group.configured},
          {"disturbed", group.disturbed},
          {"tolerated", group.tolerated}}}
    );
    return steps;
}

std::string in_words(const spec::ResourceList& list) {
    std::string text;
    for (const auto& [resource, quantity] : list)
        text += (text.empty() ? "" : ", ") + resource + " " + quantity.text();
    return text.empty() ? "nothing" : text;
}

}  // namespace swell::control::vpa
