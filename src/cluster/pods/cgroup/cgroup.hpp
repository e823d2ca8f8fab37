#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/kinds/core.hpp"

namespace swell::cluster::pods {

/// What a cgroup is told about a container; requests are the limits where they are left out.
struct Limits {
    std::int64_t cpu_request_milli = 0;           ///< 0: none
    std::optional<std::int64_t> cpu_limit_milli;  ///< empty: none
    std::optional<std::int64_t> memory_limit;     ///< bytes
};

Limits limits_of(const spec::ResourceRequirements& resources);

enum class CgroupVersion { none, v1, v2 };

/// One write into a cgroup.
struct Setting {
    std::string_view controller;  ///< v1: the hierarchy it belongs to
    std::string_view file;
    std::string value;
    bool optional = false;  ///< not every kernel has the file
    bool operator==(const Setting&) const = default;
};

/// The files of a container's cgroup and their values, in an order that takes a new group there,
/// and one from any limits to any others.
///
///     quota  = limit × 100 ms, at least 1 ms            cpu.cfs_quota_us, cpu.max
///     shares = request × 1024, within [2, 262144]       cpu.shares
///     weight = 1 + (shares - 2) × 9999 / 262142         cpu.weight
///
/// Swap is closed, so that a memory limit is one.
/// Source  kubernetes pkg/kubelet/cm/helpers_linux.go (MilliCPUToQuota, MilliCPUToShares), and the
///         conversion of KEP-2254.
std::vector<Setting> settings(CgroupVersion version, const Limits& limits);

/// The value of a `key value` line of memory.stat, cpu.stat, memory.events or memory.oom_control; 0
/// when there is none.
std::uint64_t stat_value(std::string_view text, std::string_view key);

/// Memory that cannot be had back at once, as kubelet and metrics-server count it: usage minus
/// inactive file pages, never below 0.
std::uint64_t working_set(std::uint64_t usage, std::string_view memory_stat, CgroupVersion version);

}  // namespace swell::cluster::pods
