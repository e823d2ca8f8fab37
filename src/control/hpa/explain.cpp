#include "control/hpa/explain.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "control/hpa/amount.hpp"
#include "control/hpa/levels.hpp"

namespace swell::control::hpa {

namespace {

using Form = Target::Form;
using journal::Step;

std::string resource_of(const spec::MetricSpec& metric) {
    if (metric.resource) return metric.resource->name;
    return metric.container_resource ? metric.container_resource->name : "";
}

// One metric's parts, named once.
struct Words {
    std::string label, resource;
    Target target;
    std::string now, aim;  // `142 %` and `70 %`, or `142m` and `150m`
};

std::string in_unit(std::int64_t value, const Target& target, const std::string& resource) {
    return target.form == Form::utilization ? number(value) + " %" : amount(value, resource);
}

// What the metric is compared with its target as: percent, average, or the value itself.
std::int64_t level_of(const Calculation& calculation, const Target& target) {
    switch (target.form) {
        case Form::utilization:
            return calculation.utilization;
        case Form::average:
            return calculation.usage;
        default:
            return calculation.used;
    }
}

Words words_of(const MetricSeen& seen) {
    Words words{label_of(seen.metric), resource_of(seen.metric), target_of(seen.metric), {}, {}};
    words.now =
        in_unit(level_of(seen.proposal.calculation, words.target), words.target, words.resource);
    words.aim = in_unit(words.target.amount, words.target, words.resource);
    return words;
}

bool is_filled_in(Rule rule) {
    return rule == Rule::filled_in_within || rule == Rule::filled_in_other_side ||
           rule == Rule::filled_in_wrong_way || rule == Rule::filled_in_ratio;
}

const char* word(Form form) {
    switch (form) {
        case Form::utilization:
            return "utilization";
        case Form::average:
            return "average";
        case Form::value:
            return "value";
        case Form::shared_value:
            return "shared-value";
        case Form::none:
            break;
    }
    return "none";
}

std::string age_text(const MetricSeen& seen) {
    if (!seen.reading.measured) return {};
    return ", measured " + to_age(std::max(Duration{}, seen.terms.now - *seen.reading.measured)) +
           " before";
}

Step usage_step(const MetricSeen& seen, const Words& words) {
    const Calculation& got = seen.proposal.calculation;
    Step step{"usage", words.label + ": ", Json::object()};
    step.numbers = {
        {"metric", words.label},
        {"form", word(words.target.form)},
        {"now", level_of(got, words.target)},
        {"target", words.target.amount},
        {"ready", got.groups.ready},
    };
    if (seen.reading.measured) step.numbers["measured"] = to_rfc3339(*seen.reading.measured);
    switch (words.target.form) {
        case Form::utilization: {
            // The first pass counts ready pods alone; after a fill-in `used` and `requested` are
            // the second's.
            if (is_filled_in(got.rule)) {
                step.text += "the " + count(got.groups.ready, "ready pod") + " use " + words.now +
                             " of their requests";
            } else {
                step.text += amount(got.used, words.resource) + " used of " +
                             amount(got.requested, words.resource) + " requested by " +
                             count(got.groups.ready, "ready pod") + " = " + words.now;
                step.numbers["used"] = got.used;
                step.numbers["requested"] = got.requested;
            }
            break;
        }
        case Form::average:
            if (is_filled_in(got.rule)) {
                step.text += words.now + " a pod";
            } else {
                step.text += amount(got.used, words.resource) + " used by " +
                             count(got.counted, "pod") + " = " + words.now + " a pod";
                step.numbers["used"] = got.used;
            }
            break;
        case Form::value:
            step.text += words.now;
            break;
        default:
            step.text += words.now + " in all, for " + count(got.counted, "pod");
    }
    step.text += ", target " + words.aim + age_text(seen);
    return step;
}

void explain_not_counted(const Calculation& got, std::vector<Step>& steps) {
    const Groups& groups = got.groups;
    if (groups.unready + groups.missing + groups.ignored == 0) return;
    std::vector<std::string> parts;
    if (groups.unready > 0)
        parts.push_back(count(groups.unready, "pod") + " pending or starting up");
    if (groups.missing > 0) parts.push_back(count(groups.missing, "pod") + " without metric");
    if (groups.ignored > 0)
        parts.push_back(count(groups.ignored, "pod") + " terminating or failed");
    std::string text = "not counted: ";
    for (std::size_t i = 0; i < parts.size(); ++i) text += (i > 0 ? ", " : "") + parts[i];
    const Json numbers{
        {"unready", groups.unready}, {"missing", groups.missing}, {"ignored", groups.ignored}
    };
    steps.push_back({"pods-not-counted", text, numbers});
}

std::int64_t filled_level(const Calculation& got, const Target& target) {
    if (target.form == Form::utilization) {
        return got.requested == 0 ? 0 : got.used * 100 / got.requested;
    }
    return got.counted == 0 ? 0 : got.used / got.counted;
}

Step filled_in_step(const Calculation& got, const Words& words) {
    const bool grows = got.ratio > 1.0;
    std::string who;
    if (got.groups.missing > 0) who = count(got.groups.missing, "pod") + " without metric";
    if (grows && got.groups.unready > 0) {
        who += (who.empty() ? "" : " and ") + count(got.groups.unready, "pod") + " not ready";
    }
    const std::string as = grows ? "using nothing"
                           : words.target.form == Form::utilization
                               ? "using " +
                                     number(std::max<std::int64_t>(100, words.target.amount)) +
                                     " % of the request"
                               : "being on target";
    Step step{"filled-in", "", Json::object()};
    step.text = (grows ? "to grow, " : "to shrink, ") + who + " counted as " + as + ": " +
                in_unit(filled_level(got, words.target), words.target, words.resource) + " / " +
                words.aim + " = " + ratio(got.filled_ratio);
    step.numbers = {{"ratio", got.filled_ratio}, {"pods", got.counted}};
    return step;
}

std::string tolerance_text(const Tolerances& tolerances) {
    return ratio(1 - tolerances.down) + "…" + ratio(1 + tolerances.up);
}

// From which level on the metric asks for one more, and down to which for one fewer. Only where the
// answer is one division: nothing filled in.
void add_thresholds(Step& step, const Calculation& got) {
    if (is_filled_in(got.rule) || got.rule == Rule::from_zero) return;
    if (got.replicas == std::numeric_limits<std::int32_t>::max()) return;  // there is no more
    const auto more = level_for_more(step.numbers, got.replicas + 1);
    const auto fewer = level_for_fewer(step.numbers, got.replicas - 1);
    if (!more || !fewer) return;
    step.numbers["more_above"] = *more;
    step.numbers["fewer_at"] = *fewer;
}

Step verdict_step(const MetricSeen& seen, const Words& words) {
    const Calculation& got = seen.proposal.calculation;
    const std::string fraction = words.now + " / " + words.aim;
    const std::string stays = ": stay at " + number(seen.terms.current);
    const std::string result = " = " + number(got.replicas);
    // The level at which the present number is right.
    const bool is_shared = words.target.form == Form::shared_value;
    const double base = static_cast<double>(words.target.amount) *
                        (is_shared ? static_cast<double>(got.counted) : 1.0);
    Step step{"usage-ratio", "", Json::object()};
    step.numbers = {
        {"metric", words.label},
        {"form", word(words.target.form)},
        {"ratio", got.ratio},
        {"now", level_of(got, words.target)},
        {"target", words.target.amount},
        {"pods", is_filled_in(got.rule) ? got.counted : std::int64_t{got.groups.ready}},
        {"current", seen.terms.current},
        {"replicas", got.replicas},
        {"tolerated_from", base * (1 - seen.terms.tolerances.down)},
        {"tolerated_to", base * (1 + seen.terms.tolerances.up)},
    };
    if (is_filled_in(got.rule)) step.numbers["filled_in"] = filled_level(got, words.target);
    switch (got.rule) {
        case Rule::within_tolerance:
            step.rule = "within-tolerance";
            step.text = fraction + " = " + ratio(got.ratio) + ", within " +
                        tolerance_text(seen.terms.tolerances) + stays;
            break;
        case Rule::usage_ratio:
            step.text = "ceil(" + fraction + " × " + number(got.groups.ready) + ")" + result;
            break;
        case Rule::filled_in_within:
            step.rule = "within-tolerance";
            step.text = ratio(got.filled_ratio) + ", within " +
                        tolerance_text(seen.terms.tolerances) + stays;
            break;
        case Rule::filled_in_other_side:
            step.text = "the counted pods say " + ratio(got.ratio) + ", with the others it is " +
                        ratio(got.filled_ratio) + ", on the other side of 1" + stays;
            break;
        case Rule::filled_in_wrong_way:
            step.text = "ceil(" + ratio(got.filled_ratio) + " × " + number(got.counted) +
                        ") would move against the metric" + stays;
            break;
        case Rule::filled_in_ratio:
            step.text =
                "ceil(" + ratio(got.filled_ratio) + " × " + number(got.counted) + ")" + result;
            break;
        case Rule::per_pod:
        case Rule::from_zero:
            step.text = "ceil(" + fraction + ")" + result;
            break;
        case Rule::per_pod_within:
            step.rule = "within-tolerance";
            step.text = words.now + " / (" + words.aim + " × " + number(got.counted) +
                        ") = " + ratio(got.ratio) + ", within " +
                        tolerance_text(seen.terms.tolerances) + ": stay at " + number(got.replicas);
            break;
    }
    add_thresholds(step, got);
    return step;
}

std::string policy_text(const Rules::Policy& policy) {
    return (policy.is_percent ? number(policy.value) + " %" : count(policy.value, "pod")) +
           " each " + to_text(policy.period);
}

Step rate_step(const Normalized& normalized, const Bounds& bounds) {
    const bool up = normalized.limit == Limit::up_rate;
    const std::string edge = (up ? "at most " : "at least ") + number(normalized.replicas) + ": ";
    Step step{up ? "scale-up-limit" : "scale-down-limit", edge, Json::object()};
    step.numbers = {{"asked", normalized.stabilized}, {"bound", normalized.replicas}};
    if (normalized.policy) {
        step.text += policy_text(*normalized.policy) + ", counted from the " +
                     number(normalized.period_start) + " at the start of that period";
        step.numbers["policy"] = policy_text(*normalized.policy);
        step.numbers["period_start"] = normalized.period_start;
        if (normalized.rate_until) {
            step.text += "; the next change is possible at " + time_of_day(*normalized.rate_until);
            step.numbers["until"] = to_rfc3339(*normalized.rate_until);
        }
    } else if (normalized.rate_bound == bounds.current) {
        step.text += up ? "scaleUp is disabled" : "scaleDown is disabled";
    } else {
        step.text += "max(2 × " + number(bounds.current) + ", 4) in one step";
    }
    return step;
}

}  // namespace

void explain_metric(const MetricSeen& seen, std::vector<Step>& steps) {
    if (!seen.proposal.error.empty()) {
        const std::string label = label_of(seen.metric);
        const Json numbers{{"metric", label}, {"error", seen.proposal.event_text}};
        steps.push_back({"metric-unknown", label + ": " + seen.proposal.event_text, numbers});
        return;
    }
    const Words words = words_of(seen);
    const Calculation& got = seen.proposal.calculation;
    steps.push_back(usage_step(seen, words));
    if (seen.reading.distrusted > 0) {
        steps.push_back(
            {"distrusted",
             count(static_cast<std::int64_t>(seen.reading.distrusted), "usage") +
                 " too old or impossible, taken for missing",
             {{"usages", seen.reading.distrusted}}}
        );
    }
    if (words.target.form != Form::shared_value) explain_not_counted(got, steps);
    if (is_filled_in(got.rule)) steps.push_back(filled_in_step(got, words));
    steps.push_back(verdict_step(seen, words));
}

Step explain_highest(
    const std::string& name, std::int32_t replicas, std::size_t metrics, std::size_t invalid
) {
    std::string text = "the highest of " + std::to_string(metrics) + " metrics counts: " + name +
                       " asks for " + number(replicas);
    if (invalid > 0) text += " (" + std::to_string(invalid) + " unknown, which never allows fewer)";
    return {"highest-metric", text, {{"name", name}, {"replicas", replicas}, {"unknown", invalid}}};
}

void explain_limits(
    const Normalized& normalized, std::int32_t asked, const Bounds& bounds, std::vector<Step>& steps
) {
    if (normalized.stabilized != asked) {
        Step step{"stabilization-window", "", {{"asked", asked}, {"held", normalized.stabilized}}};
        step.text = number(asked) + " waits: ";
        if (normalized.held_by) {
            step.text += number(normalized.held_by->replicas) + " was recommended at " +
                         time_of_day(normalized.held_by->at) + " and counts until " +
                         time_of_day(normalized.held_until);
            step.numbers["recommended"] = normalized.held_by->replicas;
            step.numbers["at"] = to_rfc3339(normalized.held_by->at);
            step.numbers["until"] = to_rfc3339(normalized.held_until);
        }
        step.text += "; meanwhile " + number(normalized.stabilized);
        steps.push_back(std::move(step));
    }
    switch (normalized.limit) {
        case Limit::none:
            break;
        case Limit::up_rate:
        case Limit::down_rate:
            steps.push_back(rate_step(normalized, bounds));
            break;
        case Limit::max_replicas:
            steps.push_back(
                {"max-replicas",
                 number(normalized.stabilized) + " is more than maxReplicas " + number(bounds.max),
                 {{"asked", normalized.stabilized}, {"bound", bounds.max}}}
            );
            break;
        case Limit::min_replicas:
            steps.push_back(
                {"min-replicas",
                 number(normalized.stabilized) + " is fewer than minReplicas " + number(bounds.min),
                 {{"asked", normalized.stabilized}, {"bound", bounds.min}}}
            );
            break;
    }
}

Step explain_unreadable(const std::string& target, const std::string& error) {
    return {"target-unreadable", target + ": " + error, {{"error", error}}};
}

Step explain_disabled() {
    return {
        "disabled",
        "the target has 0 replicas: autoscaling is off until somebody sets another number",
        Json::object()
    };
}

Step explain_bound(const char* rule, std::int32_t current, std::int32_t bound) {
    const bool is_above = current > bound;
    return {
        rule,
        number(current) +
            (is_above ? " is more than maxReplicas " : " is fewer than minReplicas ") +
            number(bound) + ": set to it at once, no metric asked",
        {{"current", current}, {"bound", bound}}
    };
}

Step explain_no_number(const std::string& error, std::int32_t current) {
    return {
        "no-number",
        "no number from the metrics, stay at " + number(current) + ": " + error,
        {{"error", error}}
    };
}

}  // namespace swell::control::hpa
