#include "control/deployment/bounds.hpp"

#include <gtest/gtest.h>

namespace swell::control::deployment {
namespace {

spec::IntOrString number(std::int64_t value) { return {.number = value, .text = {}}; }
spec::IntOrString percent(const char* text) { return {.number = 0, .text = text}; }

TEST(DeploymentBounds, Table) {
    struct Case {
        const char* why;
        std::int32_t replicas;
        spec::IntOrString surge, unavailable;
        Bounds expected;
    };
    // clang-format off
    const Case cases[] = {
        // why                                     replicas surge           unavailable     surge, unavailable
        {"numbers are taken as they are",                10, number(3),      number(2),      {3, 2}},
        {"surge rounds up, unavailable down",            10, percent("25%"), percent("25%"), {3, 2}},
        {"of one pod",                                    1, percent("25%"), percent("25%"), {1, 0}},
        {"of four, exactly",                              4, percent("25%"), percent("25%"), {1, 1}},
        {"both 0: one may be unavailable",                2, percent("0%"),  percent("1%"),  {0, 1}},
        {"both 0 as numbers too",                         2, number(0),      number(0),      {0, 1}},
        {"surge alone is enough",                         2, percent("1%"),  percent("0%"),  {1, 0}},
        {"no more unavailable than there are",            3, number(1),      number(10),     {1, 3}},
        {"of none",                                       0, percent("25%"), percent("25%"), {0, 0}},
        {"more than all",                                 4, percent("200%"), percent("100%"), {8, 4}},
        {"the largest",                          2147483647, percent("25%"), percent("25%"), {536870912, 536870911}},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::DeploymentSpec spec;
        spec.replicas = c.replicas;
        spec.strategy.rolling_update = {.max_unavailable = c.unavailable, .max_surge = c.surge};
        const Bounds got = bounds(spec);
        EXPECT_EQ(got.max_surge, c.expected.max_surge);
        EXPECT_EQ(got.max_unavailable, c.expected.max_unavailable);
    }
}

TEST(DeploymentBounds, DefaultsToAQuarter) {
    spec::DeploymentSpec spec;
    spec.replicas = 8;
    EXPECT_EQ(bounds(spec), (Bounds{2, 2}));
}

TEST(DeploymentBounds, RecreateHasNone) {
    spec::DeploymentSpec spec;
    spec.replicas = 8;
    spec.strategy.type = "Recreate";
    EXPECT_EQ(bounds(spec), Bounds{});
}

}  // namespace
}  // namespace swell::control::deployment
