#include "metrics/instruments/exposition.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace swell::metrics {
namespace {

struct Number {
    double value;
    const char* text;
};

const Number numbers[] = {
    {0, "0"},
    {-3, "-3"},
    {1e6, "1000000"},
    {0.25, "0.25"},
    {0.1, "0.1"},
    {1e21, "1e+21"},
    {std::numeric_limits<double>::infinity(), "+Inf"},
    {-std::numeric_limits<double>::infinity(), "-Inf"},
    {std::numeric_limits<double>::quiet_NaN(), "NaN"},
};

TEST(Exposition, Numbers) {
    for (const Number& c : numbers) EXPECT_EQ(prometheus_number(c.value), c.text);
}

struct Name {
    const char* name;
    Type type;
    const char* prometheus;
};

// clang-format off
const Name names[] = {
    {"scaling.replicas",       Type::gauge,     "scaling_replicas"},
    {"scaling.events",         Type::counter,   "scaling_events_total"},
    {"scaling_events_total",   Type::counter,   "scaling_events_total"},
    {"proxy.request_seconds",  Type::histogram, "proxy_request_seconds"},
};
// clang-format on

TEST(Exposition, Names) {
    for (const Name& c : names) EXPECT_EQ(prometheus_name(c.name, c.type), c.prometheus);
}

TEST(Exposition, EscapesWhatWouldBreakALine) {
    Exposition page;
    page.family("a.b", Type::gauge, "One\nline with \\ and \"quotes\".");
    page.sample({{"path", "C:\\x\n\"y\""}, {"raw", "caf\xe9"}}, 1);
    page.sample({}, 2.5);
    EXPECT_EQ(
        page.text(),
        "# HELP a_b One\\nline with \\\\ and \"quotes\".\n"
        "# TYPE a_b gauge\n"
        "a_b{path=\"C:\\\\x\\n\\\"y\\\"\",raw=\"caf?\"} 1\n"
        "a_b 2.5\n"
    );
}

TEST(Exposition, HistogramBucketsAddUp) {
    Exposition page;
    page.family("request_seconds", Type::histogram, "Latency.");
    page.histogram({{"service", "tiles"}}, {0.1, 1}, {3, 2, 1}, 4.5);
    EXPECT_EQ(
        page.text(),
        "# HELP request_seconds Latency.\n"
        "# TYPE request_seconds histogram\n"
        "request_seconds_bucket{service=\"tiles\",le=\"0.1\"} 3\n"
        "request_seconds_bucket{service=\"tiles\",le=\"1\"} 5\n"
        "request_seconds_bucket{service=\"tiles\",le=\"+Inf\"} 6\n"
        "request_seconds_sum{service=\"tiles\"} 4.5\n"
        "request_seconds_count{service=\"tiles\"} 6\n"
    );
}

}  // namespace
}  // namespace swell::metrics
