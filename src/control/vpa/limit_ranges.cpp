#include "control/vpa/limit_ranges.hpp"

namespace swell::control::vpa {

namespace {

using spec::ResourceList;

/// The first list is taken as it is; of cpu and memory the stricter amount is kept from then on.
void tighten(ResourceList& into, const ResourceList& list, bool is_max) {
    if (into.empty()) {
        into = list;
        return;
    }
    for (const char* resource : {"cpu", "memory"}) {
        const auto found = list.find(resource);
        if (found == list.end()) continue;
        const auto [known, is_new] = into.try_emplace(resource, found->second);
        if (is_new) continue;
        const bool stricter =
            is_max ? found->second < known->second : found->second > known->second;
        if (stricter) known->second = found->second;
    }
}

std::optional<LimitRangeItem> together(
    std::span<const spec::LimitRange> ranges, std::string_view type
) {
    std::optional<LimitRangeItem> all;
    for (const spec::LimitRange& range : ranges) {
        for (const spec::LimitRangeItem& item : range.spec.limits) {
            const bool says = !item.max.empty() || !item.min.empty() || !item.default_limit.empty();
            if (item.type != type || !says) continue;
            if (!all) all.emplace();
            if (!item.default_limit.empty()) all->default_limit = item.default_limit;
            tighten(all->max, item.max, true);
            tighten(all->min, item.min, false);
        }
    }
    return all;
}

}  // namespace

LimitRanges limits_of(std::span<const spec::LimitRange> ranges) {
    return {together(ranges, "Container"), together(ranges, "Pod")};
}

}  // namespace swell::control::vpa
