#include "control/vpa/limit_ranges.hpp"

#include <gtest/gtest.h>

namespace swell::control::vpa {
namespace {

struct Item {
    const char* type;
    const char *max_cpu, *min_cpu, *default_cpu;
};

spec::LimitRange range(const std::vector<Item>& items) {
    spec::LimitRange made;
    const auto put = [](spec::ResourceList& list, const char* amount) {
        if (*amount != 0) list["cpu"] = *Quantity::parse(amount);
    };
    for (const Item& one : items) {
        spec::LimitRangeItem& item = made.spec.limits.emplace_back();
        item.type = one.type;
        put(item.max, one.max_cpu);
        put(item.min, one.min_cpu);
        put(item.default_limit, one.default_cpu);
    }
    return made;
}

std::string text(const std::optional<LimitRangeItem>& item) {
    if (!item) return "none";
    const auto cpu = [](const spec::ResourceList& list) {
        const auto found = list.find("cpu");
        return found == list.end() ? std::string("-") : found->second.text();
    };
    return cpu(item->max) + " " + cpu(item->min) + " " + cpu(item->default_limit);
}

TEST(LimitRanges, Together) {
    struct Case {
        const char* why;
        std::vector<spec::LimitRange> ranges;
        const char *container, *pod;  // max, min, default
    };
    const Case cases[] = {
        {"no ranges", {}, "none", "none"},
        {"one of each type",
         {range({{"Container", "2", "10m", "1"}, {"Pod", "4", "", ""}})},
         "2 10m 1",
         "4 - -"},
        {"claims are not of pods",
         {range({{"PersistentVolumeClaim", "2", "1", ""}})},
         "none",
         "none"},
        {"an item of ratios alone says nothing",
         {range({{"Container", "", "", ""}})},
         "none",
         "none"},
        {"the lowest max, the highest min",
         {range({{"Container", "2", "10m", ""}}),
          range({{"Container", "1", "20m", ""}}),
          range({{"Container", "3", "5m", ""}})},
         "1 20m -",
         "none"},
        {"the last default",
         {range({{"Container", "", "", "1"}}), range({{"Container", "", "", "500m"}})},
         "- - 500m",
         "none"},
        {"a bound that the first lacks",
         {range({{"Container", "2", "", ""}}), range({{"Container", "", "20m", ""}})},
         "2 20m -",
         "none"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const LimitRanges got = limits_of(c.ranges);
        EXPECT_EQ(text(got.container), c.container);
        EXPECT_EQ(text(got.pod), c.pod);
    }
}

TEST(LimitRanges, OtherResourcesComeFromTheFirst) {
    spec::LimitRange first = range({{"Container", "2", "", ""}});
    spec::LimitRange second = range({{"Container", "1", "", ""}});
    first.spec.limits[0].max["ephemeral-storage"] = *Quantity::parse("4Gi");
    second.spec.limits[0].max["ephemeral-storage"] = *Quantity::parse("1Gi");
    const std::vector<spec::LimitRange> ranges{first, second};
    const LimitRanges got = limits_of(ranges);
    EXPECT_EQ(got.container->max.at("ephemeral-storage").text(), "4Gi");
    EXPECT_EQ(got.container->max.at("cpu").text(), "1");
}

}  // namespace
}  // namespace swell::control::vpa
