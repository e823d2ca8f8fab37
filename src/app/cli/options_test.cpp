#include "app/cli/options.hpp"

#include <gtest/gtest.h>

namespace swell::app {
namespace {

using Words = std::vector<const char*>;

Parsed parsed(Words words) {
    words.insert(words.begin(), "swell");
    return parse(static_cast<int>(words.size()), words.data());
}

TEST(Options, Commands) {
    struct Case {
        Words words;
        const char* command;
    };
    const Case cases[] = {
        {{"rollout", "pause", "deploy/shop"}, "rollout pause"},
        {{"rollout", "resume", "deploy/shop"}, "rollout resume"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.command);
        const Parsed got = parsed(c.words);
        EXPECT_FALSE(got.exit.has_value());
        EXPECT_EQ(got.options.command, c.command);
    }
}

}  // namespace
}  // namespace swell::app
