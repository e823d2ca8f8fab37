#pragma once

#include <span>

#include "control/vpa/capping.hpp"
#include "spec/kinds/quota.hpp"

namespace swell::control::vpa {

/// What the LimitRanges of one namespace say together: of several the lowest max and the highest
/// min of cpu and of memory, and the default limits of the last that has any.
///
/// ranges  in the order of their names (the original takes them in no order, and so any defaults)
/// Edges   an item without max, min and default says nothing; other resources than cpu and memory
///         come from the first item that has a max, or a min: a quirk
/// Source  vertical-pod-autoscaler pkg/utils/limitrange, getLimitRangeItem
LimitRanges limits_of(std::span<const spec::LimitRange> ranges);

}  // namespace swell::control::vpa
