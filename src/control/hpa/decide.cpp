#include "control/hpa/decide.hpp"

#include <algorithm>

#include "control/hpa/conditions.hpp"
#include "control/hpa/explain.hpp"
#include "control/hpa/why.hpp"
#include "spec/kinds/mode.hpp"

namespace swell::control::hpa {

namespace {

using Fault = Observation::SelectorFault;

// One run as it goes on; each member function is a paragraph of the original.
class Run {
  public:
    Run(const Observation& seen,
        const spec::HorizontalPodAutoscaler& hpa,
        State state,
        const Config& config,
        Words words)
        : seen_(seen), hpa_(hpa), config_(config), words_(words) {
        result_.state = std::move(state);
        // What the metrics are is read anew.
        const spec::HpaStatus& before = hpa.status;
        result_.status = {
            before.observed_generation,
            before.last_scale_time,
            before.current_replicas,
            before.desired_replicas,
            {},
            before.conditions
        };
        result_.current = result_.desired = result_.recommended = seen.replicas;
    }

    Decision decide() {
        Decision made = decide_replicas();
        // After what the original says, so that its own conditions come first.
        if (spec::observes(hpa_.metadata)) {
            observe(made);
        } else {
            forget_condition(made.status, "Observing");
        }
        if (seen_.contention) {
            tell_contention(made);
        } else {
            forget_condition(made.status, "ResourceContention");
        }
        return made;
    }

  private:
    Decision decide_replicas() {
        if (!seen_.scale_error.empty()) {
            fail_to_read_target();
            return std::move(result_);
        }
        // What the limits say takes its place; most runs come to them, and it is not said in vain.
        if (!holds(result_.status, "AbleToScale")) tell_scale();
        if (result_.state.recommendations.empty()) {
            result_.state.recommendations.push_back({seen_.replicas, seen_.at});
        }
        if (!asks_metrics(hpa_, seen_.replicas, config_)) {
            tell_scale();
            if (seen_.replicas == 0) {
                disable();
            } else if (seen_.replicas > hpa_.spec.max_replicas) {
                enforce(
                    hpa_.spec.max_replicas,
                    "Current number of replicas above Spec.MaxReplicas",
                    "above-max-replicas"
                );
            } else {
                enforce(
                    min(), "Current number of replicas below Spec.MinReplicas", "below-min-replicas"
                );
            }
        } else if (!ask_metrics()) {
            tell_scale();
            return std::move(result_);
        } else {
            apply_limits();
        }
        result_.rescale = result_.desired != result_.current;
        if (result_.rescale) {
            result_.status.current_metrics = std::move(statuses_);  // conclude() adds the rest
        } else {
            write_status(result_.current, result_.current);
        }
        if (words_ == Words::full) explain_result(result_, hpa_.spec);
        note(result_.desired);
        return std::move(result_);
    }

    // The status says what would be; the gist, when either number changes.
    void observe(Decision& made) const {
        made.observed = true;
        made.gist += "observed " + std::to_string(made.current);
        set_condition(
            made.status,
            "Observing",
            {true,
             "ModeObserve",
             "swell.dev/mode is Observe: decides beside what happens, and changes nothing"},
            seen_.at
        );
        if (!made.rescale) return;
        made.rescale = false;
        made.status.current_replicas = made.current;
        made.status.desired_replicas = made.desired;
        made.status.observed_generation = hpa_.metadata.generation;
    }

    void tell_contention(Decision& made) const {
        set_condition(
            made.status,
            "ResourceContention",
            {true, "VerticalPodAutoscalerGivesWay", seen_.contention->text},
            seen_.at
        );
        made.gist += seen_.contention->text;
        if (words_ == Words::full) made.steps.push_back(*seen_.contention);
    }

    // The proposal that counts.
    struct Highest {
        std::int32_t replicas = 0;
        std::string name;
    };

    std::int32_t min() const { return hpa_.spec.min_replicas.value_or(1); }

    void tell_scale() {
        set("AbleToScale",
            {true,
             "SucceededGetScale",
             "the HPA controller was able to get the target's current scale"});
    }

    void set(std::string_view type, const Outcome& outcome) {
        set_condition(result_.status, type, outcome, seen_.at);
    }

    void say(bool warning, std::string reason, std::string message) {
        result_.events.push_back({warning, std::move(reason), std::move(message)});
    }

    /// `make` gives the step; its rule's name is all of it that the gist takes.
    template <class Make>
    void step(const char* rule, Make make) {
        note(rule);
        if (words_ == Words::full) result_.steps.push_back(make());
    }

    void note(std::string_view what) { (result_.gist += what) += ' '; }
    void note(std::int64_t number) { note(std::to_string(number)); }

    void note(const Reading& reading, const Proposal& proposal) {
        const Calculation& got = proposal.calculation;
        note(proposal.error);
        note(static_cast<std::int64_t>(got.rule));
        // Steps of their own, when there are such pods.
        for (const bool spoke :
             {got.groups.missing > 0,
              got.groups.unready > 0,
              got.groups.ignored > 0,
              reading.distrusted > 0})
            result_.gist += spoke ? '1' : '0';
    }

    void write_status(std::int32_t current, std::int32_t desired) {
        result_.status.current_replicas = current;
        result_.status.desired_replicas = desired;
        result_.status.current_metrics = std::move(statuses_);
        result_.status.observed_generation = hpa_.metadata.generation;
    }

    void fail_to_read_target() {
        result_.status.current_metrics = hpa_.status.current_metrics;
        say(true, "FailedGetScale", seen_.scale_error);
        set("AbleToScale",
            {false,
             "FailedGetScale",
             "the HPA controller was unable to get the target's current scale: " + seen_.scale_error
            });
        result_.error =
            "failed to query scale subresource for " + target_text(hpa_) + ": " + seen_.scale_error;
        note(seen_.scale_error);
        step("target-unreadable", [&] {
            return explain_unreadable(target_text(hpa_), seen_.scale_error);
        });
    }

    void disable() {
        set("ScalingActive",
            {false,
             "ScalingDisabled",
             "scaling is disabled since the replica count of the target is zero"});
        if (!config_.scale_to_zero) forget_scaled_to_zero(result_.status);
        step("disabled", [] { return explain_disabled(); });
    }

    void enforce(std::int32_t bound, const char* reason, const char* rule) {
        result_.desired = bound;
        result_.reason = reason;
        step(rule, [&] { return explain_bound(rule, seen_.replicas, bound); });
    }

    bool selector_is_usable() {
        switch (seen_.selector_fault) {
            case Fault::ok:
                return true;
            case Fault::missing:
                say(true, "SelectorRequired", "selector is required");
                set("ScalingActive",
                    {false, "InvalidSelector", "the HPA target's scale is missing a selector"});
                fail("selector is required");
                return false;
            case Fault::invalid:
                return selector_failed(
                    "InvalidSelector",
                    "couldn't convert selector into a corresponding internal selector object: " +
                        seen_.selector_text
                );
            case Fault::ambiguous:
                return selector_failed("AmbiguousSelector", seen_.selector_text);
        }
        return false;
    }

    bool selector_failed(const char* reason, const std::string& text) {
        say(true, reason, text);
        set("ScalingActive", {false, reason, text});
        fail(text);
        return false;
    }

    // No number: the replicas stay, and nothing is remembered.
    void fail(const std::string& error) {
        note(error);
        step("no-number", [&] { return explain_no_number(error, seen_.replicas); });
        write_status(seen_.replicas, hpa_.status.desired_replicas);
        result_.events_after.push_back({true, "FailedComputeMetricsReplicas", error});
        result_.error =
            "failed to compute desired number of replicas based on listed metrics for " +
            target_text(hpa_) + ": " + error;
    }

    Tolerances tolerances() const {
        Tolerances tolerances{.down = config_.tolerance, .up = config_.tolerance};
        if (!config_.configurable_tolerance || !hpa_.spec.behavior) return tolerances;
        const auto& [up, down] = *hpa_.spec.behavior;
        if (up && up->tolerance) tolerances.up = up->tolerance->approximate();
        if (down && down->tolerance) tolerances.down = down->tolerance->approximate();
        return tolerances;
    }

    // The highest of all proposals, or failure. Returns whether there is a number.
    bool ask_metrics() {
        if (!selector_is_usable()) return false;
        const Terms terms{
            .now = seen_.at,
            .current = seen_.replicas,
            .tolerances = tolerances(),
            .cpu_initialization_period = config_.cpu_initialization_period,
            .initial_readiness_delay = config_.initial_readiness_delay,
            .caps_overflow = config_.caps_overflow,
        };
        const Scale scale{.ns = hpa_.metadata.ns, .status_replicas = seen_.status_replicas};
        const std::vector<spec::MetricSpec>& metrics = hpa_.spec.metrics;
        std::optional<Proposal> first_invalid;
        std::optional<Highest> best;
        std::size_t invalid = 0;
        statuses_.reserve(metrics.size());
        static const Reading unread = [] {
            Reading reading;
            reading.error = "the metric was not read";
            return reading;
        }();
        for (std::size_t i = 0; i < metrics.size(); ++i) {
            const Reading& reading = i < seen_.readings.size() ? seen_.readings[i] : unread;
            Proposal proposal = propose(metrics[i], reading, scale, terms);
            note(reading, proposal);
            if (words_ == Words::full)
                explain_metric({metrics[i], reading, proposal, terms}, result_.steps);
            statuses_.push_back(std::move(proposal.status));
            if (!proposal.error.empty()) {
                say(true, proposal.event_reason, proposal.event_text);
                if (++invalid == 1) first_invalid = std::move(proposal);
            } else if (!best || best->replicas == 0 || proposal.replicas > best->replicas) {
                best = {proposal.replicas, std::move(proposal.name)};
            }
        }
        const std::int32_t highest = best ? best->replicas : 0;
        if (invalid > 0) {
            result_.error = "invalid metrics (" + std::to_string(invalid) + " invalid out of " +
                            std::to_string(metrics.size()) +
                            "), first error is: " + first_invalid->error;
        }
        if (invalid >= metrics.size() || (invalid > 0 && highest < seen_.replicas)) {
            set("ScalingActive",
                {false,
                 first_invalid ? std::string_view(first_invalid->event_reason)
                               : "InvalidMetricSourceType",
                 "the HPA was unable to compute the replica count: " +
                     (first_invalid ? first_invalid->event_text : "")});
            fail(std::string(result_.error));
            return false;
        }
        set("ScalingActive",
            {true,
             "ValidMetricFound",
             "the HPA was able to successfully calculate a replica count from " + best->name});
        take(*best, metrics.size(), invalid);
        return true;
    }

    void take(const Highest& best, std::size_t metrics, std::size_t invalid) {
        result_.recommended = result_.desired = std::max(best.replicas, 0);
        const std::string_view name = best.replicas > 0 ? best.name : std::string_view();
        if (result_.desired > result_.current) (result_.reason = name) += " above target";
        if (result_.desired < result_.current) result_.reason = "All metrics below target";
        if (metrics > 1)
            step("highest-metric", [&] {
                return explain_highest(best.name, result_.desired, metrics, invalid);
            });
    }

    void apply_limits() {
        const Bounds bounds{.current = seen_.replicas, .min = min(), .max = hpa_.spec.max_replicas};
        const std::int32_t asked = result_.desired;
        Normalized normalized;
        if (hpa_.spec.behavior) {
            const Behavior behavior =
                behavior_of(*hpa_.spec.behavior, config_.downscale_stabilization);
            normalized = normalize(asked, bounds, behavior, seen_.at, result_.state);
        } else {
            normalized =
                normalize(asked, bounds, config_.downscale_stabilization, seen_.at, result_.state);
        }
        set("AbleToScale", stabilization_outcome(normalized, asked));
        set("ScalingLimited", limit_outcome(normalized.limit));
        note(static_cast<std::int64_t>(normalized.limit));
        note(normalized.stabilized == asked ? "" : "stabilized");
        if (words_ == Words::full) explain_limits(normalized, asked, bounds, result_.steps);
        result_.desired = normalized.replicas;
        const bool wakes_up =
            bounds.current == 0 && bounds.min != 0 && is_scaled_to_zero(result_.status);
        if (wakes_up && result_.desired < bounds.min) {
            result_.desired = bounds.min;
            if (result_.reason.empty())
                result_.reason = "Current number of replicas below Spec.MinReplicas";
            step("below-min-replicas", [&] {
                return explain_bound("below-min-replicas", 0, bounds.min);
            });
        }
    }

    Outcome stabilization_outcome(const Normalized& normalized, std::int32_t asked) const {
        if (normalized.stabilized == asked) {
            return {true, "ReadyForNewScale", "recommended size matches current size"};
        }
        if (hpa_.spec.behavior && normalized.scale_up) {
            return {
                true,
                "ScaleUpStabilized",
                "recent recommendations were lower than current one, applying the lowest recent "
                "recommendation"
            };
        }
        return {
            true,
            "ScaleDownStabilized",
            "recent recommendations were higher than current one, applying the highest recent "
            "recommendation"
        };
    }

    static Outcome limit_outcome(Limit limit) {
        switch (limit) {
            case Limit::none:
                return {
                    false, "DesiredWithinRange", "the desired count is within the acceptable range"
                };
            case Limit::up_rate:
                return {
                    true,
                    "ScaleUpLimit",
                    "the desired replica count is increasing faster than the maximum scale rate"
                };
            case Limit::down_rate:
                return {
                    true,
                    "ScaleDownLimit",
                    "the desired replica count is decreasing faster than the maximum scale rate"
                };
            case Limit::max_replicas:
                return {
                    true,
                    "TooManyReplicas",
                    "the desired replica count is more than the maximum replica count"
                };
            case Limit::min_replicas:
                return {
                    true,
                    "TooFewReplicas",
                    "the desired replica count is less than the minimum replica count"
                };
        }
        return {};
    }

    const Observation& seen_;
    const spec::HorizontalPodAutoscaler& hpa_;
    const Config& config_;
    Words words_;
    Decision result_;
    std::vector<spec::MetricStatus> statuses_;
};

// A zero that somebody else set turns the autoscaler off; its own zero does not.
bool is_disabled(const spec::HorizontalPodAutoscaler& hpa, const Config& config) {
    if (!config.scale_to_zero || !is_scaled_to_zero(hpa.status)) return true;
    return hpa.spec.min_replicas == 0 && !has_metric_without_pods(hpa.spec);
}

}  // namespace

bool asks_metrics(
    const spec::HorizontalPodAutoscaler& hpa, std::int32_t replicas, const Config& config
) {
    if (replicas == 0) return !is_disabled(hpa, config);
    return replicas <= hpa.spec.max_replicas && replicas >= hpa.spec.min_replicas.value_or(1);
}

Decision decide(
    const Observation& seen,
    const spec::HorizontalPodAutoscaler& hpa,
    State state,
    const Config& config,
    Words words
) {
    return Run(seen, hpa, std::move(state), config, words).decide();
}

}  // namespace swell::control::hpa
