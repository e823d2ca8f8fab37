#include "spec/kinds/apps.hpp"

#include <charconv>

#include "spec/fields/kind.hpp"
#include "spec/kinds/names.hpp"
#include "spec/kinds/pod_rules.hpp"
#include "spec/selector.hpp"

namespace swell::spec {
namespace {

using fields::in_quotes;

void complete(Deployment& deployment) {
    DeploymentStrategy& strategy = deployment.spec.strategy;
    if (strategy.type == "RollingUpdate" && !strategy.rolling_update)
        strategy.rolling_update.emplace();
    complete(deployment.spec.pod_template.spec);
}

void complete(ReplicaSet& set) { complete(set.spec.pod_template.spec); }

/// The number of a percentage; empty when the text is none.
std::optional<std::int64_t> percent(std::string_view text) {
    if (!text.ends_with('%')) return std::nullopt;
    text.remove_suffix(1);
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value < 0) return std::nullopt;
    return value;
}

/// A number of pods or a percentage of them. Returns whether it is zero.
bool validate_share(const IntOrString& share, const std::string& path, Problems& problems) {
    if (!share.is_text()) {
        if (share.number < 0 || share.number > 2147483647)
            problems.push_back({path, "must be >= 0, got " + std::to_string(share.number)});
        return share.number == 0;
    }
    const auto value = percent(share.text);
    if (!value)
        problems.push_back(
            {path, "must be a number or a percentage such as 25%, got " + in_quotes(share.text)}
        );
    return value == 0;
}

void validate(const DeploymentStrategy& strategy, Problems& problems) {
    const std::string path = "spec.strategy.rollingUpdate";
    if (strategy.type != "RollingUpdate") {
        if (strategy.rolling_update)
            problems.push_back(
                {path, "may not be specified when strategy `type` is '" + strategy.type + "'"}
            );
        return;
    }
    if (!strategy.rolling_update) return;
    const RollingUpdate& rolling = *strategy.rolling_update;
    const bool no_less =
        validate_share(rolling.max_unavailable, path + ".maxUnavailable", problems);
    const bool no_more = validate_share(rolling.max_surge, path + ".maxSurge", problems);
    if (no_less && no_more)
        problems.push_back({path + ".maxUnavailable", "may not be 0 when `maxSurge` is 0"});
    if (percent(rolling.max_unavailable.text).value_or(0) > 100)
        problems.push_back(
            {path + ".maxUnavailable",
             "must not be greater than 100%, got " + in_quotes(rolling.max_unavailable.text)}
        );
}

/// Both kinds own pods in the same way.
void validate_ownership(
    const LabelSelector& selector, const PodTemplateSpec& pod_template, Problems& problems
) {
    validate(selector, "spec.selector", problems);
    if (selector == LabelSelector{})
        return problems.push_back({"spec.selector", "must not be empty: it would select every pod"}
        );
    const auto ready = Selector::from(selector);
    if (ready && !ready->matches(pod_template.metadata.labels))
        problems.push_back(
            {"spec.template.metadata.labels", "`selector` does not match template `labels`"}
        );
}

void validate(const Deployment& deployment, Problems& problems) {
    const DeploymentSpec& spec = deployment.spec;
    validate(deployment.metadata, "metadata", problems);
    validate_ownership(spec.selector, spec.pod_template, problems);
    validate(spec.pod_template, "spec.template", problems);
    validate(spec.strategy, problems);
    if (spec.progress_deadline_seconds <= spec.min_ready_seconds)
        problems.push_back(
            {"spec.progressDeadlineSeconds",
             "must be greater than minReadySeconds (" + std::to_string(spec.min_ready_seconds) +
                 "), got " + std::to_string(spec.progress_deadline_seconds)}
        );
}

void validate(const ReplicaSet& set, Problems& problems) {
    validate(set.metadata, "metadata", problems);
    validate_ownership(set.spec.selector, set.spec.pod_template, problems);
    validate(set.spec.pod_template, "spec.template", problems);
}

}  // namespace

template <>
const Kind& kind_of<Deployment>() {
    static const Kind kind = fields::make_kind<Deployment, complete, validate>(
        {"apps/v1", "Deployment", "deployments", {"deploy"}}
    );
    return kind;
}

template <>
const Kind& kind_of<ReplicaSet>() {
    static const Kind kind = fields::make_kind<ReplicaSet, complete, validate>(
        {"apps/v1", "ReplicaSet", "replicasets", {"rs"}}
    );
    return kind;
}

}  // namespace swell::spec
