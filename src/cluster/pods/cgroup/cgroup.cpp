#include "cluster/pods/cgroup/cgroup.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace swell::cluster::pods {

namespace {

constexpr std::int64_t period_us = 100'000;
constexpr std::int64_t shortest_quota_us = 1'000;  // the kernel refuses less
constexpr std::int64_t fewest_shares = 2, most_shares = 262'144;

std::optional<std::int64_t> find(
    const spec::ResourceList& list, const char* name, std::int64_t (Quantity::*as)() const
) {
    const auto found = list.find(name);
    if (found == list.end()) return std::nullopt;
    return (found->second.*as)();
}

std::int64_t shares(std::int64_t milli) {
    return std::clamp(milli * 1024 / 1000, fewest_shares, most_shares);
}

std::int64_t quota(std::int64_t milli) {
    return std::max(milli * period_us / 1000, shortest_quota_us);
}

std::vector<Setting> settings_v1(const Limits& limits) {
    std::vector<Setting> list = {
        {"cpu", "cpu.shares", std::to_string(shares(limits.cpu_request_milli))}
    };
    if (limits.cpu_limit_milli) {
        list.push_back({"cpu", "cpu.cfs_period_us", std::to_string(period_us)});
        list.push_back({"cpu", "cpu.cfs_quota_us", std::to_string(quota(*limits.cpu_limit_milli))});
    }
    if (limits.memory_limit) {
        const std::string bytes = std::to_string(*limits.memory_limit);
        // Memory with swap may never be less than memory: it goes first when both are raised, last
        // when they are set or lowered; the other write of it fails, or changes nothing.
        list.push_back({"memory", "memory.memsw.limit_in_bytes", bytes, true});
        list.push_back({"memory", "memory.limit_in_bytes", bytes});
        list.push_back({"memory", "memory.memsw.limit_in_bytes", bytes, true});
    }
    return list;
}

std::vector<Setting> settings_v2(const Limits& limits) {
    const std::int64_t weight = 1 + (shares(limits.cpu_request_milli) - fewest_shares) * 9999 /
                                        (most_shares - fewest_shares);
    std::vector<Setting> list = {{"cpu", "cpu.weight", std::to_string(weight)}};
    if (limits.cpu_limit_milli) {
        const std::string quota_us = std::to_string(quota(*limits.cpu_limit_milli));
        list.push_back({"cpu", "cpu.max", quota_us + " " + std::to_string(period_us)});
    }
    if (limits.memory_limit) {
        list.push_back({"memory", "memory.max", std::to_string(*limits.memory_limit)});
        list.push_back({"memory", "memory.swap.max", "0", true});
        list.push_back({"memory", "memory.oom.group", "1", true});
    }
    return list;
}

}  // namespace

Limits limits_of(const spec::ResourceRequirements& resources) {
    Limits limits;
    limits.cpu_limit_milli = find(resources.limits, "cpu", &Quantity::milli_value);
    limits.memory_limit = find(resources.limits, "memory", &Quantity::value);
    if (limits.cpu_limit_milli == 0) limits.cpu_limit_milli.reset();
    if (limits.memory_limit == 0) limits.memory_limit.reset();
    limits.cpu_request_milli = find(resources.requests, "cpu", &Quantity::milli_value)
                                   .value_or(limits.cpu_limit_milli.value_or(0));
    return limits;
}

std::vector<Setting> settings(CgroupVersion version, const Limits& limits) {
    if (version == CgroupVersion::v1) return settings_v1(limits);
    if (version == CgroupVersion::v2) return settings_v2(limits);
    return {};
}

std::uint64_t stat_value(std::string_view text, std::string_view key) {
    for (const std::string_view line : split(text, '\n')) {
        if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ')
            continue;
        std::uint64_t value = 0;
        std::from_chars(line.data() + key.size() + 1, line.data() + line.size(), value);
        return value;
    }
    return 0;
}

std::uint64_t working_set(
    std::uint64_t usage, std::string_view memory_stat, CgroupVersion version
) {
    const char* key = version == CgroupVersion::v1 ? "total_inactive_file" : "inactive_file";
    return usage - std::min(usage, stat_value(memory_stat, key));
}

}  // namespace swell::cluster::pods
