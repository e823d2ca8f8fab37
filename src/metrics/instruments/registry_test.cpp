#include "metrics/instruments/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

namespace swell::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Registry, WritesWhatWasCounted) {
    Registry registry;
    const Scaling counts = scaling(registry);
    counts.replicas.with({"tiles"}).set(4);
    counts.events.with({"tiles", "up"}).add();
    counts.events.with({"tiles", "up"}).add();
    EXPECT_EQ(
        registry.text(),
        "# HELP scaling_events_total Changes of a service's replica count.\n"
        "# TYPE scaling_events_total counter\n"
        "scaling_events_total{service=\"tiles\",type=\"up\"} 2\n"
        "# HELP scaling_replicas Replicas that a service is scaled to.\n"
        "# TYPE scaling_replicas gauge\n"
        "scaling_replicas{service=\"tiles\"} 4\n"
    );
}

TEST(Registry, DeclaringTwiceHandsOutTheSame) {
    Registry registry;
    EXPECT_EQ(&scaling(registry).replicas, &scaling(registry).replicas);
}

TEST(Registry, NewLabelSetsBeyondTheBoundShareOneSeries) {
    Registry registry;
    auto& family =
        registry.counter({.name = "hits", .help = "Hits.", .labels = {"path"}, .max_series = 2});
    for (const char* path : {"/a", "/b", "/c", "/d", "/a"}) family.with({path}).add();
    EXPECT_THAT(registry.text(), HasSubstr("hits_total{path=\"/a\"} 2\n"));
    EXPECT_THAT(registry.text(), HasSubstr("hits_total{path=\"other\"} 2\n"));
    EXPECT_THAT(registry.text(), Not(HasSubstr("/c")));
    family.remove({"/b"});
    EXPECT_THAT(registry.text(), Not(HasSubstr("/b")));
}

TEST(Registry, HistogramBordersAreInclusive) {
    Registry registry;
    auto& histogram =
        registry.histogram({.name = "wait_seconds", .help = "Wait.", .labels = {}}, {1, 2}).only();
    for (const double value : {0.5, 1.0, 1.5, 2.0, 9.0}) histogram.observe(value);
    EXPECT_THAT(registry.text(), HasSubstr("wait_seconds_bucket{le=\"1\"} 2\n"));
    EXPECT_THAT(registry.text(), HasSubstr("wait_seconds_bucket{le=\"2\"} 4\n"));
    EXPECT_THAT(registry.text(), HasSubstr("wait_seconds_count 5\n"));
    EXPECT_THAT(registry.text(), HasSubstr("wait_seconds_sum 14\n"));
}

TEST(Registry, ThreadsLoseNoCount) {
    Registry registry;
    auto& counter = registry.counter({.name = "n", .help = "N.", .labels = {}}).only();
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int n = 0; n < 10000; ++n) counter.add();
            });
        }
    }
    EXPECT_EQ(counter.value(), 40000);
}

TEST(RegistryDeathTest, OneNameForTwoThingsIsABug) {
    Registry registry;
    registry.gauge({.name = "load", .help = "Load.", .labels = {}});
    EXPECT_DEATH(registry.gauge({.name = "load", .help = "Other.", .labels = {}}), "bug");
    EXPECT_DEATH(registry.gauge({.name = "1st", .help = "Bad name.", .labels = {}}), "bug");
}

// What Prometheus' own tool says of a page with every type and an awkward label.
TEST(Registry, PromtoolAccepts) {
    if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
        GTEST_SKIP() << "promtool is not installed (Debian package prometheus)";
    }
    Registry registry;
    const Scaling counts = scaling(registry);
    counts.replicas.with({"a\"b\\c\nd"}).set(4);
    counts.events.with({"tiles", "down"}).add();
    registry.histogram({.name = "proxy.request_seconds", .help = "Latency.", .labels = {"service"}})
        .with({"tiles"})
        .observe(0.02);
    FILE* tool = ::popen("promtool check metrics", "w");
    ASSERT_NE(tool, nullptr);
    std::fputs(registry.text().c_str(), tool);
    EXPECT_EQ(::pclose(tool), 0);
}

}  // namespace
}  // namespace swell::metrics
