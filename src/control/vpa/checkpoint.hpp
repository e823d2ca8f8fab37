#pragma once

#include "control/vpa/model.hpp"

namespace swell::control::vpa {

/// What is written down of each container's history, by container name. The peaks of the intervals
/// under way are left out: after a restart the live containers give them anew, and they must not
/// count twice.
std::map<std::string, spec::VpaCheckpointStatus> save(
    Model& model, const Selection& of, AggregateStates& initial, Instant now
);

/// Reads one back. Errors  invalid: `unsupported checkpoint version v2`, or a damaged histogram.
Result<AggregateState> load(
    const spec::VpaCheckpointStatus& saved, const HistoryConfig& config, Instant now
);

}  // namespace swell::control::vpa
