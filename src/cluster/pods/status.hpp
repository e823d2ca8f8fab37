#pragma once

#include <string>

#include "cluster/pods/lifecycle.hpp"
#include "spec/kinds/core.hpp"

namespace swell::cluster::pods {

/// The status of a pod as kubelet writes it. Ports, start time and message are kept from
/// `pod.status`, and so are the times of conditions that have not changed.
spec::PodStatus status_of(const spec::Pod& pod, const PodFacts& facts);

/// Pending, Running, Succeeded or Failed.
std::string phase_of(const spec::PodSpec& pod, const PodFacts& facts);

/// How a run ended, as `state.terminated`.
spec::ContainerStateTerminated terminated(const Exit& exit);

/// `back-off 10s restarting failed container=app pod=web_default(uid)`
std::string backoff_message(
    const spec::Pod& pod, const std::string& container, const Backoff& backoff
);

/// `web_default(uid)`
std::string long_name(const spec::Pod& pod);

/// Adds the conditions that somebody else set, as readiness gates do: a runtime writes its own
/// types alone.
void keep_others(
    const std::vector<spec::Condition>& before, std::vector<spec::Condition>& conditions
);

}  // namespace swell::cluster::pods
