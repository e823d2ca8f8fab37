#pragma once

#include <optional>
#include <string>

#include "control/hpa/decide.hpp"
#include "journal/entry.hpp"

namespace swell::control::hpa {

/// `hpa/shop`, or `hpa/prod/shop` outside `default`.
std::string subject_of(const spec::HorizontalPodAutoscaler& hpa);

/// The decision as the journal keeps it, with everything that explains it and what the autoscaler
/// remembers. To be written before the replicas are. Actions: `scale`; `observe` where one that
/// observes would; `hold`. Without windows nothing can be restored from it.
journal::Entry entry_of(
    const Observation& seen,
    const spec::HorizontalPodAutoscaler& hpa,
    const Decision& decision,
    bool with_windows = true
);

/// What the autoscaler remembered at its last entry, so that a restart of the control plane neither
/// forgets a window nor grants a rate twice. Empty state when the entry is of another object of
/// this name.
///
/// `replicas` is what the target has now: an entry whose outcome was never appended counts as
/// acted on when they are what it wanted. A recommendation of them is added, as the original does
/// for an autoscaler it meets first: what was not journaled in between cannot shrink the target.
/// None while the target cannot be read: then nothing is added, and nothing is forgotten.
State restore(
    const std::optional<journal::Entry>& newest,
    const spec::HorizontalPodAutoscaler& hpa,
    std::optional<std::int32_t> replicas,
    Instant now,
    const Config& config
);

}  // namespace swell::control::hpa
