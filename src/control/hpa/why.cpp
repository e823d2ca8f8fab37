#include "control/hpa/why.hpp"

#include "control/hpa/amount.hpp"
#include "control/hpa/levels.hpp"

namespace swell::control::hpa {

namespace {

using journal::Step;

std::string level_in_words(std::int64_t level, const Json& numbers) {
    const std::string form = numbers.value("form", "");
    if (form == "utilization") return number(level) + " %";
    const std::string metric = numbers.value("metric", "");
    if (metric.starts_with("cpu")) return amount(level, "cpu");
    if (metric.starts_with("memory")) return amount(level, "memory");
    return amount(level, "");
}

bool is_verdict(const Step& step) {
    return (step.rule == "usage-ratio" || step.rule == "within-tolerance") &&
           step.numbers.contains("replicas");
}

// The verdict of the metric that decided: the first with the highest number.
const Step* deciding(const std::vector<Step>& steps) {
    const Step* best = nullptr;
    for (const Step& step : steps) {
        if (!is_verdict(step)) continue;
        const auto replicas = step.numbers["replicas"].get<std::int64_t>();
        if (best == nullptr || replicas > best->numbers["replicas"].get<std::int64_t>())
            best = &step;
    }
    return best;
}

std::string now_against_target(const Json& numbers) {
    const std::string form = numbers.value("form", "");
    return numbers.value("metric", "") + " " +
           level_in_words(numbers.value("now", std::int64_t{0}), numbers) +
           (form == "utilization" ? " of request" : "") + ", target " +
           level_in_words(numbers.value("target", std::int64_t{0}), numbers);
}

// The limit that kept a number from being `replicas`, if one did.
std::string limit_in_the_way(const journal::Entry& entry, std::int32_t replicas, bool more) {
    for (const Step& step : entry.steps) {
        const bool caps = step.rule == "max-replicas" || step.rule == "scale-up-limit" ||
                          step.rule == "above-max-replicas";
        const bool floors = step.rule == "min-replicas" || step.rule == "scale-down-limit" ||
                            step.rule == "below-min-replicas";
        const auto bound = step.numbers.value("bound", std::int64_t{0});
        if ((more && caps && bound < replicas) || (!more && floors && bound > replicas))
            return step.text;
        const bool holds = step.rule == "stabilization-window" || step.rule == "disabled" ||
                           step.rule == "no-number" || step.rule == "target-unreadable";
        if (holds) {
            const auto asked = step.numbers.value("asked", std::int64_t{replicas});
            if (more ? asked >= replicas : asked <= replicas) return step.text;
        }
    }
    return {};
}

// The window that would hold the number even if the metrics asked for `replicas`, if one does.
std::string window_in_the_way(const journal::Entry& entry, std::int32_t replicas, bool more) {
    for (const Step& step : entry.steps) {
        if (step.rule != "stabilization-window" || !step.numbers.contains("until")) continue;
        const auto held = step.numbers.value("held", std::int64_t{replicas});
        const auto until = parse_rfc3339(step.numbers.value("until", ""));
        if (until && (more ? held < replicas : held > replicas))
            return "the stabilization window holds " + number(held) + " until " +
                   time_of_day(*until);
    }
    return {};
}

// What one metric would have had to be to ask for `replicas`.
std::string level_needed(const Json& numbers, std::int32_t replicas, bool more) {
    const auto level =
        more ? level_for_more(numbers, replicas) : level_for_fewer(numbers, replicas);
    if (!level) return {};
    const bool is_filled_in = numbers.contains("filled_in");
    const auto now = numbers.value(is_filled_in ? "filled_in" : "now", std::int64_t{0});
    return numbers.value("metric", "") + (is_filled_in ? ", all pods counted," : "") +
           (more ? " above " : " at or below ") + level_in_words(*level, numbers) + " (it was " +
           level_in_words(now, numbers) + ")";
}

}  // namespace

void explain_result(Decision& decision, const spec::HpaSpec& spec) {
    const Step* best = deciding(decision.steps);
    if (best == nullptr || !best->numbers.contains("more_above")) return;
    if (best->numbers["replicas"].get<std::int64_t>() != decision.desired) return;
    const Json& numbers = best->numbers;
    const std::string metric = numbers.value("metric", "");
    std::string text;
    if (decision.desired < spec.max_replicas) {
        text = "more with " + metric + " above " +
               level_in_words(numbers["more_above"].get<std::int64_t>(), numbers);
    }
    if (decision.desired > spec.min_replicas.value_or(1)) {
        text += text.empty() ? "" : ", ";
        text += "fewer with " + metric + " at or below " +
                level_in_words(numbers["fewer_at"].get<std::int64_t>(), numbers);
    }
    if (text.empty()) return;
    Json edges{{"more_above", numbers["more_above"]}, {"fewer_at", numbers["fewer_at"]}};
    decision.steps.push_back({"would-change", text, std::move(edges)});
}

std::string summary_of(const Decision& decision) {
    const Step* best = deciding(decision.steps);
    const bool moves = decision.desired != decision.current;
    const char* const verb = decision.observed ? (moves ? "would scale " : "would stay at ")
                                               : (moves ? "scaled " : "stays at ");
    std::string text = verb + number(decision.current);
    if (moves) text += " → " + number(decision.desired);
    for (const Step& step : decision.steps) {
        const bool ends = step.rule == "disabled" || step.rule == "no-number" ||
                          step.rule == "target-unreadable" || step.rule == "above-max-replicas" ||
                          step.rule == "below-min-replicas";
        if (ends) return text + ": " + step.text;
    }
    if (best == nullptr) return text;
    text += ": " + now_against_target(best->numbers);
    if (best->numbers.value("replicas", std::int64_t{0}) == decision.desired) return text;
    for (auto step = decision.steps.rbegin(); step != decision.steps.rend(); ++step) {
        const bool limits = step->rule == "stabilization-window" ||
                            step->rule.ends_with("-limit") || step->rule.ends_with("-replicas");
        if (limits) return text + "; " + step->text;
    }
    return text;
}

std::string why_not(const journal::Entry& entry, std::int32_t replicas) {
    const auto decided = entry.after.value("replicas", std::int64_t{0});
    if (decided == replicas) return "it is " + number(replicas);
    const bool more = replicas > decided;
    const auto min = entry.observation.value("min", std::int64_t{0});
    const auto max = entry.observation.value("max", std::int64_t{replicas});
    if (replicas > max) return "maxReplicas is " + number(max);
    if (replicas < min) return "minReplicas is " + number(min);
    if (std::string limit = limit_in_the_way(entry, replicas, more); !limit.empty()) return limit;
    std::string text;
    for (const Step& step : entry.steps) {
        if (!is_verdict(step)) continue;
        const std::string needed = level_needed(step.numbers, replicas, more);
        if (needed.empty()) continue;
        // One metric suffices to grow; all have to agree to shrink.
        text += text.empty() ? number(replicas) + " needs " : more ? ", or " : ", and ";
        text += needed;
    }
    if (text.empty()) text = "the metrics asked for " + number(decided);
    const std::string window = window_in_the_way(entry, replicas, more);
    return window.empty() ? text : text + ", and " + window;
}

}  // namespace swell::control::hpa
