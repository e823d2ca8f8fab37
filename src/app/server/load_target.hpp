#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/swell.hpp"
#include "spec/object.hpp"

namespace swell::app {

/// The port of a Service that a LoadTest's target names, by name or number; the first when it names
/// none.
/// Errors  not_found: `service/web has no port named nosuch; it has: http`.
Result<std::int32_t> port_of(const spec::LoadTarget& target, const spec::Service& service);

/// Why no pod of a Service answers yet, for people: which pods are not ready (three by name, the
/// others as a number), and what keeps each.
///
/// pods, events  all of the Service's namespace, as a Cluster lists them
/// Returns       `pod/web-1: container web: CrashLoopBackOff (exit code 1); pod/web-2: …`
std::string why_not_ready(
    const spec::Service& service,
    const std::vector<spec::Object>& pods,
    const std::vector<spec::Object>& events
);

}  // namespace swell::app
