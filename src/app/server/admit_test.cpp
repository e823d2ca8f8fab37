#include "app/server/admit.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "spec/read.hpp"

namespace swell::app {
namespace {

spec::Object object(const char* kind, const std::string& spec) {
    return *spec::read_trusted_json(
        {{"apiVersion", "v1"},
         {"kind", kind},
         {"metadata", {{"name", "a"}}},
         {"spec", Json::parse(spec)}}
    );
}

spec::Object pod(const std::string& resources) {
    return object("Pod", R"({"containers": [{"name": "a"}], "resources": )" + resources + "}");
}

TEST(Admit, AResizeOfAWholePodIsNotPossible) {
    const char* const one = R"({"requests": {"cpu": "1"}})";
    const char* const two = R"({"requests": {"cpu": "2"}})";
    const struct {
        const char* why;
        const char* before;
        const char* now;
        bool refused;
    } cases[] = {
        {"as it was", one, one, false},
        {"left out", one, "{}", false},
        {"another amount", one, two, true},
        {"for the first time", "{}", one, true},
        {"nothing at all", "{}", "{}", false},
    };
    for (const auto& c : cases) {
        const auto told = not_resizable(pod(c.now), pod(c.before));
        EXPECT_EQ(told.size(), c.refused ? 1u : 0u) << c.why;
        for (const spec::Problem& each : told) EXPECT_EQ(each.path, "spec.resources");
    }
    const auto other = object("ResourceQuota", "{}");
    EXPECT_TRUE(not_resizable(other, other).empty());
}

}  // namespace
}  // namespace swell::app
