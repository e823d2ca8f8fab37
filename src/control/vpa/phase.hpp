#pragma once

#include "spec/kinds/core.hpp"

namespace swell::control::vpa {

/// Waits for its first start. One that no runtime has seen yet has no phase here; the original's
/// API says Pending of it from the beginning.
bool is_pending(const spec::Pod& pod);

/// Whether the updater has it in its list: on a node, with an end neither reached nor asked for.
/// One that no runtime has seen is on no node.
///
/// Source  vertical-pod-autoscaler updater/logic, NewPodLister and filterDeletedPods.
bool is_updatable(const spec::Pod& pod);

}  // namespace swell::control::vpa
