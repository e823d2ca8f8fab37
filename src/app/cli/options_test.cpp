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

TEST(Options, ARolloutIsWaitedForUnlessTold) {
    struct Case {
        Words words;
        bool watch;
    };
    const Case cases[] = {
        {{"rollout", "status", "deploy/shop"}, true},
        {{"rollout", "status", "deploy/shop", "--watch"}, true},
        {{"rollout", "status", "deploy/shop", "--watch=true"}, true},
        {{"rollout", "status", "deploy/shop", "--watch=false"}, false},
        {{"rollout", "status", "deploy/shop", "--no-watch"}, false},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.words.back());
        const Parsed got = parsed(c.words);
        EXPECT_FALSE(got.exit.has_value());
        EXPECT_EQ(got.options.watch, c.watch);
    }
}

TEST(Options, LabelColumns) {
    const Parsed got = parsed({"get", "-L", "app,tier", "pods", "-L", "team", "--show-labels"});
    EXPECT_FALSE(got.exit.has_value());
    EXPECT_EQ(got.options.label_columns, (std::vector<std::string>{"app", "tier", "team"}));
    EXPECT_TRUE(got.options.show_labels);
    EXPECT_EQ(got.options.arguments, std::vector<std::string>{"pods"});
    EXPECT_EQ(parsed({"apply", "-n", "prod", "-f", "x.yaml"}).options.ns, "prod");
}

TEST(Options, WhatIsNoNumberOfPodsIsRefusedInWords) {
    struct Case {
        Words words;
        const char* error;
    };
    const Case cases[] = {
        {{"scale", "deploy/shop", "--replicas=-1"},
         "--replicas: must be a whole number >= 0, got -1"},
        {{"scale", "deploy/shop", "--replicas", "-1"},
         "--replicas: must be a whole number >= 0, got -1"},
        {{"scale", "deploy/shop", "--replicas=few"},
         "--replicas: must be a whole number >= 0, got few"},
        {{"scale", "deploy/shop", "--replicas=1.5"},
         "--replicas: must be a whole number >= 0, got 1.5"},
        {{"scale", "deploy/shop", "--replicas=99999999999"},
         "--replicas: must be a whole number >= 0"},
        {{"explain", "hpa/shop", "--why-not", "-1"},
         "--why-not: must be a whole number >= 0, got -1"},
        {{"simulate", "shop.yaml", "--seed", "-1"}, "--seed: must be a whole number >= 0, got -1"},
        {{"up", "shop.yaml", "--seed=-1"}, "--seed: must be a whole number >= 0, got -1"},
        {{"rollout", "undo", "deploy/shop", "--to-revision=-2"}, "--to-revision: must be a whole"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.error);
        testing::internal::CaptureStderr();
        const Parsed got = parsed(c.words);
        const std::string said = testing::internal::GetCapturedStderr();
        EXPECT_EQ(got.exit, 2);
        EXPECT_NE(said.find(c.error), std::string::npos) << said;
    }
}

}  // namespace
}  // namespace swell::app
