#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/hpa/normalize.hpp"
#include "control/hpa/propose.hpp"
#include "journal/entry.hpp"
#include "spec/kinds/autoscaling.hpp"

namespace swell::control::hpa {

/// What one run saw.
struct Observation {
    /// What is wrong with the target's selector; `ok` when it may be used.
    enum class SelectorFault { ok, missing, invalid, ambiguous };

    Instant at{};
    std::string
        scale_error;  ///< not empty: the target could not be read, and the rest means nothing
    std::int32_t replicas = 0;         ///< scale.spec.replicas
    std::int32_t status_replicas = 0;  ///< scale.status.replicas
    SelectorFault selector_fault = SelectorFault::ok;
    std::string selector_text;      ///< the fault in words
    std::vector<Reading> readings;  ///< one for each of spec.metrics
    /// Rule `resource-contention`: a VPA gives way to this autoscaler; absent when none does.
    std::optional<journal::Step> contention{};
};

/// An event to be told about the autoscaler.
struct Said {
    bool warning = false;
    std::string reason, message;
    bool operator==(const Said&) const = default;
};

/// What follows from an observation.
struct Decision {
    std::int32_t current = 0;
    std::int32_t desired = 0;  ///< after every limit
    std::int32_t recommended =
        0;                 ///< what the metrics asked for; `current` when they were not asked
    bool rescale = false;  ///< desired is to be written to the target
    /// The autoscaler only observes (spec/kinds/mode.hpp): `desired` is what it would set, from
    /// what the target has now; never with `rescale`.
    bool observed = false;
    std::string reason;  ///< `cpu resource utilization (percentage of request) above target`
    std::string error;   ///< what the run ends with; empty when all is well
    State state;
    spec::HpaStatus status;          ///< as it is to be written, up to what conclude() adds
    std::vector<Said> events;        ///< before the status is written
    std::vector<Said> events_after;  ///< after it
    /// Which rules spoke, and for what, in no words: two decisions of one gist are alike.
    std::string gist;
    std::vector<journal::Step> steps;  ///< empty with Words::none
};

/// Whether a run comes to the metrics: not where the target is switched off, or has to be brought
/// back within the bounds first. Nothing else of the target is looked at then.
bool asks_metrics(
    const spec::HorizontalPodAutoscaler& hpa, std::int32_t replicas, const Config& config
);

/// Whether a decision comes with its arithmetic in words. It costs ten times the decision, and
/// most decisions are like the one before: decide() again, with words, when they are needed.
enum class Words : std::uint8_t { none, full };

/// One run of the autoscaler, in the original's order: the target, the bounds that bypass the
/// metrics, the metrics, the windows and rates. Whoever gets `rescale` writes the replicas and
/// calls conclude().
///
/// `hpa` is valid and defaulted; its status is that of the last run. Never fails: each failure is a
/// decision to leave the replicas alone.
/// Source  kubernetes HorizontalController.reconcileAutoscaler, and tests/conformance/vectors/hpa.
Decision decide(
    const Observation& seen,
    const spec::HorizontalPodAutoscaler& hpa,
    State state,
    const Config& config,
    Words words = Words::full
);

/// The event of an observed decision for other replicas than there are.
Said would_rescale(const Decision& decision);

/// What became of writing the replicas.
struct Acted {
    Instant at{};
    std::string error;  ///< empty: written
};

/// Adds what the status, the events and the memory say after the replicas were (or were not)
/// written.
void conclude(
    Decision& decision,
    const spec::HorizontalPodAutoscaler& hpa,
    const Acted& acted,
    const Config& config
);

/// What the run says and ends with when the status could not be written.
void status_failed(Decision& decision, const std::string& name, const std::string& error);

}  // namespace swell::control::hpa
