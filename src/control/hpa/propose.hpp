#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/hpa/calculate.hpp"
#include "spec/kinds/autoscaling.hpp"

namespace swell::control::hpa {

/// The controller's own settings: flags and feature gates of kube-controller-manager, same
/// defaults.
struct Config {
    Duration sync_period = std::chrono::seconds(15);
    Duration downscale_stabilization = std::chrono::minutes(5);
    double tolerance = 0.1;
    Duration cpu_initialization_period = std::chrono::minutes(5);
    Duration initial_readiness_delay = std::chrono::seconds(30);
    bool scale_to_zero = true;           ///< gate HPAScaleToZero
    bool configurable_tolerance = true;  ///< gate HPAConfigurableTolerance
    /// See Terms; HpaController sets it: a metric that is absurd shrinks nothing.
    bool caps_overflow = false;
    /// How often a decision to do nothing is journaled while its rules stay the same.
    Duration repeat_hold = std::chrono::minutes(2);
    bool journal_holds =
        true;  ///< whether decisions to do nothing are journaled; those of observers are
    /// Whether what is journaled carries the windows, from which the next controller goes on: half
    /// the cost of an entry, for nobody where the controller ends with the world.
    bool journal_windows = true;
    /// Whether the status is written when nothing of it is new but the metrics: three runs in four,
    /// and a fifth of their cost, for nobody where nobody looks.
    bool status_of_metrics = true;
};

/// One metric of spec.metrics as it was read.
struct Reading {
    std::string error;  ///< why the source gave nothing; in the original's words
    Samples samples;    ///< the target's pods; with usages for Resource, ContainerResource and Pods
    std::string request_error;         ///< goes with samples.request_missing
    std::size_t distrusted = 0;        ///< usages left out as too old or impossible
    std::vector<std::int64_t> values;  ///< milli: of Object one, of External one a series
    std::optional<Instant> measured;   ///< of the first usage
};

/// The target of a metric in one form, whatever its type.
struct Target {
    enum class Form : std::uint8_t { utilization, average, value, shared_value, none };
    Form form = Form::none;
    std::int64_t amount = 0;  ///< percent of a utilization, else milli
};
Target target_of(const spec::MetricSpec& metric);

/// For people: `cpu`, `memory of container app`, `http_requests`.
std::string label_of(const spec::MetricSpec& metric);

/// What one metric asks for.
struct Proposal {
    std::int32_t replicas = 0;
    std::string name;           ///< as conditions and events call the metric
    std::string error;          ///< empty when it asks for something
    std::string event_reason;   ///< FailedGetResourceMetric, …
    std::string event_text;     ///< the inner error, as the event tells it
    spec::MetricStatus status;  ///< empty type when it failed
    Calculation calculation;
};

struct Scale {
    std::string_view ns;
    std::int32_t status_replicas = 0;
};

/// Source  kubernetes HorizontalController.computeReplicasForMetric.
Proposal propose(
    const spec::MetricSpec& metric, const Reading& reading, const Scale& scale, Terms terms
);

/// A label selector as Go prints it in the original's messages; `nil` for none.
std::string go_text(const std::optional<spec::LabelSelector>& selector);

}  // namespace swell::control::hpa
